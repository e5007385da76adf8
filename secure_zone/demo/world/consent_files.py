"""Consent events as they come from Altinn: JSON lines, dated, in no order, some of them twice."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import numpy as np

from secure_zone.consent import NORWAY, Kind, Purpose
from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.delivery import Delivery
from secure_zone.demo.world.participation import Consents
from secure_zone.demo.world.people import People
from secure_zone.demo.world.truth import PARTICIPATION

NAME = "consents.jsonl"
FORM = "V5-NO"


class ConsentFile:
    """Writes the consent events of one block of people after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder / NAME
        self.seed = seed
        self.events = 0

    def deliveries(self) -> list[Delivery]:
        """What has been written."""
        return [Delivery(NAME, "consents", self.events)]

    def write(self, people: People, consents: Consents, block: int) -> None:
        """Adds a block's events."""
        draw = chance(self.seed, "consent events", block)
        lines: list[str] = []
        for name, purpose, kind in (
            ("research_given", Purpose.RESEARCH, Kind.GIVEN),
            ("linking_given", Purpose.LINKING, Kind.GIVEN),
            ("research_withdrawn", Purpose.RESEARCH, Kind.WITHDRAWN),
            ("linking_withdrawn", Purpose.LINKING, Kind.WITHDRAWN),
            ("research_given_again", Purpose.RESEARCH, Kind.GIVEN),
        ):
            moments = getattr(consents, name)
            said = np.flatnonzero(~np.isnat(moments))
            numbers = draw.bytes(16 * said.size)
            for at, person in enumerate(said):
                # Norway's clock: the offset is that of the day.
                moment = moments[person].astype(object).replace(tzinfo=NORWAY)
                event = {
                    "id": str(UUID(bytes=numbers[16 * at : 16 * at + 16], version=4)),
                    "fnr": people.fnr[person].decode(),
                    "purpose": purpose.value,
                    "kind": kind.value,
                    "at": moment.isoformat(),
                    "form": FORM,
                }
                lines.append(json.dumps(event))
        repeats = draw.integers(0, max(len(lines), 1), int(PARTICIPATION.repeated_events * len(lines)))
        lines += [lines[at] for at in repeats]
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{lines[at]}\n" for at in draw.permutation(len(lines)))
        self.events += len(lines)
