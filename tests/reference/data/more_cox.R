# R's answers for Cox models and shared frailties:
#   Rscript more_cox.R   (in this folder; writes more_cox.json and the csv files it names)
# R stops when its log-likelihood is stable to 1e-9; here it iterates to the end, as we do.
suppressMessages({library(survival); library(jsonlite); library(splines)})
options(digits = 17, warn = -1)
last <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60, outer.max = 60)
cases <- list()

save_data <- function(d, name) write.csv(d, name, row.names = FALSE, na = "")
first <- function(x, k = 6) if (is.matrix(x)) x[seq_len(min(k, nrow(x))), , drop = FALSE] else head(x, k)

cox_case <- function(name, data, arguments, fit, profiles = NULL, times = NULL, residuals = TRUE) {
  zph <- tryCatch(cox.zph(fit, transform = "km")$table, error = function(e) NULL)
  hazard <- basehaz(fit, centered = FALSE)
  v <- list(coef = unname(coef(fit)), se = unname(sqrt(diag(as.matrix(if (is.null(fit$naive.var)) fit$var else fit$naive.var)))),
    robust_se = if (is.null(fit$naive.var)) NULL else unname(sqrt(diag(as.matrix(fit$var)))),
    loglik = fit$loglik, score = fit$score, wald = unname(fit$wald.test), n = fit$n, events = fit$nevent,
    concordance = unname(fit$concordance["concordance"]),
    zph = if (is.null(zph)) NULL else list(chisq = unname(zph[, 1]), df = unname(zph[, 2]), p = unname(zph[, 3])),
    hazard = list(rows = nrow(hazard), time = unname(tail(hazard$time, 1)), sum = sum(hazard$hazard), last = tail(hazard$hazard, 1)))
  if (residuals) {
    cut <- function(kind) { r <- residuals(fit, kind); list(first = unname(first(as.matrix(r))), size = sum(r^2)) }
    kinds <- c("martingale", "deviance", "score", "schoenfeld", "scaledsch", "dfbeta", "dfbetas")
    v$residuals <- setNames(lapply(kinds, cut), kinds)
  }
  if (!is.null(profiles)) {
    curves <- lapply(seq_len(nrow(profiles)), function(i) {
      s <- summary(survfit(fit, newdata = profiles[i, , drop = FALSE]), times = times)
      list(survival = c(s$surv), std_error = c(s$std.err), conf_low = c(s$lower), conf_high = c(s$upper))
    })
    v$predicted <- list(profiles = profiles, times = times, curves = curves)
  }
  cases[[name]] <<- list(data = data, arguments = arguments, call = paste(deparse(fit$call, width.cutoff = 500), collapse = ""), values = v)
}

# Veteran: a factor of four levels, ties; strata and a factor; an interaction.
vet <- transform(veteran, trt = trt - 1, prior = prior / 10, celltype = as.character(celltype))
save_data(vet, "veteran.csv")
cox_case("veteran", "veteran.csv", list(formula = "trt + C(celltype) + karno + age", stop = "time", event = "status"),
  coxph(Surv(time, status) ~ trt + celltype + karno + age, vet, control = last))
cox_case("veteran_breslow", "veteran.csv", list(formula = "trt * prior + karno", stop = "time", event = "status", ties = "breslow"),
  coxph(Surv(time, status) ~ trt * prior + karno, vet, ties = "breslow", control = last),
  data.frame(trt = c(0, 1), prior = c(1, 0), karno = c(30, 80)), c(10, 100, 300))
cox_case("veteran_strata", "veteran.csv", list(formula = "trt + karno + age", stop = "time", event = "status", strata = "celltype"),
  coxph(Surv(time, status) ~ trt + karno + age + strata(celltype), vet, control = last),
  data.frame(trt = 1, karno = 60, age = 50, celltype = c("adeno", "smallcell")), c(20, 100))
cox_case("veteran_two_strata", "veteran.csv", list(formula = "karno", stop = "time", event = "status", strata = c("celltype", "trt"), cluster = "diagtime"),
  coxph(Surv(time, status) ~ karno + strata(celltype, trt), vet, cluster = diagtime, control = last))

# Heart: late entry and covariates that change, times with halves.
hrt <- transform(heart, transplant = as.integer(as.character(transplant)))
save_data(hrt, "heart.csv")
cox_case("heart", "heart.csv", list(formula = "(age + surgery) * transplant", start = "start", stop = "stop", event = "event"),
  coxph(Surv(start, stop, event) ~ (age + surgery) * transplant, hrt, control = last),
  data.frame(age = c(-5, 5), surgery = c(0, 1), transplant = c(0, 1)), c(10, 100, 500))
cox_case("heart_cluster", "heart.csv", list(formula = "age + year + transplant", start = "start", stop = "stop", event = "event", cluster = "id", strata = "surgery", ties = "breslow"),
  coxph(Surv(start, stop, event) ~ age + year + transplant + strata(surgery), hrt, cluster = id, ties = "breslow", control = last),
  data.frame(age = 0, year = 2, transplant = 1, surgery = c(0, 1)), c(50, 300))

# Colon: 1,858 rows, two per patient, missing values.
col <- colon[, c("id", "rx", "sex", "age", "nodes", "differ", "time", "status", "etype")]
save_data(col, "colon.csv")
cox_case("colon", "colon.csv", list(formula = "rx + sex + age + nodes + differ", stop = "time", event = "status", strata = "etype", cluster = "id"),
  coxph(Surv(time, status) ~ factor(as.character(rx)) + sex + age + nodes + differ + strata(etype), col, cluster = id, control = last), residuals = FALSE)
cox_case("colon_spline", "colon.csv", list(formula = "bs(age, df=4) + nodes", stop = "time", event = "status"),
  coxph(Surv(time, status) ~ bs(age, df = 4) + nodes, col[!is.na(col$nodes), ], control = last), residuals = FALSE)

# Matched sets: conditional logistic regression as a Cox model with a stratum per set.
inf <- transform(infert, one = 1)
save_data(inf, "infert.csv")
cox_case("infert", "infert.csv", list(formula = "spontaneous + induced", stop = "one", event = "case", strata = "stratum"),
  coxph(Surv(one, case) ~ spontaneous + induced + strata(stratum), inf, control = last), residuals = FALSE)

# Simulated: many ties, late entry, weights of both kinds, strata, clusters, missing values.
set.seed(45); n <- 600
d <- data.frame(unit = sample(60, n, TRUE), sex = sample(c("F", "M"), n, TRUE), age = round(rnorm(n, 45, 10), 1), demands = sample(1:5, n, TRUE),
  site = sample(c("north", "south", "west"), n, TRUE), freq = sample(1:4, n, TRUE), share = round(runif(n, .2, 3), 2))
d$entry <- floor(rexp(n, .15)); d$exit <- d$entry + ceiling(rexp(n, .08 * exp(.3 * (d$demands - 3) + .02 * (d$age - 45) + .3 * (d$sex == "M"))))
stop_at <- d$entry + sample(5:30, n, TRUE); d$absent <- as.integer(d$exit <= stop_at); d$exit <- pmin(d$exit, stop_at)
d$age[sample(n, 20)] <- NA; d$site[sample(n, 10)] <- NA
save_data(d, "cox_units.csv")
profile <- data.frame(sex = c("F", "M"), age = c(30, 60), demands = c(1, 5), site = c("north", "west"))
cox_case("units_entry", "cox_units.csv", list(formula = "sex + age + demands", start = "entry", stop = "exit", event = "absent"),
  coxph(Surv(entry, exit, absent) ~ sex + age + demands, d, control = last), profile, c(3, 10, 25))
cox_case("units_frequency_weights", "cox_units.csv", list(formula = "sex + age + demands", start = "entry", stop = "exit", event = "absent", weights = "freq"),
  coxph(Surv(entry, exit, absent) ~ sex + age + demands, d, weights = as.numeric(freq), control = last), profile, c(3, 10, 25))
cox_case("units_share_weights", "cox_units.csv", list(formula = "sex + age + demands", start = "entry", stop = "exit", event = "absent", weights = "share", ties = "breslow"),
  coxph(Surv(entry, exit, absent) ~ sex + age + demands, d, weights = share, ties = "breslow", control = last), profile, c(3, 10, 25))
cox_case("units_all", "cox_units.csv", list(formula = "sex + age + C(demands)", start = "entry", stop = "exit", event = "absent", weights = "share", strata = "site", cluster = "unit"),
  coxph(Surv(entry, exit, absent) ~ sex + age + factor(demands) + strata(site), d, weights = share, cluster = unit, control = last),
  profile, c(3, 10))
cox_case("units_no_entry", "cox_units.csv", list(formula = "sex + age + demands", stop = "exit", event = "absent", weights = "freq", strata = "site", cluster = "unit"),
  coxph(Surv(exit, absent) ~ sex + age + demands + strata(site), d, weights = as.numeric(freq), cluster = unit, control = last))

# Times that differ by rounding only: tenths added up in two ways.
m <- 200; r <- data.frame(x = round(rnorm(m), 2), z = rbinom(m, 1, .4)); k <- sample(1:12, m, TRUE)
r$time <- ifelse(runif(m) < .5, k / 10, sapply(k, function(i) sum(rep(.1, i)))); r$event <- rbinom(m, 1, .7)
write.csv(format(r, digits = 17), "cox_rounding.csv", row.names = FALSE, quote = FALSE)
r <- read.csv("cox_rounding.csv")
cox_case("rounding", "cox_rounding.csv", list(formula = "x + z", stop = "time", event = "event"),
  coxph(Surv(time, event) ~ x + z, r, control = last), data.frame(x = 0, z = 1), c(.3, .7), residuals = FALSE)

# Shared gamma frailty; the search for theta to its end.
frailty_case <- function(name, data, arguments, fit, p = NULL) {
  if (is.null(p)) p <- nrow(as.matrix(fit$var))
  h <- fit$history[[1]]
  steps <- h$history
  best <- steps[which.max(steps[, 3]), ]
  cases[[name]] <<- list(data = data, arguments = arguments, call = paste(deparse(fit$call, width.cutoff = 500), collapse = ""),
    values = list(coef = unname(coef(fit)[1:p]), se = unname(sqrt(diag(as.matrix(fit$var))))[1:p], theta = unname(best[1]),
      loglik = unname(best[3]), n = fit$n, events = fit$nevent, frailty = if (is.numeric(fit[["frail"]])) unname(exp(head(fit$frail, 5))) else NULL))
}
save_data(kidney, "kidney.csv"); save_data(rats, "rats.csv")
frailty_case("kidney_frailty", "kidney.csv", list(formula = "age + sex", stop = "time", event = "status", group = "id"),
  coxph(Surv(time, status) ~ age + sex + frailty(id, eps = 1e-11), kidney, control = last))
frailty_case("kidney_frailty_disease", "kidney.csv", list(formula = "age + sex + C(disease)", stop = "time", event = "status", group = "id"),
  coxph(Surv(time, status) ~ age + sex + factor(as.character(disease)) + frailty(id, eps = 1e-11), kidney, control = last))
frailty_case("rats_frailty", "rats.csv", list(formula = "rx", stop = "time", event = "status", group = "litter"),
  coxph(Surv(time, status) ~ rx + frailty(litter, eps = 1e-11), rats, control = last))
cgd_data <- read.csv("cgd.csv")
frailty_case("cgd_frailty", "cgd.csv", list(formula = "treat + male + age", start = "tstart", stop = "tstop", event = "status", group = "id"),
  coxph(Surv(tstart, tstop, status) ~ treat + male + age + frailty(id, eps = 1e-11), cgd_data, control = last))
set.seed(7); g <- 40; s <- data.frame(unit = rep(1:g, each = 25)); n <- nrow(s)
z <- rgamma(g, 1 / .5, 1 / .5); s$x <- round(rnorm(n), 2); s$w <- rbinom(n, 1, .5)
s$start <- sample(0:10, n, TRUE); s$stop <- s$start + ceiling(rexp(n, .05 * z[s$unit] * exp(.5 * s$x - .3 * s$w)))
limit <- s$start + sample(10:60, n, TRUE); s$event <- as.integer(s$stop <= limit); s$stop <- pmin(s$stop, limit)
save_data(s, "cox_frailty.csv")
frailty_case("simulated_frailty_entry", "cox_frailty.csv", list(formula = "x + w", start = "start", stop = "stop", event = "event", group = "unit"),
  coxph(Surv(start, stop, event) ~ x + w + frailty(unit, eps = 1e-11), s, control = last))
few <- s[s$unit <= 5, ]
save_data(few, "cox_frailty_few.csv")
frailty_case("simulated_frailty_few_groups", "cox_frailty_few.csv", list(formula = "x + w", start = "start", stop = "stop", event = "event", group = "unit"),
  coxph(Surv(start, stop, event) ~ x + w + frailty(unit, eps = 1e-11, sparse = FALSE), few, control = last), p = 2)

write(toJSON(cases, digits = NA, auto_unbox = TRUE, null = "null", na = "null", pretty = FALSE), "more_cox.json")
