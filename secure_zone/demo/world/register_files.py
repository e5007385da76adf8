"""The registers as they are delivered: sick leave, benefits, population, education and employment, for everybody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
from numpy.typing import NDArray

from secure_zone.demo.world.certificates import DIAGNOSES, certificates_of
from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.delivery import Delivery, part_name
from secure_zone.demo.world.fixed_times import fix_dta
from secure_zone.demo.world.histories import START, Histories, Spells
from secure_zone.demo.world.organisations import Organisation, organisation_number
from secure_zone.demo.world.people import EDUCATION_CODES, OTHER_EMPLOYERS, People
from secure_zone.demo.world.text_tables import append_csv, decimal_comma, written_days
from secure_zone.demo.world.truth import REGISTER_END

# One year still comes from the old system.
OLD_ENCODING_YEAR = 2019
FIRST_OTHER_EMPLOYER = 500_000
NO_DAY = np.datetime64("NaT", "D")
CODES = np.array(list(DIAGNOSES))
TEXTS = np.array([text for _, text in DIAGNOSES.values()])


class RegisterFiles:
    """Writes the registers of one block of people after the other."""

    def __init__(self, folder: Path, organisations: tuple[Organisation, ...], seed: int, blocks: int) -> None:
        self.folder = folder
        self.seed = seed
        self.blocks = blocks
        self.main_employers = np.array([one.number for one in organisations], dtype="S9")
        others = [organisation_number(FIRST_OTHER_EMPLOYER + serial) for serial in range(OTHER_EMPLOYERS)]
        self.other_employers = np.array(others, dtype="S9")
        self.rows: dict[tuple[str, str], int] = {}

    def deliveries(self) -> list[Delivery]:
        """What has been written."""
        return [Delivery(name, kind, rows) for (name, kind), rows in self.rows.items()]

    def write(self, people: People, histories: Histories, block: int) -> None:
        """Adds a block of people to every register."""
        self._sick_leave(people, histories, block)
        self._benefit(people, histories.aap, "work_assessment_allowance", block)
        self._disability(people, histories, block)
        self._population(people, histories)
        self._education(people, block)
        self._employment(people, histories, block)

    def _sick_leave(self, people: People, histories: Histories, block: int) -> None:
        rows = certificates_of(people, histories, chance(self.seed, "certificates", block))
        fnr, employer = people.fnr[rows.person], self._employer(people, rows.person, rows.start)
        employer = np.where(rows.second_employer, self.other_employers[people.other_employer[rows.person]], employer)
        year = rows.start.astype("datetime64[Y]").astype(int) + 1970
        for one in np.unique(year):
            now = np.flatnonzero(year == one)
            self._csv(
                f"sick_leave_{one}.csv",
                "sick_leave",
                {
                    "fnr": fnr[now],
                    "orgnr": employer[now],
                    "fom": written_days(rows.start[now], "%d.%m.%Y"),
                    "tom": written_days(rows.stop[now], "%d.%m.%Y"),
                    "grad": decimal_comma(rows.grade[now]),
                    "diagnose": CODES[rows.diagnosis[now]],
                    "diagnosetekst": TEXTS[rows.diagnosis[now]],
                },
                encoding="cp1252" if one == OLD_ENCODING_YEAR else "utf-8",
            )

    def _employer(self, people: People, person: NDArray[np.int64], day: NDArray[np.datetime64]) -> NDArray[np.bytes_]:
        """Where people worked on a day: in the surveyed organisation, or elsewhere before and after."""
        here = (day >= people.hired[person]) & (day < people.left[person])
        # A number that stays the same for a person.
        elsewhere = (people.birth[person].astype(int) * 7 + people.occupation[person]) % OTHER_EMPLOYERS
        return np.where(here, self.main_employers[people.organisation[person]], self.other_employers[elsewhere])

    def _disability(self, people: People, histories: Histories, block: int) -> None:
        draw = chance(self.seed, "disability grade", block)
        person = np.flatnonzero(np.isfinite(histories.disability))
        partly = draw.random(person.size) < 0.25
        grade = np.where(partly, draw.choice([20, 40, 50, 60, 80], person.size), 100)
        days = START + histories.disability[person].astype(np.int64)
        frame = {"fnr": people.fnr[person].astype("U11"), "fom": days.astype(float), "grad": grade.astype(float)}
        self._dta("disability_pension", pd.DataFrame(frame), block)

    def _benefit(self, people: People, spells: Spells, name: str, block: int) -> None:
        frame = {
            "fnr": people.fnr[spells.person].astype("U11"),
            "fom": (START + spells.start).astype(float),
            "tom": (START + spells.stop).astype(float),
        }
        self._dta(name, pd.DataFrame(frame), block)

    def _population(self, people: People, histories: Histories) -> None:
        days = {name: _day(getattr(histories, name)) for name in ("death", "emigration")}
        self._csv(
            "population.csv",
            "population",
            {
                "fnr": people.fnr,
                "kjonn": np.where(people.female, "K", "M"),
                "foedt": written_days(people.birth, "%Y%m"),
                "doed": written_days(days["death"], "%Y%m%d"),
                "utvandret": written_days(days["emigration"], "%Y%m%d"),
            },
        )

    def _education(self, people: People, block: int) -> None:
        draw = chance(self.seed, "education", block)
        completed = people.birth + ((16 + 3 * people.education + 4 * draw.random(len(people))) * 365.25).astype(
            np.int64
        )
        self._csv(
            "education.csv",
            "education",
            {
                "fnr": people.fnr,
                "nus2000": np.array(EDUCATION_CODES)[people.education - 1],
                "fullfoert": written_days(completed, "%Y%m"),
            },
        )

    def _employment(self, people: People, histories: Histories, block: int) -> None:
        """The years before, in and after the surveyed organisation, and the second job of some."""
        draw = chance(self.seed, "employment", block)
        size = len(people)
        everyone = np.arange(size)
        start, end = START - 20 * 365, np.datetime64(REGISTER_END) + 1
        stop = np.fmin(_day(histories.last_day), _day(histories.disability))
        stop = np.where(np.isnat(stop), np.fmin(people.birth + 67 * 366, end), np.fmin(stop, people.birth + 67 * 366))
        adult = np.maximum(people.birth + 18 * 366, start)
        elsewhere = self._employer(people, everyone, np.full(size, np.datetime64("1900-01-01")))
        here = self.main_employers[people.organisation]
        second = self.other_employers[people.other_employer]
        two = people.other_employer >= 0
        spans = [
            (adult, people.hired, elsewhere, np.ones(size, dtype=bool)),
            (people.hired, people.left, here, np.ones(size, dtype=bool)),
            (people.left, np.full(size, end), elsewhere, np.ones(size, dtype=bool)),
            (people.hired, people.left, second, two),
        ]
        share = np.where(two, 60, draw.choice([100, 100, 100, 80, 50], size))
        for first, last, employer, has in spans:
            until = np.minimum(last, stop)
            now = np.flatnonzero(has & (first < until))
            ended = np.where(until[now] < end, until[now] - 1, NO_DAY)
            self._csv(
                "employment.csv",
                "employment",
                {
                    "fnr": people.fnr[now],
                    "orgnr": employer[now],
                    "yrke": people.occupation[now],
                    "stillingsprosent": decimal_comma(share[now]),
                    "fra": written_days(first[now], "%Y%m%d"),
                    "til": written_days(ended, "%Y%m%d"),
                },
            )

    def _csv(self, name: str, register: str, columns: dict[str, object], encoding: str = "utf-8") -> None:
        append_csv(self.folder / name, columns, encoding=encoding)
        first = next(iter(columns.values()))
        self._count(name, register, len(first) if isinstance(first, np.ndarray | pa.Array) else 0)

    def _dta(self, register: str, frame: pd.DataFrame, block: int) -> None:
        name = part_name(register, "dta", block, self.blocks)
        labels = {"fnr": "Fødselsnummer", "grad": "Uføregrad i prosent"}
        labels |= {day: "Dager siden 1970-01-01" for day in ("fom", "tom")}
        pyreadstat.write_dta(frame, self.folder / name, column_labels=[labels[column] for column in frame.columns])
        fix_dta(self.folder / name)
        self._count(name, register, len(frame))

    def _count(self, name: str, register: str, rows: int) -> None:
        key = (name, f"register:{register}")
        self.rows[key] = self.rows.get(key, 0) + rows


def _day(numbers: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Days from REGISTER_START as dates, NaT where it does not happen."""
    known = np.isfinite(numbers)
    return np.where(known, START + np.where(known, numbers, 0).astype(np.int64), NO_DAY)
