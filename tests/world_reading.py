"""Reads the deliveries of a synthetic world back into the frame of a study, as a researcher would make it of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from analysis.cohort import merge_spells
from analysis.instruments import kiwest, must, score_scales
from secure_zone.demo.world import truth
from secure_zone.identity.many import FEMALE, read_numbers

COVARIATES = {
    "role_conflict": "role_conflict",
    "leadership": "leadership",
    "demands": "demands",
    "self_determination": "self_determination",
    "female": "female",
    "age": "age_per_ten_years",
    "education": "education_per_level",
    "prior": "prior_absence",
}
LEVELS = {"2": 1, "4": 2, "6": 3, "7": 4}


def text_table(folder: Path, name: str) -> pd.DataFrame:
    """One of the CSV deliveries, everything as text."""
    old = name == "sick_leave_2019.csv"
    return pd.read_csv(folder / name, sep=";", dtype=str, encoding="cp1252" if old else "utf-8")


def exposures(folder: Path) -> pd.DataFrame:
    """Every answer of every wave: `fnr, wave, unit` and the four exposures, scored as the truth says."""
    answers = []
    for path in sorted(folder.glob("answers_*.sav")):
        _, wave, name = path.stem.split("_")[:3]
        frame, _ = pyreadstat.read_sav(path, user_missing=True)
        scores = score_scales(frame, {"must": must(), "kiwest": kiwest()}[name], version=frame["version"].iloc[0])
        measured = {
            exposure: 6 - scores[how.scale] if how.turned else scores[how.scale]
            for exposure, how in truth.EXPOSURES[name].items()
        }
        unit = frame[["orgnr", "unit_1", "unit_2", "unit_3", "unit_4"]].agg("/".join, axis=1)
        answers.append(pd.DataFrame({**measured, "respondent": frame["respondent"], "unit": unit, "wave": int(wave)}))
    identities = pd.concat([text_table(folder, path.name) for path in sorted(folder.glob("identities_*.csv"))])
    return pd.concat(answers).merge(identities[["respondent", "fnr"]], on="respondent", validate="one_to_one")


def long_spells(folder: Path) -> pd.DataFrame:
    """Everybody's spells of more than 16 days: `person, start, stop`."""
    rows = pd.concat([text_table(folder, path.name) for path in sorted(folder.glob("sick_leave_*.csv"))])
    spells = merge_spells(
        pd.DataFrame(
            {
                "person": rows["fnr"],
                "start": pd.to_datetime(rows["fom"], format="%d.%m.%Y"),
                "stop": pd.to_datetime(rows["tom"], format="%d.%m.%Y"),
                "grade": rows["grad"].str.replace(",", ".").astype(float),
            }
        )
    )
    return spells[spells["days"] >= truth.LONG_TERM_DAYS]


def pension_starts(folder: Path) -> pd.Series:
    """The first day of each disability pension, by fnr."""
    rows = pd.concat([pyreadstat.read_dta(path)[0] for path in sorted(folder.glob("disability_pension*.dta"))])
    return pd.Series(pd.to_datetime(rows["fom"], unit="D").to_numpy(), index=rows["fnr"])


def cohort(folder: Path) -> pd.DataFrame:
    """A row for each answer, followed to the next wave: the COVARIATES, `entry, stop, event` of the first long-term
    absence, and `pension_stop, pension` of disability; days from the day the wave opened."""
    answers, spells, pensions = exposures(folder), long_spells(folder), pension_starts(folder)
    population = text_table(folder, "population.csv").set_index("fnr")
    education = text_table(folder, "education.csv").set_index("fnr")["nus2000"].str[0].map(LEVELS)
    days = [pd.Timestamp(day) for day in (*truth.WAVES.values(), truth.REGISTER_END)]
    followed = []
    for wave, day, end in zip(truth.WAVES, days, days[1:], strict=False):
        rows = answers[answers["wave"] == wave].copy()
        window = day - pd.Timedelta(days=truth.PRIOR_WINDOW_DAYS)
        before = spells[(spells["start"] < day) & (spells["stop"] >= window)]
        rows["prior"] = rows["fnr"].isin(before["person"]).astype(float)
        free = rows["fnr"].map(before.groupby("person")["stop"].max()) + pd.Timedelta(days=17)
        rows["entry"] = ((free - day).dt.days).fillna(0).clip(lower=0)
        numbers = read_numbers(rows["fnr"])
        birth = pd.Series(numbers.birth, index=rows.index).astype("datetime64[s]")
        rows["female"] = (numbers.sex == FEMALE).astype(float)
        rows["age"] = ((day - birth).dt.days / 365.25 - truth.AGE_ZERO) / 10
        rows["education"] = rows["fnr"].map(education) - 1
        pension = rows["fnr"].map(pensions)
        gone = [pd.to_datetime(rows["fnr"].map(population[name]), format="%Y%m%d") for name in ("doed", "utvandret")]
        old = birth + pd.to_timedelta(np.floor(truth.RETIREMENT_AGE * 365.25), unit="D")
        last = pd.concat([*gone, pension, old], axis=1).min(axis=1).fillna(end).clip(upper=end)
        later = spells[(spells["start"] >= day) & (spells["start"] < end)]
        first = rows["fnr"].map(later.groupby("person")["start"].min())
        rows["event"] = (first <= last).astype(int)
        rows["stop"] = (first.where(first <= last, last) - day).dt.days + 0.5
        rows["pension"] = ((pension >= day) & (pension <= last)).astype(int)
        rows["pension_stop"] = (last - day).dt.days + 0.5
        followed.append(rows)
    return pd.concat(followed, ignore_index=True)
