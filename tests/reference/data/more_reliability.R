suppressMessages({library(psych);library(lavaan);library(multilevel);library(jsonlite)})
# R's answers for scales, agreement and factor analysis: Rscript more_reliability.R in this folder.
out <- "."
w <- function(d,n) write.csv(d, file.path(out,n), row.names=FALSE, na="")
cases <- list()
hs <- HolzingerSwineford1939[,c("school","sex",paste0("x",1:9))]; w(hs,"holzinger.csv")
b <- psych::bfi[,c("A1","A2","A3","A4","A5","C1","C2","C3","C4","C5","gender","age")]; b$A1 <- 7-b$A1; b$C4 <- 7-b$C4; b$C5 <- 7-b$C5; w(b,"bfi_two_scales.csv")
data(lq2002); lq <- lq2002[,c("COMPID",paste0("LEAD0",1:9),"LEAD10","LEAD11")]; names(lq) <- tolower(names(lq)); w(lq,"lq2002.csv")
set.seed(9); n <- 83; f <- rnorm(n); neg <- data.frame(i1=f+rnorm(n), i2=-f+rnorm(n,sd=.7), i3=.3*f+rnorm(n), i4=2*f+rnorm(n,sd=2)); w(neg,"four_items.csv")
rel <- function(name,data,d){
  a <- suppressWarnings(alpha(d, warnings=FALSE)); o <- suppressWarnings(suppressMessages(omega(d, nfactors=1, plot=FALSE, flip=TRUE)))
  cases[[name]] <<- list(family="alpha", data=data, items=names(d), call="psych::alpha, alpha.ci (Feldt), omega(nfactors = 1)", values=list(
    alpha=a$total$raw_alpha, std_alpha=a$total$std.alpha, low=a$feldt$lower.ci[[1]], high=a$feldt$upper.ci[[1]], r_drop=as.list(setNames(a$item.stats$r.drop,names(d))),
    alpha_drop=as.list(setNames(a$alpha.drop$raw_alpha,names(d))), mean=as.list(setNames(a$item.stats$mean,names(d))), omega=o$omega.tot, loadings=as.list(setNames(fa(d,1)$loadings[,1], names(d)))))
}
cc <- function(d) d[complete.cases(d),]
rel("rel_bfi_A","bfi_two_scales.csv",cc(b[,paste0("A",1:5)])); rel("rel_bfi_C","bfi_two_scales.csv",cc(b[,paste0("C",1:5)]))
rel("rel_hs_all","holzinger.csv",hs[,paste0("x",1:9)]); rel("rel_hs_verbal","holzinger.csv",hs[,paste0("x",4:6)]); rel("rel_lq","lq2002.csv",lq[,-1]); rel("rel_neg","four_items.csv",neg)
r1 <- function(name,data,d,item,gr,A){ o <- rwg(d[[item]],d[[gr]],ranvar=(A^2-1)/12); cases[[name]] <<- list(family="rwg",data=data,items=list(item),group=gr,categories=A,call=sprintf("multilevel::rwg(%s, %s, ranvar = %g)",item,gr,(A^2-1)/12),values=list(group=as.character(o$grpid),rwg=o$rwg,n=o$gsize)) }
rj <- function(name,data,d,items,gr,A){ o <- rwg.j(d[,items],d[[gr]],ranvar=(A^2-1)/12); cases[[name]] <<- list(family="rwg",data=data,items=items,group=gr,categories=A,call=sprintf("multilevel::rwg.j(%d items, %s, ranvar = %g)",length(items),gr,(A^2-1)/12),values=list(group=as.character(o$grpid),rwg=o$rwg.j,n=o$gsize)) }
r1("rwg_lq","lq2002.csv",lq,"lead01","compid",5); rj("rwgj_lq","lq2002.csv",lq,names(lq)[-1],"compid",5); rj("rwgj_lq2","lq2002.csv",lq,c("lead03","lead07"),"compid",5)
r1("rwg_bfi","bfi_two_scales.csv",b,"A1","age",6); rj("rwgj_bfi","bfi_two_scales.csv",b,paste0("C",1:5),"age",6)
ms <- c("chisq","df","pvalue","cfi","tli","rmsea","rmsea.ci.lower","rmsea.ci.upper","srmr","logl","aic","bic","baseline.chisq","baseline.df")
cf <- function(name,data,d,model,group=NULL,equal=NULL,factors){
  args <- list(model, data=d); if(!is.null(group)) args$group <- group; if(!is.null(equal)) args$group.equal <- equal
  m <- do.call("cfa",args); pe <- parameterEstimates(m, standardized=TRUE); pe <- pe[pe$op %in% c("=~","~~","~1"),]
  cases[[name]] <<- list(family="cfa",data=data,factors=factors,group=group,equal=equal,call=sprintf("lavaan::cfa(%s%s%s)",gsub("\n","; ",model),if(is.null(group)) "" else paste0(", group = ",group), if(is.null(equal)) "" else paste0(", group.equal = ",paste(equal,collapse="+"))),
   values=list(fit=as.list(fitMeasures(m,ms)), par=data.frame(lhs=pe$lhs,op=pe$op,rhs=pe$rhs,group=if(is.null(group)) 1 else pe$group,est=pe$est,se=pe$se,std=pe$std.all), n=lavInspect(m,"ntotal"), labels=if(is.null(group)) NULL else lavInspect(m,"group.label")))
}
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"; f3 <- list(visual=paste0("x",1:3),textual=paste0("x",4:6),speed=paste0("x",7:9))
cf("hs_three","holzinger.csv",hs,three,factors=f3)
cf("hs_configural","holzinger.csv",hs,three,"school",factors=f3)
cf("hs_metric","holzinger.csv",hs,three,"school","loadings",factors=f3)
cf("hs_scalar","holzinger.csv",hs,three,"school",c("loadings","intercepts"),factors=f3)
one <- paste("agree =~",paste0("A",1:5,collapse=" + ")); cf("bfi_one","bfi_two_scales.csv",b,one,factors=list(agree=paste0("A",1:5)))
two <- paste0(one,"\nconsc =~ ",paste0("C",1:5,collapse=" + ")); f2 <- list(agree=paste0("A",1:5),consc=paste0("C",1:5))
cf("bfi_two","bfi_two_scales.csv",b,two,factors=f2)
cf("bfi_gender_configural","bfi_two_scales.csv",b,two,"gender",factors=f2); cf("bfi_gender_metric","bfi_two_scales.csv",b,two,"gender","loadings",factors=f2); cf("bfi_gender_scalar","bfi_two_scales.csv",b,two,"gender",c("loadings","intercepts"),factors=f2)
cf("hs_one_saturated","holzinger.csv",hs,"verbal =~ x4 + x5 + x6",factors=list(verbal=paste0("x",4:6)))
cf("lq_one","lq2002.csv",lq,paste("lead =~",paste(names(lq)[-1],collapse=" + ")),factors=list(lead=names(lq)[-1]))
write(toJSON(cases,auto_unbox=TRUE,digits=15,null="null",na="null",pretty=FALSE), file.path(out,"more_reliability.json"))
