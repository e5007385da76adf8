"""Spells with the days they are made of, so that a day within a spell can be found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.cohort.calendar_days import NEVER
from analysis.cohort.register_days import RegisterDays


@dataclass(frozen=True, eq=False)
class Spells:
    """One entry per spell, by person and start: `code`, first day `start`, last day `stop`, absent `days`.

    pieces: the days by grade; spell: (pieces,) which spell each piece belongs to; earlier: (pieces,) absent days of the
    spell before the piece.
    """

    code: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    days: np.ndarray
    pieces: RegisterDays
    spell: np.ndarray
    earlier: np.ndarray

    def reaches(self, n: int) -> np.ndarray:
        """The day on which each spell reaches `n` absent days, NEVER where it does not."""
        day = np.full(self.code.size, NEVER)
        within = np.flatnonzero((self.earlier < n) & (self.earlier + self.pieces.days >= n))
        day[self.spell[within]] = self.pieces.start[within] + n - self.earlier[within] - 1
        return day

    def after(self, n: int) -> RegisterDays:
        """The pieces without the first `n` absent days of each spell."""
        skipped = np.clip(n - self.earlier, 0, self.pieces.days)
        left = skipped < self.pieces.days
        pieces = self.pieces
        return RegisterDays(pieces.code[left], (pieces.start + skipped)[left], pieces.stop[left], pieces.level[left])


def spells_of(pieces: RegisterDays, gap: int) -> Spells:
    """Join pieces of the same person with at most `gap` free days between them."""
    code, start, stop = pieces.code, pieces.start, pieces.stop
    new = np.ones(code.size, dtype=bool)
    new[1:] = (code[1:] != code[:-1]) | (start[1:] - stop[:-1] - 1 > gap)
    spell = np.cumsum(new) - 1
    before = np.cumsum(pieces.days) - pieces.days
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [code.size]])[: first.size] - 1
    earlier = before - before[first][spell] if code.size else before
    days = np.bincount(spell, weights=pieces.days, minlength=first.size).astype(np.int64)
    return Spells(code[first], start[first], stop[last], days, pieces, spell, earlier)
