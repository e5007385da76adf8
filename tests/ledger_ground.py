"""A ledger for the tests on either database, and ways to edit it behind the program's back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    text,
    update,
)

from secure_zone.accounts import AccountState
from secure_zone.audit import log
from secure_zone.datasets import Purpose, VersionState
from secure_zone.keys.signing import Signer
from secure_zone.ledger import data_keys, datasets, key_areas, sign_in_states, users, versions
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.ledger.schema import metadata
from secure_zone.roles import Role

THEN = datetime(2026, 3, 4, 5, 6, 7, 890123, UTC)


@dataclass(frozen=True)
class Ground:
    """Where one test's ledger lies. `database`: sqlite or postgresql."""

    database: str
    place: str | Path
    folder: Path
    zone_id: str = "zone-1"
    signer: Signer = field(default_factory=Signer.generate)

    @property
    def head_file(self) -> Path:
        return self.folder / "audit_head.json"

    def open(self, *, writable: bool = True) -> Ledger:
        return open_ledger(
            self.place,
            zone_id=self.zone_id,
            verifier=self.signer.verifier,
            head_file=self.head_file,
            signer=self.signer if writable else None,
        )

    @cached_property
    def _attacker(self) -> Engine:
        """Connections of someone with all rights on the database: each statement is committed, no foreign key holds."""
        if self.database == "sqlite":
            return create_engine(f"sqlite:///{self.place}", isolation_level="AUTOCOMMIT")
        engine = create_engine(
            make_url(str(self.place)).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        event.listen(engine, "connect", lambda raw, _: raw.execute("SET session_replication_role = replica"))
        return engine

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows as they lie there, by primary key."""
        order = metadata.tables[table].primary_key.columns
        with self._attacker.connect() as connection:
            return [dict(row) for row in connection.execute(select(metadata.tables[table]).order_by(*order)).mappings()]

    def tamper(self, statement: str, **values: Any) -> None:
        """Run one statement; `:name` stands for a value."""
        with self._attacker.connect() as connection:
            connection.execute(text(statement), values)

    def replace_row(self, table: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Put `new` in the place of `old`."""
        with self._attacker.connect() as connection:
            connection.execute(update(metadata.tables[table]).where(_is(table, old)).values(new))

    def insert_row(self, table: str, row: dict[str, Any]) -> None:
        with self._attacker.connect() as connection:
            connection.execute(insert(metadata.tables[table]).values(row))

    def delete_row(self, table: str, row: dict[str, Any]) -> None:
        with self._attacker.connect() as connection:
            connection.execute(delete(metadata.tables[table]).where(_is(table, row)))

    def close(self) -> None:
        self._attacker.dispose()

    def keep_head(self) -> Path:
        """A copy of the signed head, to be put back later."""
        return Path(shutil.copy(self.head_file, self.folder / "kept_head.json"))


def _is(table: str, row: dict[str, Any]) -> ColumnElement[bool]:
    """Found by its primary key."""
    return and_(*(column == row[column.name] for column in metadata.tables[table].primary_key.columns))


def user(name: str = "kari", role: Role = Role.CUSTODIAN, **more: Any) -> users.User:
    return users.User(
        name, f"{name.title()} Testesen", role, AccountState.ACTIVE, b"public " + name.encode(), THEN, **more
    )


def version(number: int, dataset: str = "must") -> versions.Version:
    return versions.Version(
        dataset, number, Purpose.RESEARCH, VersionState.CURRENT, "5a" * 32, 2000 + number, "kari", THEN, ("raw/1",)
    )


def fill(ledger: Ledger) -> None:
    """A little of everything, one entry for each step: ten entries in all."""
    with ledger.write() as tx:
        log.append(tx, who="system", verb="zone.create", details={"verify_key": "00ff"})
    for name, role in (("kari", Role.PROJECT_LEADER), ("ola", Role.CUSTODIAN), ("per", Role.RESEARCHER)):
        with ledger.write() as tx:
            full = {"wrapped_key": b"wrapped", "kdf": {"profile": "CHEAPEST", "salt": "00"}, "totp_sealed": b"sealed"}
            users.add(tx, user(name, role, **full))
            log.append(tx, who="system", verb="users.add", subject=name, why="the zone is made")
    with ledger.write() as tx:
        key_areas.add(tx, key_areas.KeyArea(1, b"the key area", THEN))
        for name in ("kari", "ola"):
            key_areas.add_holder(tx, key_areas.Holder(1, name, b"sealed to " + name.encode()))
        log.append(tx, who="system", verb="key_area.create")
    for number in (1, 2):
        with ledger.write() as tx:
            if number == 1:
                datasets.add(tx, datasets.Dataset("must", Purpose.RESEARCH, THEN))
            versions.add_current(tx, version(number))
            for holder in (data_keys.KEY_AREA, "per"):
                data_keys.add(tx, data_keys.DataKey("must", number, holder, b"sealed key for " + holder.encode()))
            log.append(tx, who="kari", verb="datasets.publish", subject="must", why="first wave", version=number)
    with ledger.write() as tx:
        sign_in_states.save(tx, sign_in_states.SignInState("per", last_step=58_000_000))
        log.append(tx, who="per", verb="session.sign_in", subject="per")
    with ledger.write() as tx:
        log.append(tx, who="per", verb="datasets.open", subject="must", why="table 2 of the paper", version=2)
    with ledger.write() as tx:
        per = users.get(tx, "per")
        assert per is not None
        users.save(tx, replace(per, language="en"))
        log.append(tx, who="per", verb="account.language", subject="per")
