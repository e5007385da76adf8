# R's answers for counts, yes/no outcomes, attributable fractions and diagnostics: Rscript more_counts.R (in this folder).
# Data sets of R's own packages and simulated ones; each case has the data file, the call as text and what it gave.
suppressMessages({library(MASS); library(pscl); library(geepack); library(survival); library(jsonlite)})
invisible(Sys.setlocale("LC_COLLATE", "C"))  # levels in the order of their bytes, as ours
set.seed(20240517)
cases <- list()
save_data <- function(name, data) {
  for (column in names(data)) if (is.factor(data[[column]])) data[[column]] <- as.character(data[[column]])
  write.csv(data, paste0("more_counts_", name, ".csv"), row.names = FALSE, na = "")
}
case <- function(.name, .data, .call, ...) cases[[.name]] <<- list(data = paste0("more_counts_", .data, ".csv"), call = .call, values = list(...))
terms_of <- function(fit) as.list(coef(fit))
se_of <- function(fit) as.list(sqrt(diag(vcov(fit))))
tight <- glm.control(epsilon = 1e-14, maxit = 100)
glm_case <- function(name, data, call, fit) case(name, data, call, coef = terms_of(fit), se = se_of(fit),
  loglik = as.numeric(logLik(fit)), deviance = deviance(fit), null_deviance = fit$null.deviance, aic = AIC(fit),
  dispersion = sum(residuals(fit, "pearson")^2) / fit$df.residual, n = nobs(fit))
robust <- function(fit, id = NULL) {
  X <- model.matrix(fit); s <- X * (fit$y - fitted(fit)); if (!is.null(id)) s <- rowsum(s, id)
  B <- solve(crossprod(X, X * fit$weights)); B %*% crossprod(s) %*% B
}

## Data
warp <- warpbreaks; names(warp) <- c("breaks", "wool", "tension"); warp$tension <- as.character(warp$tension); save_data("warp", warp)
ins <- transform(Insurance, District = paste0("d", District), Group = as.character(Group), Age = as.character(Age))
names(ins) <- tolower(names(ins)); save_data("insurance", ins)
ep <- epil; ep$lbase <- ep$lbase; save_data("epil", ep)
n <- 600
sim <- data.frame(id = rep(1:150, each = 4), x = round(rnorm(n), 6), year = sample(2015:2024, n, TRUE),
  group = sample(c("a", "b", "c"), n, TRUE), shift = rbinom(n, 1, .4), years = round(runif(n, .05, 3), 6))
u <- rep(rnorm(150, 0, .5), each = 4)
eta <- .2 + .3 * sim$x + .5 * sim$shift - .3 * (sim$group == "b") + .04 * (sim$year - 2019) + u
sim$spells <- rpois(n, exp(eta) * sim$years)
sim$days <- rnegbin(n, exp(eta + 1) * sim$years, theta = .4)
sim$mild <- rnegbin(n, exp(eta - u), theta = 8)
sim$ill <- rbinom(n, 1, plogis(eta - 1))
sim$zi <- ifelse(rbinom(n, 1, plogis(-.6 + .8 * sim$shift)) == 1, 0, rnegbin(n, exp(.9 + .3 * sim$x) * sim$years, theta = 2.2))
sim$x[c(7, 91, 300)] <- NA; sim$spells[c(12, 400)] <- NA
save_data("sim", sim)
bw <- transform(birthwt, race = paste0("r", race)); save_data("birthwt", bw)
ohio <- geepack::ohio; save_data("ohio", ohio)
bio <- bioChemists; bio$fem <- as.character(bio$fem); bio$mar <- as.character(bio$mar); save_data("bio", bio)

## Poisson
glm_case("poisson_interaction", "warp", "glm(breaks ~ wool*tension, poisson)", glm(breaks ~ wool * tension, poisson, warp, control = tight))
glm_case("poisson_offset", "insurance", "glm(claims ~ district + group + age + offset(log(holders)), poisson)",
  glm(claims ~ district + group + age + offset(log(holders)), poisson, ins, control = tight))
glm_case("poisson_missing", "sim", "glm(spells ~ x*shift + group + I(year - 2019) + offset(log(years)), poisson)",
  glm(spells ~ x * shift + group + I(year - 2019) + offset(log(years)), poisson, sim, control = tight))
glm_case("poisson_year_uncentred", "sim", "glm(spells ~ year + I(year^2) + shift + offset(log(years)), poisson)",
  glm(spells ~ year + I(year^2) + shift + offset(log(years)), poisson, sim, control = tight))
complete <- sim[complete.cases(sim), ]
f <- glm(spells ~ splines::bs(x, df = 5) + shift, poisson, complete, control = tight)
case("poisson_spline", "sim", "complete rows: glm(spells ~ splines::bs(x, df=5) + shift, poisson)", loglik = as.numeric(logLik(f)),
  deviance = deviance(f), shift = unname(coef(f)["shift"]), se_shift = sqrt(vcov(f)["shift", "shift"]))
f <- glm(spells ~ x + shift + group + offset(log(years)), poisson, complete, control = tight)
case("poisson_cluster", "sim", "complete rows: glm(spells ~ x + shift + group + offset(log(years)), poisson), scores summed by id",
  coef = terms_of(f), se = as.list(sqrt(diag(robust(f, complete$id)))))
g <- geeglm(spells ~ x + shift + group + offset(log(years)), id = id, data = complete, family = poisson, corstr = "independence")
case("poisson_cluster_gee", "sim", "complete rows: geeglm(spells ~ x + shift + group + offset(log(years)), id, independence)",
  se = as.list(setNames(summary(g)$coefficients[, 2], names(coef(g)))))

## Yes/no
glm_case("logit_interaction", "birthwt", "glm(low ~ smoke*ht + race + lwt + age, binomial)", glm(low ~ smoke * ht + race + lwt + age, binomial, bw, control = tight))
glm_case("logit_missing", "sim", "glm(ill ~ x + group*shift + year, binomial)", glm(ill ~ x + group * shift + year, binomial, sim, control = tight))
f <- glm(resp ~ age * smoke, binomial, ohio, control = tight)
case("logit_cluster", "ohio", "glm(resp ~ age*smoke, binomial), scores summed by id", coef = terms_of(f), se = as.list(sqrt(diag(robust(f, ohio$id)))))
f <- glm(low ~ smoke + race + lwt + ht + ui, poisson, bw, control = tight)
case("risk_ratio", "birthwt", "glm(low ~ smoke + race + lwt + ht + ui, poisson), HC0", coef = terms_of(f), se = as.list(sqrt(diag(robust(f)))))
f <- glm(ill ~ x + shift + group, poisson, complete, control = tight)
case("risk_ratio_cluster", "sim", "complete rows: glm(ill ~ x + shift + group, poisson), scores summed by id", coef = terms_of(f),
  se = as.list(sqrt(diag(robust(f, complete$id)))))

## Negative binomial
nb_case <- function(name, data, call, fit) case(name, data, call, coef = terms_of(fit), se = se_of(fit), loglik = as.numeric(logLik(fit)),
  deviance = deviance(fit), aic = AIC(fit), theta = fit$theta, se_theta = fit$SE.theta, n = nobs(fit))
nbc <- glm.control(epsilon = 1e-13, maxit = 500)
nb_case("nb_interaction", "warp", "glm.nb(breaks ~ wool*tension)", glm.nb(breaks ~ wool * tension, warp, control = nbc))
nb_case("nb_epil", "epil", "glm.nb(y ~ lbase*trt + lage + V4)", glm.nb(y ~ lbase * trt + lage + V4, ep, control = nbc))
nb_case("nb_offset_small_theta", "sim", "glm.nb(days ~ x + shift + group + offset(log(years)))",
  glm.nb(days ~ x + shift + group + offset(log(years)), sim, control = nbc))
nb_case("nb_large_theta", "sim", "glm.nb(mild ~ x + shift + group)", glm.nb(mild ~ x + shift + group, sim, control = nbc))
f <- glm.nb(days ~ x + shift + group + offset(log(years)), complete, control = nbc)
X <- model.matrix(f); m <- fitted(f); S <- rowsum(X * ((f$y - m) / (1 + m / f$theta)), complete$id)
B <- solve(crossprod(X, X * (m / (1 + m / f$theta))))
case("nb_cluster", "sim", "complete rows: glm.nb(days ~ x + shift + group + offset(log(years))), scores summed by id", coef = terms_of(f),
  se = as.list(setNames(sqrt(diag(B %*% crossprod(S) %*% B)), names(coef(f)))), theta = f$theta)
nb_case("nb_intercept", "sim", "glm.nb(days ~ 1)", glm.nb(days ~ 1, sim, control = nbc))

## Two parts
two_case <- function(name, data, call, fit) case(name, data, call, coef = as.list(coef(fit)), se = se_of(fit),
  loglik = as.numeric(logLik(fit)), aic = AIC(fit), theta = if (is.null(fit$theta)) NA else unname(fit$theta[1]), n = fit$n,
  mean_fitted = mean(predict(fit, type = "response")))
hc <- hurdle.control(reltol = 1e-15, maxit = 100000); zc <- zeroinfl.control(reltol = 1e-15, maxit = 100000)
two_case("hurdle_negbin_parts", "bio", "hurdle(art ~ fem + kid5 + ment | ment + mar, dist='negbin')", hurdle(art ~ fem + kid5 + ment | ment + mar, bio, dist = "negbin", control = hc))
two_case("hurdle_poisson", "bio", "hurdle(art ~ fem*kid5 + phd, dist='poisson')", hurdle(art ~ fem * kid5 + phd, bio, dist = "poisson", control = hc))
two_case("hurdle_offset", "sim", "hurdle(zi ~ x + shift | shift, offset=log(years), dist='negbin')", hurdle(zi ~ x + shift | shift, sim, offset = log(years), dist = "negbin", control = hc))
two_case("zeroinfl_negbin", "sim", "zeroinfl(zi ~ x + shift | shift, offset=log(years), dist='negbin')", zeroinfl(zi ~ x + shift | shift, sim, offset = log(years), dist = "negbin", control = zc))
two_case("zeroinfl_poisson", "bio", "zeroinfl(art ~ fem + kid5 + ment | ment, dist='poisson')", zeroinfl(art ~ fem + kid5 + ment | ment, bio, dist = "poisson", control = zc))
two_case("zeroinfl_negbin_bio", "bio", "zeroinfl(art ~ fem + kid5 + ment | ment, dist='negbin')", zeroinfl(art ~ fem + kid5 + ment | ment, bio, dist = "negbin", control = zc))

## Attributable fractions, RERI, E-values
paf <- function(fit, data, exposure, reference) {
  ref <- data; ref[[exposure]] <- reference
  1 - sum(predict(fit, ref, type = "response")) / sum(predict(fit, data, type = "response"))
}
f <- glm(low ~ smoke * race + lwt, binomial, bw, control = tight)
case("paf_logit", "birthwt", "glm(low ~ smoke*race + lwt, binomial): 1 - sum p(smoke=0)/sum p", estimate = paf(f, bw, "smoke", 0))
f <- glm(low ~ smoke + race + lwt, binomial, bw, control = tight)
case("paf_logit_factor", "birthwt", "glm(low ~ smoke + race + lwt, binomial): 1 - sum p(race=r1)/sum p", estimate = paf(f, bw, "race", "r1"))
f <- glm(spells ~ x + shift + group + offset(log(years)), poisson, complete, control = tight)
case("paf_poisson", "sim", "complete rows: glm(spells ~ x + shift + group + offset(log(years)), poisson)", estimate = paf(f, complete, "shift", 0))
f <- coxph(Surv(time, status) ~ bad + sex + age, transform(lung, bad = as.integer(ph.ecog > 0), status = status - 1))
save_data("lung", na.omit(transform(lung, bad = as.integer(ph.ecog > 0), status = status - 1)[, c("time", "status", "bad", "sex", "age")]))
d <- na.omit(transform(lung, bad = as.integer(ph.ecog > 0), status = status - 1)[, c("time", "status", "bad", "sex", "age")])
case("paf_cox", "lung", "coxph(Surv(time,status) ~ bad + sex + age): 1 - mean over cases of 1/HR(bad)", estimate = 1 - mean(exp(-coef(f)["bad"] * d$bad[d$status == 1])))
f <- glm(low ~ smoke * ui + lwt, binomial, bw, control = tight); i <- c("smoke", "ui", "smoke:ui"); b <- coef(f)[i]; V <- vcov(f)[i, i]
r <- exp(c(b[1], b[2], sum(b))); reri <- r[3] - r[1] - r[2] + 1; h <- c(r[3] - r[1], r[3] - r[2], r[3])
ap <- reri / r[3]; ha <- h / r[3] - reri / r[3]; s <- (r[3] - 1) / (r[1] + r[2] - 2)
hs <- r[3] / (r[3] - 1) - c(r[1], r[2], 0) / (r[1] + r[2] - 2); q <- qnorm(.975)
e <- function(h) sqrt(drop(h %*% V %*% h))
case("reri", "birthwt", "glm(low ~ smoke*ui + lwt, binomial), delta method", RERI = unname(c(reri, e(h), reri - q * e(h), reri + q * e(h))),
  AP = unname(c(ap, e(ha), ap - q * e(ha), ap + q * e(ha))), S = unname(c(s, e(hs), s * exp(-q * e(hs)), s * exp(q * e(hs)))))

## Diagnostics
f <- glm(low ~ smoke + race + lwt + age, binomial, bw, control = tight)
R <- cov2cor(vcov(f)[-1, -1]); own <- 2:3
case("vif", "birthwt", "glm(low ~ smoke + race + lwt + age, binomial): Fox & Monette from vcov", smoke = solve(R)[1, 1], lwt = solve(R)[4, 4], age = solve(R)[5, 5],
  race = det(R[own, own]) * det(R[-own, -own]) / det(R))
X <- model.matrix(f); B <- vcov(f); hat <- hatvalues(f); D <- (X %*% B) * ((f$y - fitted(f)) / (1 - hat))
case("influence", "birthwt", "same: (X'WX)^-1 x (y-m)/(1-h)", smoke = unname(D[1:8, "smoke"]), leverage = unname(hat[1:8]))
g <- cut(fitted(f), quantile(fitted(f), 0:10 / 10), include.lowest = TRUE); o <- tapply(f$y, g, sum); x <- tapply(fitted(f), g, sum); m <- table(g)
case("hosmer_lemeshow", "birthwt", "same: Hosmer-Lemeshow by tenths", chisq = sum((o - x)^2 / (x * (1 - x / m))))
p <- c(.001, .2, .013, .04, .04, .9, .0004, .3); f <- glm(spells ~ shift, poisson, complete)
case("p_adjust", "sim", "p.adjust", p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"), bonferroni = p.adjust(p, "bonferroni"))
f <- glm(breaks ~ tension + wool, poisson, warp, control = tight); i <- 2:3; b <- coef(f)[i]; W <- solve(vcov(f)[i, i]); s <- c(1, 2)
# levels alphabetical: H reference, L, M
slope <- drop(s %*% W %*% b / (s %*% W %*% s)); left <- b - slope * s
case("trend", "warp", "glm(breaks ~ tension + wool, poisson): generalised least squares on the levels", slope = slope, se = drop(1 / sqrt(s %*% W %*% s)),
  departure = drop(left %*% W %*% left))
write(toJSON(cases, digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"), "more_counts.json")
