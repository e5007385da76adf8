"""What one benchmark tells: a title, the command, rows of figures and what they mean."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True)
class Row:
    """One comparison. `ours` and `peer` are texts with a unit; `ratio` is theirs by ours or as `limit` says."""

    what: str
    ours: str
    peer: str
    ratio: str
    limit: str
    holds: bool


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    rows: list[Row]
    note: str = ""
    measured: str = field(default_factory=lambda: date.today().isoformat())
    machine: str = field(default_factory=lambda: f"{platform.machine()}, Python {platform.python_version()}")


def save(section: Section) -> None:
    folder = DOCS / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{section.name}.json").write_text(json.dumps(asdict(section), indent=1, ensure_ascii=False) + "\n")


def write_page() -> None:
    """docs/benchmarks.md from all saved sections, alphabetically."""
    lines = ["# Benchmarks", "", "Written by `make bench`. Each ratio is taken in one run on one machine.", ""]
    for file in sorted((DOCS / "benchmarks").glob("*.json")):
        data = json.loads(file.read_text())
        lines += [
            f"## {data['title']}",
            "",
            f"`python -m benchmarks {data['name']}`, {data['measured']}, {data['machine']}",
            "",
        ]
        lines += ["| what | ours | peer | ratio | asked for | holds |", "| --- | --- | --- | --- | --- | --- |"]
        for row in data["rows"]:
            holds = "yes" if row["holds"] else "**no**"
            lines.append(
                f"| {row['what']} | {row['ours']} | {row['peer']} | {row['ratio']} | {row['limit']} | {holds} |"
            )
        lines += ["", *([data["note"], ""] if data["note"] else [])]
    (DOCS / "benchmarks.md").write_text("\n".join(lines))
