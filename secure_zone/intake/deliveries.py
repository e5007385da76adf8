"""The kinds of deliveries the zone takes in, and the schema of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from secure_zone.errors import BadInput
from secure_zone.intake.schema import Column, DateForm, Schema, Type

# Real organisation numbers begin with 8 or 9; the synthetic ones of the demo with 3.
ORGNR = r"[389][0-9]{8}"
ICPC_2 = r"[ABDFHKLNPRSTUWXYZ-][0-9]{2}(\.[0-9]{1,4})?"
RESPONDENT = r"[A-Za-z0-9-]{1,64}"
SINCE, UNTIL = date(1900, 1, 1), date(2099, 12, 31)
DAYS = (SINCE, UNTIL)
PERCENT = (0.0, 100.0)
MOST_LEVELS = 12

FNR = Column("fnr", Type.FNR)
EMPLOYER = Column("orgnr", Type.CODE, pattern=ORGNR)
NORWEGIAN = (DateForm.NORWEGIAN, DateForm.ISO)
REGISTER_DAY = (DateForm.YYYYMMDD,)
EPOCH = (DateForm.EPOCH_DAYS,)

SURVEY = Schema(
    "survey",
    (
        Column("respondent", Type.CODE, pattern=RESPONDENT, unique=True),
        EMPLOYER,
        Column("answered", Type.DATE, range=DAYS, forms=(DateForm.ISO, DateForm.SPSS_SECONDS)),
        Column("version", Type.CODE, pattern=r"[A-Za-z0-9._-]{1,16}"),
        *(Column(f"unit_{level}", Type.TEXT, required=False) for level in (1, 2, 3, 4)),
    ),
    items_too=True,
)
IDENTITIES = Schema(
    "identities",
    (
        Column("respondent", Type.CODE, pattern=RESPONDENT, unique=True),
        FNR,
        Column("navn", Type.NAME, max_length=200),
    ),
)
CONSENTS = Schema(
    "consents",
    (
        Column("id", Type.CODE, pattern=r"[A-Za-z0-9-]{1,64}"),
        FNR,
        Column("purpose", Type.CODE, codes=frozenset({"research", "linking"})),
        Column("kind", Type.CODE, codes=frozenset({"given", "withdrawn"})),
        Column("at", Type.MOMENT),
        Column("form", Type.CODE, pattern=r"[A-Za-z0-9._-]{1,32}", required=False),
    ),
    json_lines=True,
)
UNITS = Schema("units", (), levels=True)
REGISTERS = (
    Schema(
        "register:sick_leave",
        (
            FNR,
            EMPLOYER,
            Column("fom", Type.DATE, range=DAYS, forms=NORWEGIAN),
            Column("tom", Type.DATE, range=DAYS, forms=NORWEGIAN, not_before="fom"),
            Column("grad", Type.DECIMAL, range=PERCENT),
            Column("diagnose", Type.CODE, pattern=ICPC_2, required=False),
            Column("diagnosetekst", Type.TEXT, required=False),
        ),
    ),
    Schema(
        "register:work_assessment_allowance",
        (
            FNR,
            Column("fom", Type.DATE, range=DAYS, forms=EPOCH),
            Column("tom", Type.DATE, required=False, range=DAYS, forms=EPOCH, not_before="fom"),
        ),
    ),
    Schema(
        "register:disability_pension",
        (
            FNR,
            Column("fom", Type.DATE, range=DAYS, forms=EPOCH),
            Column("grad", Type.DECIMAL, range=PERCENT),
        ),
    ),
    Schema(
        "register:population",
        (
            replace(FNR, unique=True),
            Column("kjonn", Type.CODE, codes=frozenset({"K", "M"})),
            Column("foedt", Type.DATE, range=(date(1850, 1, 1), UNTIL), forms=(DateForm.YYYYMM,)),
            Column("doed", Type.DATE, required=False, range=DAYS, forms=REGISTER_DAY, not_before="foedt"),
            Column("utvandret", Type.DATE, required=False, range=DAYS, forms=REGISTER_DAY, not_before="foedt"),
        ),
    ),
    Schema(
        "register:education",
        (
            FNR,
            Column("nus2000", Type.CODE, pattern=r"[0-9]{6}"),
            Column("fullfoert", Type.DATE, required=False, range=DAYS, forms=(DateForm.YYYYMM,)),
        ),
    ),
    Schema(
        "register:employment",
        (
            FNR,
            EMPLOYER,
            Column("yrke", Type.CODE, pattern=r"[0-9]{4}([0-9]{3})?"),
            Column("stillingsprosent", Type.DECIMAL, range=(0.0, 200.0)),
            Column("fra", Type.DATE, range=DAYS, forms=REGISTER_DAY),
            Column("til", Type.DATE, required=False, range=DAYS, forms=REGISTER_DAY, not_before="fra"),
        ),
    ),
)
SCHEMAS = {schema.kind: schema for schema in (SURVEY, IDENTITIES, CONSENTS, UNITS, *REGISTERS)}


def schema_for(kind: str, *, items: Iterable[str] = ()) -> Schema:
    """The schema of what `varde intake --as` names. items: the questionnaire's item names, for surveys, so that
    findings can name them instead of counting columns."""
    if kind not in SCHEMAS:
        raise BadInput("There is no such kind of delivery. There are: {kinds}.", kinds=", ".join(SCHEMAS))
    return replace(SCHEMAS[kind], items=frozenset(items))
