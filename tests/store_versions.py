"""Builders for tests of the data area: small tables, and versions published without a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.paths import version_folder
from secure_zone.store.reading import OpenVersion

ZONE = "zone-a"
MARKER = "Kodeordet-Fjellrype-7731"


def people(rows: int = 100, marker: str = MARKER) -> pa.Table:
    return pa.table(
        {
            "pseudonym": pa.array([f"p{i:06d}" for i in range(rows)]),
            "score": pa.array([i % 5 + 1 if i % 7 else None for i in range(rows)], pa.int8()),
            "note": pa.array([f"{marker} {i}" for i in range(rows)]),
        }
    )


def answers(rows: int = 300) -> pa.Table:
    return pa.table({"pseudonym": [f"p{i % 100:06d}" for i in range(rows)], "value": [float(i) for i in range(rows)]})


@dataclass(frozen=True)
class Published:
    """A published version with what the ledger would hold about it."""

    store: Store
    dataset: str
    version: int
    purpose: str
    key: Secret
    sha256: str

    @property
    def folder(self) -> Path:
        return version_folder(self.store.data_area, self.dataset, self.version)

    def open(self, **changed: object) -> OpenVersion:
        fields = {"purpose": self.purpose, "version": self.version, "manifest_sha256": self.sha256, "key": self.key}
        dataset = str(changed.pop("dataset", self.dataset))
        return self.store.open(dataset, **{**fields, **changed})


def publish(
    store: Store,
    dataset: str = "survey-answers",
    version: int = 1,
    purpose: str = "research",
    key: Secret | None = None,
    tables: dict[str, pa.Table] | None = None,
) -> Published:
    key = key or Secret.random()
    with store.begin(dataset, purpose=purpose, version=version, key=key, created_by="kari") as draft:
        for name, table in (tables or {"people": people(), "answers": answers()}).items():
            draft.write(name, table)
        sealed = draft.seal()
        with draft.publishing(committed=lambda: False):
            pass
    return Published(store, dataset, version, purpose, key, sealed.sha256)
