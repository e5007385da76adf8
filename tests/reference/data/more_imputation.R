# R's answers for pooling: the completed data sets and what mice::pool makes of fits to them. Rscript more_imputation.R here.
suppressMessages({library(mice); library(survival); library(jsonlite)})
cases <- list()
keep <- function(name, call, data, fits, extra = list()) {
  s <- summary(pool(fits), conf.int = TRUE); p <- pool(fits)$pooled
  cases[[name]] <<- c(list(call = call, data = data, values = lapply(setNames(seq_len(nrow(s)), as.character(s$term)), function(i)
    list(estimate = s$estimate[i], std_error = s$std.error[i], df = s$df[i], p_value = s$p.value[i], conf_low = s[i, "2.5 %"], conf_high = s[i, "97.5 %"],
         riv = p$riv[i], fmi = p$fmi[i])), dfcom = p$dfcom[1]), extra)
}
set.seed(11)
b <- MASS::birthwt[, c("low", "age", "lwt", "smoke", "race")]; b$age[sample(189, 40)] <- NA; b$smoke[sample(189, 30)] <- NA; b$race <- factor(b$race)
imp <- mice(b, m = 5, maxit = 5, seed = 2, printFlag = FALSE); write.csv(complete(imp, "long"), "imputed_birthwt.csv", row.names = FALSE)
write.csv(b, "gaps_birthwt.csv", row.names = FALSE, na = "")
keep("pool_logistic", "pool(glm(low ~ smoke + age + race, binomial))", "imputed_birthwt.csv", with(imp, glm(low ~ smoke + age + race, family = binomial, control = list(epsilon = 1e-14))))
keep("pool_poisson", "pool(glm(low ~ smoke + age, poisson))", "imputed_birthwt.csv", with(imp, glm(low ~ smoke + age, family = poisson, control = list(epsilon = 1e-14))))
l <- survival::lung[, c("time", "status", "age", "sex", "ph.ecog", "ph.karno", "wt.loss")]; l$status <- l$status - 1; names(l)[5:7] <- c("ecog", "karno", "loss")
imp <- mice(l, m = 4, maxit = 5, seed = 3, printFlag = FALSE); write.csv(complete(imp, "long"), "imputed_lung.csv", row.names = FALSE)
keep("pool_cox", "pool(coxph(Surv(time, status) ~ age + sex + karno + loss))", "imputed_lung.csv", with(imp, coxph(Surv(time, status) ~ age + sex + karno + loss)))
write(toJSON(cases, auto_unbox = TRUE, digits = 15, null = "null", pretty = TRUE), "more_imputation.json")
