"""The surveys as they are delivered: answers in SPSS files, and apart from them who the respondents are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
from numpy.typing import NDArray

from analysis.instruments import CORE, MISSING, Instrument, Item, Sensitivity
from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.conditions import INSTRUMENTS, Conditions, version_of
from secure_zone.demo.world.delivery import Delivery, part_name
from secure_zone.demo.world.fixed_times import fix_sav
from secure_zone.demo.world.organisations import Organisation
from secure_zone.demo.world.participation import Participation
from secure_zone.demo.world.text_tables import append_csv
from secure_zone.demo.world.truth import ITEM_NOT_ANSWERED, NOT_APPLICABLE, SKIPS_SENSITIVE, WAVES

MOST_LEVELS = 4
NO_APPRAISAL = 2
NOT_APPLICABLE_CODE, SKIPPED_CODE, NOT_ANSWERED_CODE = (category.value for category in MISSING)
SPSS_DAY_ZERO = np.datetime64("1582-10-14")
RESPONDENTS_PER_BLOCK = 100_000


class SurveyFiles:
    """Writes the answers and identities of one block of people after the other."""

    def __init__(self, folder: Path, organisations: tuple[Organisation, ...], seed: int, blocks: int) -> None:
        self.folder = folder
        self.organisations = organisations
        self.seed = seed
        self.blocks = blocks
        self.rows: dict[tuple[str, str], int] = {}

    def deliveries(self) -> list[Delivery]:
        """What has been written."""
        return [Delivery(name, kind, rows) for (name, kind), rows in self.rows.items()]

    def write(self, conditions: Conditions, participation: Participation, block: int) -> None:
        """Adds a block's answers to every wave."""
        names = conditions.people.names(self.seed, block)
        for wave in WAVES:
            # Respondents are numbered in an order of their own, so that no file's order tells who is who.
            answering = np.flatnonzero(participation.answered[wave])
            order = chance(self.seed, "respondents", wave, block).permutation(answering.size)
            serial = np.empty(len(conditions.people), dtype=np.int64)
            serial[answering[order]] = block * RESPONDENTS_PER_BLOCK + np.arange(answering.size) + 1
            respondent = np.char.mod(f"R{wave % 100}-%07d", serial)
            name = f"identities_{wave}.csv"
            people = conditions.people.fnr[answering]
            append_csv(
                self.folder / name, {"respondent": respondent[answering], "fnr": people, "navn": names[answering]}
            )
            self._count(name, "identities", answering.size)
            for instrument in INSTRUMENTS:
                uses = conditions.uses_kiwest == (instrument == "kiwest")
                rows = answering[order]
                rows = rows[uses[rows]]
                frame = self._answers(conditions, participation, instrument, wave, rows, respondent[rows])
                self._sav(frame, instrument, wave, block)

    def _answers(
        self,
        conditions: Conditions,
        participation: Participation,
        instrument: str,
        wave: int,
        rows: NDArray[np.int64],
        respondent: NDArray[np.str_],
    ) -> pd.DataFrame:
        """One instrument's answers in one wave, a row for each of `rows`."""
        people, version = conditions.people, version_of(instrument, wave)
        organisation = people.organisation[rows]
        numbers = np.array([one.number for one in self.organisations])
        columns: dict[str, object] = {
            "respondent": respondent.astype(object),
            "orgnr": numbers[organisation].astype(object),
            "answered": (participation.moment[wave][rows].astype("datetime64[D]") - SPSS_DAY_ZERO).astype(float)
            * 86_400,
            "version": np.full(rows.size, version, dtype=object),
        }
        units = [self.organisations[o].units[u] for o, u in zip(organisation, people.unit[rows], strict=True)]
        for level in range(MOST_LEVELS):
            names = [unit[level] if level < len(unit) else "" for unit in units]
            columns[f"unit_{level + 1}"] = pd.Series(names, dtype=object)
        draw = chance(self.seed, "not answered", wave, conditions.block)
        skips = (draw.random(len(people)) < SKIPS_SENSITIVE)[rows]
        for item, given in conditions.answers(INSTRUMENTS[instrument].asked(version).items, wave):
            values = given[rows].astype(float)
            values[(draw.random(len(people)) < NOT_APPLICABLE)[rows] & _may_not_apply(item)] = NOT_APPLICABLE_CODE
            values[(draw.random(len(people)) < ITEM_NOT_ANSWERED)[rows]] = NOT_ANSWERED_CODE
            if item.sensitivity is not Sensitivity.ORDINARY:
                values[skips] = SKIPPED_CODE
            if item.module != CORE:
                asks = np.array([item.module in one.modules[wave] for one in self.organisations])
                values[~asks[organisation]] = np.nan
            columns[item.id] = values
        if instrument == "kiwest":
            frame = pd.DataFrame(columns)
            frame.loc[frame["appraisal_interview"] == NO_APPRAISAL, "appraisal_usefulness"] = NOT_APPLICABLE_CODE
            return frame
        return pd.DataFrame(columns)

    def _sav(self, frame: pd.DataFrame, instrument: str, wave: int, block: int) -> None:
        name = part_name(f"answers_{wave}_{instrument}", "sav", block, self.blocks)
        items = {item.id: item for item in INSTRUMENTS[instrument].items if item.id in frame.columns}
        pyreadstat.write_sav(
            frame,
            self.folder / name,
            file_label=f"{INSTRUMENTS[instrument].name.nb} {wave}"[:64],
            column_labels=_labels(INSTRUMENTS[instrument], frame),
            variable_value_labels={
                name: {c.value: c.label.nb for c in (*item.categories, *item.missing)} for name, item in items.items()
            },
            missing_ranges={name: [category.value for category in item.missing] for name, item in items.items()},
            variable_format={"answered": "DATE11"},
            row_compress=True,
        )
        fix_sav(self.folder / name)
        self._count(name, "survey", len(frame))

    def _count(self, name: str, kind: str, rows: int) -> None:
        self.rows[name, kind] = self.rows.get((name, kind), 0) + rows


def _may_not_apply(item: Item) -> bool:
    """Questions about the immediate leader do not apply to those who have none."""
    return item.scale == "leadership"


def _labels(instrument: Instrument, frame: pd.DataFrame) -> dict[str, str | None]:
    labels: dict[str, str | None] = {
        "respondent": "Respondentnummer",
        "orgnr": "Virksomhetens organisasjonsnummer",
        "answered": "Svardato",
        "version": "Spørreskjemaets versjon",
        **{f"unit_{level + 1}": f"Nivå{level + 1}" for level in range(MOST_LEVELS)},
    }
    return labels | {item.id: item.text.nb for item in instrument.items if item.id in frame.columns}
