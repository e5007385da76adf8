"""What lies where in the folder of a zone. Only paths: nothing here opens a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ZoneFolder:
    """The folder of one zone.

    The analysis side can reach `data_area`, `outbox` and `socket`; `key_area` is the custodian's alone.
    """

    root: Path

    @property
    def facts(self) -> Path:
        return self.root / "zone.json"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def key_area(self) -> Path:
        return self.root / "key_area"

    @property
    def ledger(self) -> Path:
        return self.key_area / "ledger.sqlite"

    @property
    def signing_key(self) -> Path:
        return self.key_area / "signing.key"

    @property
    def lock(self) -> Path:
        return self.key_area / "custodian.lock"

    @property
    def demo_users(self) -> Path:
        return self.key_area / "demo_users.json"

    @property
    def socket_folder(self) -> Path:
        return self.root / "socket"

    @property
    def socket(self) -> Path:
        return self.socket_folder / "custodian.sock"

    @property
    def data_area(self) -> Path:
        return self.root / "data_area"

    @property
    def audit_head(self) -> Path:
        return self.data_area / "audit_head.json"
