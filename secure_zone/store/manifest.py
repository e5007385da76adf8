"""The manifest of a version: what it holds, who made it, from what. Sealed with a key derived from the version's key.

It is the root of trust for the files: the ledger holds the SHA-256 of the sealed manifest, the manifest holds the
SHA-256, length and rows of every file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from secure_zone.errors import Damaged
from secure_zone.keys.binding import binding, derive
from secure_zone.keys.secret import Secret
from secure_zone.store.paths import MANIFEST

FORMAT, NONCE = 1, 12


@dataclass(frozen=True)
class Identity:
    """Which version this is. Bound into the manifest and every file: under another identity they do not open."""

    zone_id: str
    dataset: str
    version: int
    purpose: str

    def binding(self, what: str, file: str) -> bytes:
        return binding(
            what,
            zone_id=self.zone_id,
            dataset=self.dataset,
            version=self.version,
            dataset_purpose=self.purpose,
            file=file,
        )


@dataclass(frozen=True)
class Part:
    """One encrypted Parquet file. `size` in bytes, `sha256` in hex over the encrypted bytes."""

    file: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True)
class TableEntry:
    """A named table: its Arrow schema (serialised, base64) and its parts in order."""

    name: str
    schema_base64: str
    parts: tuple[Part, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.ipc.read_schema(pa.BufferReader(base64.b64decode(self.schema_base64)))

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True)
class Manifest:
    """All there is to know about a version without reading it. `created_at`: ISO 8601 in UTC."""

    identity: Identity
    tables: tuple[TableEntry, ...]
    created_by: str
    created_at: str
    made_from: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables)

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return sum(part.size for table in self.tables for part in table.parts)

    @property
    def files(self) -> frozenset[str]:
        """The names of all files that the version's folder must hold, and no others."""
        return frozenset({MANIFEST, *(part.file for table in self.tables for part in table.parts)})


def encode_schema(schema: pa.Schema) -> str:
    return base64.b64encode(schema.serialize().to_pybytes()).decode()


def file_key(key: Secret, file: str) -> Secret:
    """The AES-256 key of one file: each has its own, so no two files share nonces."""
    return derive(key, "file", file=file)


def seal_manifest(manifest: Manifest, key: Secret) -> tuple[bytes, str]:
    """The sealed bytes and their SHA-256 in hex, the form in which the ledger holds it."""
    nonce = secrets.token_bytes(NONCE)
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False).encode()
    bound = manifest.identity.binding("manifest", MANIFEST)
    sealed = nonce + AESGCM(derive(key, "manifest").reveal()).encrypt(nonce, text, bound)
    return sealed, hashlib.sha256(sealed).hexdigest()


def open_manifest(sealed: bytes, sha256: str, key: Secret, identity: Identity) -> Manifest:
    """The manifest, or Damaged where it is not the one the ledger names, of another version, or under another key."""
    if not hmac.compare_digest(hashlib.sha256(sealed).hexdigest().encode(), sha256.encode()):
        raise _damaged(identity)
    try:
        text = AESGCM(derive(key, "manifest").reveal()).decrypt(
            sealed[:NONCE], sealed[NONCE:], identity.binding("manifest", MANIFEST)
        )
    except (InvalidTag, ValueError):
        raise _damaged(identity) from None
    fields = json.loads(text)
    if fields["format"] != FORMAT:
        raise Damaged(
            "Version {version} of {dataset} was written by a newer Varde (format {format}). Update this one.",
            code="newer_format",
            dataset=identity.dataset,
            version=identity.version,
            format=fields["format"],
        )
    return Manifest(
        identity=Identity(**fields["identity"]),
        tables=tuple(_table(entry) for entry in fields["tables"]),
        created_by=fields["created_by"],
        created_at=fields["created_at"],
        made_from=tuple(fields["made_from"]),
    )


def _table(entry: dict[str, Any]) -> TableEntry:
    parts: Sequence[dict[str, Any]] = entry["parts"]
    return TableEntry(entry["name"], entry["schema_base64"], tuple(Part(**part) for part in parts))


def _damaged(identity: Identity) -> Damaged:
    return Damaged(
        "The manifest of version {version} of {dataset} is not the one that was published: it is damaged or swapped. "
        "Restore the version's folder from a backup.",
        dataset=identity.dataset,
        version=identity.version,
    )
