"""The rules of a unit list (RULES 4.4), checked row by row over the columns Nivå1, Nivå2, ..."""

from __future__ import annotations

from dataclasses import dataclass, field

from secure_zone.intake.faults import NO_FAULT, FaultKind, code_of

NOBODY = "ingen"
Path = tuple[str, ...]


@dataclass
class UnitList:
    """What the rows so far say: which unit each unit belongs to, and which units have "ingen" rows or sub-units."""

    above: dict[tuple[int, str], Path] = field(default_factory=dict)
    rows: dict[Path, int] = field(default_factory=dict)
    with_units: set[Path] = field(default_factory=set)
    with_nobody: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def faults(self, row: int, units: tuple[str | None, ...]) -> list[int]:
        """The fault of each cell of a row, NO_FAULT where there is none."""
        found = [NO_FAULT] * len(units)
        path: Path = ()
        for level, unit in enumerate(units):
            if unit is None:
                continue
            if len(path) < level:
                found[level] = code_of(FaultKind.GAP_IN_LEVELS)
                return found
            if unit.casefold() == NOBODY:
                self.with_nobody.setdefault(path, (row, level))
            else:
                if self.above.setdefault((level, unit.casefold()), path) != path:
                    found[level] = code_of(FaultKind.TWO_PARENTS)
                    return found
                self.with_units.add(path)
            path = (*path, unit.casefold())
        if path in self.rows and path:
            found[len(path) - 1] = code_of(FaultKind.REPEATED)
        self.rows.setdefault(path, row)
        return found

    def nobody_alone(self) -> list[tuple[int, int]]:
        """(row, level) of each "ingen" under a unit that has no sub-units; known when all rows have been seen."""
        return [place for path, place in self.with_nobody.items() if path not in self.with_units]
