# R's answers for curves, tests and competing risks on simulated and published data:
#   Rscript more_nonparametric.R   (in this folder; writes more_nonparametric.json and the csv files it names)
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
options(digits = 15)
out <- list()
set.seed(20451)

# Months in whole numbers, so that there are many ties; three groups, two strata, three causes.
n <- 400
d <- data.frame(id = 1:n, grp = sample(c("a", "b", "c"), n, TRUE), site = sample(1:2, n, TRUE), x = round(rnorm(n), 3), z = rbinom(n, 1, .4))
t1 <- ceiling(rexp(n, .04 * exp(.5 * d$z + .3 * d$x)) ); t2 <- ceiling(rexp(n, .03 * exp(.4 * (d$grp == "b")))); t3 <- ceiling(rexp(n, .008))
cens <- ceiling(runif(n, 5, 45))
d$time <- pmin(t1, t2, t3, cens)
d$cause <- ifelse(d$time == t1, 1, ifelse(d$time == t2, 2, ifelse(d$time == t3, 3, 0)))
d$cause[d$time == cens & runif(n) < .5] <- 0
d$any <- as.integer(d$cause > 0)
d$entry <- pmax(0, d$time - ceiling(rexp(n, .1)))
d$entry[d$entry >= d$time] <- 0
write.csv(d, "more_ties.csv", row.names = FALSE)
# Continuous times, where no two are equal.
m <- 300
e <- data.frame(x = round(rnorm(m), 3), z = rbinom(m, 1, .5), grp = rep(c("u", "v"), length.out = m))
u1 <- rexp(m, .5 * exp(.6 * e$z - .4 * e$x)); u2 <- rexp(m, .4); uc <- rexp(m, .35)
e$time <- round(pmin(u1, u2, uc), 9); e$cause <- ifelse(uc == pmin(u1, u2, uc), 0, ifelse(u1 < u2, 1, 2))
write.csv(e, "more_continuous.csv", row.names = FALSE)

km <- function(fit, times) {
  s <- summary(fit, times = times, extend = FALSE)
  list(time = s$time, n_risk = s$n.risk, n_event = NULL, survival = s$surv, std_error = s$std.err, conf_low = s$lower, conf_high = s$upper)
}
med <- function(fit, p) { q <- quantile(fit, p); list(time = unname(q$quantile), conf_low = unname(q$lower), conf_high = unname(q$upper)) }
all_km <- function(fit) list(time = fit$time, n_risk = fit$n.risk, n_event = fit$n.event, n_censored = fit$n.censor, survival = fit$surv,
  std_error = summary(fit)$std.err * NA, low = fit$lower, high = fit$upper)

f <- survfit(Surv(entry, time, any) ~ 1, d)
out$km_entry <- list(data = "more_ties.csv", call = "survfit(Surv(entry, time, any) ~ 1)",
  values = list(time = f$time, n_risk = f$n.risk, n_event = f$n.event, n_censored = f$n.censor, survival = f$surv,
                std_error = f$surv * f$std.err, conf_low = f$lower, conf_high = f$upper))
f <- survfit(Surv(time, any) ~ 1, d, conf.int = .99)
out$km_99 <- list(data = "more_ties.csv", call = "survfit(Surv(time, any) ~ 1, conf.int = .99)",
  values = list(time = f$time, n_risk = f$n.risk, n_event = f$n.event, n_censored = f$n.censor, survival = f$surv,
                std_error = f$surv * f$std.err, conf_low = f$lower, conf_high = f$upper))
for (g in c("a", "b", "c")) {
  f <- survfit(Surv(time, any) ~ 1, d[d$grp == g, ])
  out[[paste0("median_", g)]] <- list(data = "more_ties.csv", call = "quantile(survfit(Surv(time, any) ~ 1), c(.25, .5, .75)) in one group", group = g,
    values = list(share = c(.25, .5, .75), time = unname(quantile(f, c(.25, .5, .75))$quantile), conf_low = unname(quantile(f, c(.25, .5, .75))$lower),
                  conf_high = unname(quantile(f, c(.25, .5, .75))$upper)))
}
for (r in c(0, 1, .5)) for (st in c(FALSE, TRUE)) {
  f <- if (st) survdiff(Surv(time, any) ~ grp + strata(site), d, rho = r) else survdiff(Surv(time, any) ~ grp, d, rho = r)
  o <- if (st) rowSums(f$obs) else f$obs; x <- if (st) rowSums(f$exp) else f$exp
  out[[paste0("logrank_rho", r, if (st) "_strata" else "")]] <- list(data = "more_ties.csv", call = paste0("survdiff(Surv(time, any) ~ grp", if (st) " + strata(site)" else "", ", rho = ", r, ")"),
    rho = r, strata = st, values = list(chisq = f$chisq, observed = unname(o), expected = unname(x)))
}
# survdiff takes no late entry; without ties the log-rank test is the score test of coxph.
late <- e; late$entry <- round(pmax(0, late$time - rexp(m, 1)), 9); late$any <- as.integer(late$cause > 0); late$three <- rep(c("a", "b", "c"), length.out = m)
write.csv(late, "more_late.csv", row.names = FALSE)
out$late_logrank <- list(data = "more_late.csv", call = "coxph(Surv(entry, time, any) ~ three)$score", values = list(chisq = coxph(Surv(entry, time, any) ~ three, late)$score))

incidence <- function(fit, times, groups) {
  p <- timepoints(fit, times)
  list(times = times, curves = lapply(setNames(rownames(p$est), rownames(p$est)), function(r) list(estimate = unname(p$est[r, ]), variance = unname(p$var[r, ]))))
}
times <- c(1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 35, 40)
f <- cuminc(d$time, d$cause)
out$cuminc_ties <- c(list(data = "more_ties.csv", call = "cuminc(time, cause)", values = incidence(f, times)))
f <- cuminc(d$time, d$cause, d$grp)
out$cuminc_ties_grp <- list(data = "more_ties.csv", call = "cuminc(time, cause, grp)", values = c(incidence(f, times), list(chisq = unname(f$Tests[, "stat"]), p_value = unname(f$Tests[, "pv"]))))
for (r in c(0, 1)) {
  f <- cuminc(d$time, d$cause, d$grp, d$site, rho = r)
  out[[paste0("gray_strata_rho", r)]] <- list(data = "more_ties.csv", call = paste0("cuminc(time, cause, grp, site, rho = ", r, ")"), rho = r,
    values = list(chisq = unname(f$Tests[, "stat"]), p_value = unname(f$Tests[, "pv"])))
}
f <- cuminc(e$time, e$cause, e$grp)
out$cuminc_continuous <- list(data = "more_continuous.csv", call = "cuminc(time, cause, grp)", values = c(incidence(f, c(.1, .3, .5, 1, 1.5, 2)), list(chisq = unname(f$Tests[, "stat"]), p_value = unname(f$Tests[, "pv"]))))

crr_case <- function(data, call, x, frame, of, new) {
  f <- crr(frame$time, frame$cause, x, failcode = of, gtol = 1e-12, maxiter = 50)
  p <- predict(f, new)
  list(data = data, call = call, of = of, values = list(coef = as.list(f$coef), se = as.list(setNames(sqrt(diag(f$var)), names(f$coef))), loglik = f$loglik,
    loglik_null = f$loglik.null, predict = list(time = p[, 1], first = p[, 2], second = p[, 3])))
}
for (of in 1:3) {
  x <- model.matrix(~ x + z + grp, d)[, -1]
  out[[paste0("crr_ties_", of)]] <- crr_case("more_ties.csv", paste0("crr(time, cause, model.matrix(~ x + z + grp)[, -1], failcode = ", of, ", gtol = 1e-12)"), x, d, of, x[1:2, ])
}
x <- model.matrix(~ x * z, e)[, -1]
for (of in 1:2) out[[paste0("crr_continuous_", of)]] <- crr_case("more_continuous.csv", paste0("crr(time, cause, model.matrix(~ x * z)[, -1], failcode = ", of, ", gtol = 1e-12)"), x, e, of, x[1:2, ])
def <- crr(e$time, e$cause, x)
out$crr_default_gtol <- list(data = "more_continuous.csv", call = "crr(time, cause, model.matrix(~ x * z)[, -1])", of = 1, values = list(coef = as.list(def$coef), se = as.list(setNames(sqrt(diag(def$var)), names(def$coef)))))
write(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "more_nonparametric.json")
