"""What is delivered, file by file. Column names, codes and dates are those of Norwegian senders.

answers_WAVE_INSTRUMENT.sav       respondent, orgnr, answered (date), version, unit_1 to unit_4, a column per item:
                                  value labels, user-missing 97 (not applicable), 98 (skipped), 99 (not answered), empty
                                  where the add-on was not asked
identities_WAVE.csv               respondent, fnr, navn
consents.jsonl                    id, fnr, purpose (research, linking), kind (given, withdrawn), at (ISO 8601), form
units_WAVE_ORGNR.xlsx             Nivå1, Nivå2, ...
sick_leave_YEAR.csv               fnr, orgnr, fom, tom (dd.mm.yyyy), grad (decimal comma), diagnose (ICPC-2),
                                  diagnosetekst; by the year of fom; that of 2019 in Windows-1252, the others in UTF-8
work_assessment_allowance.dta     fnr, fom, tom (days since 1970-01-01)
disability_pension.dta            fnr, fom (days since 1970-01-01), grad
population.csv                    fnr, kjonn (K, M), foedt (YYYYMM), doed, utvandret (YYYYMMDD or empty)
education.csv                     fnr, nus2000, fullfoert (YYYYMM)
employment.csv                    fnr, orgnr, yrke (STYRK-08), stillingsprosent (decimal comma), fra, til (YYYYMMDD, til
                                  empty while it lasts)

CSV files have semicolons and CRLF. In large worlds .sav and .dta files come in parts: ..._part01, ..._part02.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """One file in the inbox. `kind` is what `varde intake --as` is told: survey, identities, consents, units or
    register:NAME."""

    name: str
    kind: str
    rows: int


def part_name(stem: str, suffix: str, part: int, parts: int) -> str:
    """`answers_2021_must.sav`, or `answers_2021_must_part03.sav` where the people do not fit into one file."""
    return f"{stem}.{suffix}" if parts == 1 else f"{stem}_part{part + 1:02d}.{suffix}"
