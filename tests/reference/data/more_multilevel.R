suppressMessages({library(lme4);library(geepack);library(jsonlite);library(multilevel)})
# R's answers for mixed models, marginal models and intraclass correlations: Rscript more_multilevel.R in this folder.
out <- "."
w <- function(d,n) write.csv(d, file.path(out,n), row.names=FALSE, na="")
cases <- list()
lmm <- function(name, data, call, f, reml=TRUE) {
  ctl <- lmerControl(optimizer="bobyqa",optCtrl=list(rhoend=1e-12,maxfun=1e5))
  m <- tryCatch(lmer(f, data=get(sub(".csv","",data)), REML=reml, control=ctl), error=function(e) lmer(f, data=get(sub(".csv","",data)), REML=reml))
  m <- tryCatch(update(m, start=getME(m,"theta")), error=function(e) m)
  vc <- as.data.frame(VarCorr(m))
  g <- vc[vc$grp!="Residual",]
  cases[[name]] <<- list(family="linear_mixed", data=data, call=call, values=list(coef=as.list(fixef(m)), se=as.list(sqrt(diag(as.matrix(vcov(m))))),
    covariance=g$vcov, var_resid=sigma(m)^2, deviance= if(reml) REMLcrit(m) else deviance(m), n=nobs(m), groups=unname(ngrps(m)), logLik=as.numeric(logLik(m))))
}
glmm <- function(name, data, call, f) {
  m <- glmer(f, data=get(sub(".csv","",data)), family=binomial, control=glmerControl(optimizer="bobyqa", optCtrl=list(rhoend=1e-10,maxfun=1e5), tolPwrss=1e-12))
  cases[[name]] <<- list(family="logistic_mixed", data=data, call=call, values=list(coef=as.list(fixef(m)), se=as.list(sqrt(diag(as.matrix(vcov(m))))),
    sd_group=unname(getME(m,"theta")), loglik=as.numeric(logLik(m)), n=nobs(m), groups=unname(ngrps(m))))
}
g <- function(name, data, call, f, id, fam, cor) {
  d <- get(sub(".csv","",data)); d$.id <- as.integer(factor(d[[id]], levels=unique(d[[id]])))
  m <- geeglm(f, data=d, id=.id, family=fam, corstr=cor, control=geese.control(epsilon=1e-12,maxit=200))
  s <- summary(m)
  cases[[name]] <<- list(family="gee", data=data, call=call, values=list(coef=as.list(coef(m)), se=as.list(setNames(s$coefficients[,2],rownames(s$coefficients))),
    scale=s$dispersion[1,1], alpha= if(cor=="independence") NULL else s$corr[1,1]))
}
sleepstudy <- sleepstudy; w(sleepstudy,"sleepstudy.csv")
cbpp1 <- do.call(rbind, lapply(seq_len(nrow(cbpp)), function(i) with(cbpp[i,], data.frame(herd=herd, period=paste0("p",period), sick=c(rep(1,incidence),rep(0,size-incidence))))))
w(cbpp1,"cbpp1.csv")
ohio <- geepack::ohio; w(ohio,"ohio.csv")
dietox <- na.omit(geepack::dietox[,c("Weight","Pig","Time","Cu","Evit")]); w(dietox,"dietox.csv")
data(respiratory); respiratory$id <- paste0(respiratory$center,"-",respiratory$id); w(respiratory,"respiratory.csv")
seizure <- geepack::seizure; 
sz <- do.call(rbind, lapply(1:nrow(seizure), function(i) with(seizure[i,], data.frame(id=i, y=c(y1,y2,y3,y4), trt=trt, base=base, age=age, visit=1:4)))); w(sz,"sz.csv")
set.seed(4)
K <- 60; n <- sample(1:25, K, TRUE); gid <- rep(1:K, n); N <- length(gid)
sim <- data.frame(unit=sample(paste0("u",1:K))[gid], x=rnorm(N), z=rnorm(K)[gid], sex=sample(c("F","M"),N,TRUE), skill=sample(1:3,N,TRUE))
u <- rnorm(K)[gid]; sl <- rnorm(K,sd=.3)[gid]
sim$y <- 1000 + 2*sim$x + .7*sim$z + (sim$sex=="M") + 1.5*u + sl*sim$x + rnorm(N)
sim$event <- rbinom(N,1,plogis(-1 + .5*sim$x + .4*(sim$sex=="M") + .3*(sim$skill==2) + .9*u))
sim$count <- rpois(N, exp(.2 + .3*sim$x + .4*u))
sim$none <- rnorm(N); sim$coin <- rbinom(N,1,.4)
sim$noise <- rnorm(N); sim$noise <- sim$noise - ave(sim$noise, sim$unit); sim$alternate <- ave(seq_len(N), sim$unit, FUN=function(i) seq_along(i)%%2)
sim <- sim[sample(N),]; sim$x[c(3,50,51)] <- NA
sim <- sim[order(sim$unit),]   # geepack needs groups together
w(sim,"sim_units.csv")
sim_units <- sim
lmm("sleepstudy","sleepstudy.csv","lmer(Reaction ~ Days + (1 | Subject))",Reaction~Days+(1|Subject))
lmm("sleepstudy_ml","sleepstudy.csv","lmer(Reaction ~ Days + (1 | Subject), REML = FALSE)",Reaction~Days+(1|Subject),FALSE)
lmm("sleepstudy_slope","sleepstudy.csv","lmer(Reaction ~ Days + (Days | Subject))",Reaction~Days+(Days|Subject))
lmm("sleepstudy_slope_ml","sleepstudy.csv","lmer(Reaction ~ Days + (Days | Subject), REML = FALSE)",Reaction~Days+(Days|Subject),FALSE)
lmm("units_lmm","sim_units.csv","lmer(y ~ x + z + sex + factor(skill) + (1 | unit))",y~x+z+sex+factor(skill)+(1|unit))
lmm("units_slope","sim_units.csv","lmer(y ~ x + z + sex + (x | unit))",y~x+z+sex+(x|unit))
lmm("units_interaction","sim_units.csv","lmer(y ~ x * sex + (1 | unit))",y~x*sex+(1|unit))
lmm("units_boundary","sim_units.csv","lmer(none ~ x + sex + (1 | unit))",none~x+sex+(1|unit))
lmm("units_zero","sim_units.csv","lmer(noise ~ sex + (1 | unit))",noise~sex+(1|unit))
lmm("dietox_lmm","dietox.csv","lmer(Weight ~ Time + Cu + (1 | Pig))",Weight~Time+Cu+(1|Pig))
sim_units <- sim
glmm("cbpp","cbpp1.csv","glmer(sick ~ period + (1 | herd), binomial)",sick~period+(1|herd))
glmm("ohio_glmm","ohio.csv","glmer(resp ~ age + smoke + (1 | id), binomial)",resp~age+smoke+(1|id))
glmm("units_glmm","sim_units.csv","glmer(event ~ x + sex + factor(skill) + (1 | unit), binomial)",event~x+sex+factor(skill)+(1|unit))
glmm("units_null","sim_units.csv","glmer(event ~ 1 + (1 | unit), binomial)",event~1+(1|unit))
glmm("units_coin","sim_units.csv","glmer(coin ~ x + sex + (1 | unit), binomial)",coin~x+sex+(1|unit))
glmm("units_zero_glmm","sim_units.csv","glmer(alternate ~ x + sex + (1 | unit), binomial)",alternate~x+sex+(1|unit))
glmm("respiratory_glmm","respiratory.csv","glmer(outcome ~ treat + sex + age + baseline + (1 | id), binomial)",outcome~treat+sex+age+baseline+(1|id))
simc <- sim[complete.cases(sim),]; 
for (co in c("independence","exchangeable","ar1")) {
 g(paste0("ohio_",co),"ohio.csv",sprintf('geeglm(resp ~ age * smoke, id = id, binomial, corstr = "%s")',co),resp~age*smoke,"id",binomial,co)
 g(paste0("dietox_",co),"dietox.csv",sprintf('geeglm(Weight ~ Time + Cu, id = Pig, gaussian, corstr = "%s")',co),Weight~Time+Cu,"Pig",gaussian,co)
 g(paste0("seizure_",co),"sz.csv",sprintf('geeglm(y ~ trt + base + age, id = id, poisson, corstr = "%s")',co),y~trt+base+age,"id",poisson,co)
 g(paste0("respiratory_",co),"respiratory.csv",sprintf('geeglm(outcome ~ treat + sex + age + baseline, id = id, binomial, corstr = "%s")',co),outcome~treat+sex+age+baseline,"id",binomial,co)
 sim_units <- simc
 g(paste0("units_count_",co),"sim_units.csv",sprintf('geeglm(count ~ x + sex, id = unit, poisson, corstr = "%s")',co),count~x+sex,"unit",poisson,co)
}
icc <- function(name,data,y,gr){ d<-get(sub(".csv","",data)); d$.g<-as.factor(d[[gr]]); a<-aov(as.formula(paste(y,"~ .g")),data=d)
 cases[[name]] <<- list(family="icc",data=data,call=sprintf("multilevel::ICC1, ICC2(aov(%s ~ factor(%s)))",y,gr),outcome=y,group=gr,values=list(icc1=ICC1(a),icc2=ICC2(a),f=summary(a)[[1]][1,4]))}
icc("icc_units","sim_units.csv","y","unit"); icc("icc_units_none","sim_units.csv","none","unit"); icc("icc_sleep","sleepstudy.csv","Reaction","Subject"); icc("icc_dietox","dietox.csv","Weight","Pig")
write(toJSON(cases,auto_unbox=TRUE,digits=15,null="null",pretty=TRUE), file.path(out,"more_multilevel.json"))
