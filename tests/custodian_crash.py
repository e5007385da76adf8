"""One life of a custodian that publishes and destroys, for a process that may be killed anywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyarrow as pa

from secure_zone.custodian.opening import open_house
from secure_zone.custodian.use_cases.publish import destroy, publish
from secure_zone.datasets import Purpose
from secure_zone.errors import ZoneError
from secure_zone.folder import ZoneFolder
from secure_zone.ledger import versions
from secure_zone.settings import Settings

WHY = "a test needs it"
NAME, LEADER, MEMBER, ROWS = "registers", "ragnhild", "ingeborg", 400


def live(root: Path) -> None:
    """Publish the next version, then destroy the one before it."""
    with open_house(Settings(ZoneFolder(root))) as house:
        values = pa.table({"pseudonym": [f"p{row}" for row in range(ROWS // 2)]})
        tables = {"people": values, "sick_leave": values}
        made = publish(house, LEADER, NAME, Purpose.RESEARCH, tables, members=(MEMBER,), why=WHY)
        with house.ledger.read() as tx:
            before = versions.get(tx, NAME, made.version - 1)
        if before is not None:
            destroy(house, LEADER, NAME, before.version, WHY)


def live_with_fault(root: Path, fault: str, kind: str) -> None:
    """The same, stopped at a fault point; what a person would be told goes beside the zone."""
    os.environ.update(VARDE_FAULT=fault, VARDE_FAULT_KIND=kind)
    try:
        live(root)
    except ZoneError as error:
        root.with_name("told").write_text(f"{error.code}: {error}")
        sys.exit(1)
