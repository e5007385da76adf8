"""Yes/no outcomes beside R: logistic and modified Poisson regression."""

from __future__ import annotations

from cases_counts import simple

from analysis.binary import logistic, risk_ratio

BIRTHWT = "smoke + C(race) + age"
CASES = [
    simple("birthwt", risk_ratio, BIRTHWT, file="reference.json", outcome="low"),
    simple("birthwt_logit", logistic, BIRTHWT, file="reference.json", outcome="low"),
    simple("logit_interaction", logistic, "smoke * ht + race + lwt + age", outcome="low"),
    simple("logit_missing", logistic, "x + group * shift + year", outcome="ill"),
    simple("logit_cluster", logistic, "age * smoke", outcome="resp", cluster="id"),
    simple("risk_ratio", risk_ratio, "smoke + race + lwt + ht + ui", outcome="low"),
    simple("risk_ratio_cluster", risk_ratio, "x + shift + group", outcome="ill", cluster="id", whole=True),
]
