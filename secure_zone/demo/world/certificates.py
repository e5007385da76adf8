"""Spells of absence as the register holds them: certificate by certificate, employer by employer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secure_zone.demo.world.histories import END, START, Histories
from secure_zone.demo.world.people import People
from secure_zone.demo.world.truth import OVERLAPPING_CERTIFICATES

LONGEST_CERTIFICATE = 30
# ICPC-2 codes with their share, and the text that comes with them.
DIAGNOSES = {
    "L02": (0.08, "Rygg symptomer/plager"),
    "L03": (0.06, "Korsrygg symptomer/plager"),
    "L84": (0.08, "Ryggsyndrom uten smerteutstråling"),
    "L92": (0.07, "Skuldersyndrom"),
    "L18": (0.05, "Muskelsmerter"),
    "P02": (0.07, "Psykisk ubalanse situasjonsbetinget"),
    "P03": (0.04, "Nedtrykt/trist følelse"),
    "P06": (0.03, "Søvnforstyrrelse"),
    "P76": (0.08, "Depressiv lidelse"),
    "P29": (0.05, "Psykiske symptomer/plager IKA, overbelastning"),
    "R74": (0.14, "Øvre luftveisinfeksjon"),
    "R80": (0.06, "Influensa"),
    "A04": (0.06, "Slapphet/tretthet"),
    "N01": (0.03, "Hodepine"),
    "D73": (0.05, "Gastroenteritt, antatt infeksiøs"),
    "K86": (0.03, "Hypertensjon ukomplisert"),
    "U71": (0.02, "Cystitt/urinveisinfeksjon"),
}
LATER_GRADES = np.array([100, 100, 80, 60, 50, 40, 20])


@dataclass(frozen=True)
class Certificates:
    """Rows of the sick-leave register, days as datetime64; `employer` is a position (see `employer_numbers`)."""

    person: NDArray[np.int64]
    start: NDArray[np.datetime64]
    stop: NDArray[np.datetime64]
    grade: NDArray[np.int64]
    diagnosis: NDArray[np.int64]
    second_employer: NDArray[np.bool_]


def certificates_of(people: People, histories: Histories, draw: np.random.Generator) -> Certificates:
    """The certificates behind a block's spells, in the order of their first day.

    A spell is one certificate of at most 30 days and its extensions; one in ten extensions begins some days before the
    last one ends; later ones are often graded. Who has two employers has a row for each, with grades of their own.
    """
    person = np.concatenate([histories.long.person, histories.short.person])
    start = np.concatenate([histories.long.start, histories.short.start])
    stop = np.concatenate([histories.long.stop, histories.short.stop])
    parts = (stop - start) // LONGEST_CERTIFICATE + 1
    spell = np.repeat(np.arange(person.size), parts)
    number = np.arange(spell.size) - np.repeat(np.cumsum(parts) - parts, parts)
    first = start[spell] + LONGEST_CERTIFICATE * number
    last = np.minimum(first + LONGEST_CERTIFICATE - 1, stop[spell])
    early = (number > 0) & (draw.random(spell.size) < OVERLAPPING_CERTIFICATES)
    first = first - np.where(early, draw.integers(1, 5, spell.size), 0)
    grade = np.where(number == 0, 100, draw.choice(LATER_GRADES, spell.size))
    shares = np.array([share for share, _ in DIAGNOSES.values()])
    diagnosis = draw.choice(len(DIAGNOSES), person.size, p=shares / shares.sum())[spell]

    twice = people.other_employer[person[spell]] >= 0
    rows = np.concatenate([np.arange(spell.size), np.flatnonzero(twice)])
    second = np.arange(rows.size) >= spell.size
    grade = np.where(second, draw.choice(LATER_GRADES, rows.size), grade[rows])
    order = np.argsort(first[rows], kind="stable")
    rows = rows[order]
    return Certificates(
        person=person[spell][rows],
        start=START + first[rows],
        stop=START + np.minimum(last[rows], END - 1),
        grade=grade[order],
        diagnosis=diagnosis[rows],
        second_employer=second[order],
    )
