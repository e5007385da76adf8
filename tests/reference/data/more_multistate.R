# R's answers for multi-state data: Rscript more_multistate.R  (in this folder; writes more_multistate.json and its csv files)
suppressMessages({library(survival); library(jsonlite)})
options(digits = 15)
out <- list()
set.seed(771)

# Work, sick leave, disability, death in whole days, with returns to work, late entry and many ties.
history <- function(i, late) {
  now <- "work"; t <- if (late) sample(0:20, 1) else 0; end <- t + sample(30:120, 1); rows <- NULL
  frailty <- rexp(1)
  repeat {
    rate <- switch(now, work = c(leave = .04 * frailty, dead = .002), leave = c(work = .08, disability = .02, dead = .004), disability = c(dead = .01))
    wait <- ceiling(rexp(1, sum(rate)))
    if (t + wait >= end) { rows <- rbind(rows, data.frame(id = i, start = t, stop = end, state = NA)); break }
    to <- sample(names(rate), 1, prob = rate)
    rows <- rbind(rows, data.frame(id = i, start = t, stop = t + wait, state = to)); t <- t + wait; now <- to
    if (now == "dead") break
  }
  rows
}
d <- do.call(rbind, lapply(1:120, history, late = FALSE))
e <- do.call(rbind, lapply(1:120, history, late = TRUE))
# Some intervals are cut in two without anything happening.
cut <- which(e$stop - e$start > 20)[1:25]
first <- e[cut, ]; first$stop <- first$start + 9; first$state <- NA
e$start[cut] <- e$start[cut] + 9
e <- rbind(e, first); e <- e[order(e$id, e$start), ]
e$grp <- ifelse(e$id %% 2 == 0, "even", "odd")
write.csv(d, "more_states.csv", row.names = FALSE, na = "")
write.csv(e, "more_states_late.csv", row.names = FALSE, na = "")

told <- function(f, until) {
  r <- survival:::survmean2(survfit0(f), scale = 1, rmean = until)$matrix
  list(time = f$time, states = f$states, p = unname(f$pstate), se = unname(f$std.err), low = unname(f$lower), high = unname(f$upper),
       n_risk = unname(f$n.risk), n_event = unname(f$n.event), n_censored = unname(f$n.censor), until = until, rmean = unname(r[, "rmean"]), rmean_se = unname(r[, "se(rmean)"]))
}
y <- function(x) factor(ifelse(is.na(x), "none", x), c("none", sort(unique(x[!is.na(x)]))))
out$states <- list(data = "more_states.csv", call = "survfit(Surv(start, stop, state) ~ 1, id = id, influence = TRUE); survmean2(rmean = 100)",
  values = told(survfit(Surv(start, stop, y(state)) ~ 1, d, id = id, influence = TRUE), 100))
out$states_late <- list(data = "more_states_late.csv", call = "survfit(Surv(start, stop, state) ~ 1, id = id, influence = TRUE); survmean2(rmean = 90)",
  values = told(survfit(Surv(start, stop, y(state)) ~ 1, e, id = id, influence = TRUE), 90))
for (g in c("even", "odd")) out[[paste0("states_late_", g)]] <- list(data = "more_states_late.csv", group = g, call = "the same in one group",
  values = told(survfit(Surv(start, stop, y(state)) ~ 1, e[e$grp == g, ], id = id, influence = TRUE), 60))

# Each person's own beginning: the histories from the first move on.
s <- d; s$from <- ave(ifelse(is.na(s$state), "none", s$state), s$id, FUN = function(x) c("work", x[-length(x)]))
s <- s[s$stop > 15, ]; s$start <- pmax(s$start, 15) - 15; s$stop <- s$stop - 15
write.csv(s, "more_states_begun.csv", row.names = FALSE, na = "")
out$states_begun <- list(data = "more_states_begun.csv", initial = "from", call = "survfit(Surv(start, stop, state) ~ 1, id = id, istate = from, influence = TRUE)",
  values = told(survfit(Surv(start, stop, y(state)) ~ 1, s, id = id, istate = from, influence = TRUE), 80))

# Monoclonal gammopathy: to malignancy and death, both dates in months (survival::mgus2).
m <- mgus2; m$etime <- with(m, ifelse(pstat == 0, futime, ptime))
both <- which(m$pstat == 1 & m$futime > m$ptime)
a <- data.frame(id = m$id, start = 0, stop = ifelse(m$pstat == 1, m$ptime, m$futime), state = ifelse(m$pstat == 1, "pcm", ifelse(m$death == 1, "death", NA)))
b <- data.frame(id = m$id[both], start = m$ptime[both], stop = m$futime[both], state = ifelse(m$death[both] == 1, "death", NA))
m2 <- rbind(a, b); m2 <- m2[m2$stop > m2$start, ]
write.csv(m2, "more_states_mgus2.csv", row.names = FALSE, na = "")
v <- told(survfit(Surv(start, stop, y(state)) ~ 1, m2, id = id, influence = TRUE), 240)
out$states_mgus2 <- list(data = "more_states_mgus2.csv", call = "survfit(Surv(start, stop, state) ~ 1, id = id) on mgus2; rmean = 240", values = v)

# Entering the state one is in: repeated admissions.
r <- data.frame(id = c(1, 1, 1, 2, 2, 3, 4), start = c(0, 3, 7, 0, 4, 0, 0), stop = c(3, 7, 9, 4, 8, 6, 5), state = c("ill", "ill", "well", "ill", NA, NA, "well"))
write.csv(r, "more_states_again.csv", row.names = FALSE, na = "")
out$states_again <- list(data = "more_states_again.csv", call = "survfit(Surv(start, stop, state) ~ 1, id = id), a state entered twice in a row",
  values = told(survfit(Surv(start, stop, y(state)) ~ 1, r, id = id, influence = TRUE), 8))
write(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null"), "more_multistate.json")
