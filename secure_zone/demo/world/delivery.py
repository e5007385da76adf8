"""What a delivery is, and where its parts are put."""

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
