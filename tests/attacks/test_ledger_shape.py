"""Whoever adds to the ledger's database what acts unseen is found when the ledger is opened, and by the check."""

from __future__ import annotations

import pytest
from ledger_ground import Ground, fill

from secure_zone.audit.verify import verify
from secure_zone.errors import Damaged
from secure_zone.ledger.engine import Ledger

BOTH = {
    "view shadow": ["CREATE VIEW shadow AS SELECT * FROM data_keys"],
    "table shadow": ["CREATE TABLE shadow (x TEXT)"],
    "index shadow": ["CREATE INDEX shadow ON users (state)"],
    "index one_current_version": ["DROP INDEX one_current_version"],
}
SQLITE = {
    "trigger shadow": [
        "CREATE TABLE copies (x)",
        "CREATE TRIGGER shadow BEFORE DELETE ON data_keys BEGIN INSERT INTO copies VALUES (old.sealed); END",
    ],
    "index one_current_version of": [
        "DROP INDEX one_current_version",
        "CREATE UNIQUE INDEX one_current_version ON dataset_versions (dataset) WHERE state = 'none'",
    ],
    "table datasets": ["ALTER TABLE datasets ADD COLUMN more TEXT DEFAULT 'x'"],
}
POSTGRESQL = {
    "trigger shadow": [
        "CREATE FUNCTION keep() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql",
        "CREATE TRIGGER shadow BEFORE DELETE ON data_keys FOR EACH ROW EXECUTE FUNCTION keep()",
    ],
    "rule shadow": ["CREATE RULE shadow AS ON DELETE TO data_keys DO INSTEAD NOTHING"],
    "policy shadow": ["CREATE POLICY shadow ON users USING (true)"],
    "check shadow": ["ALTER TABLE users ADD CONSTRAINT shadow CHECK (state <> 'removed')"],
    "default users": ["ALTER TABLE users ALTER COLUMN renewed_by SET DEFAULT 'x'"],
}


@pytest.mark.parametrize(
    ("database", "what", "statements"),
    [
        (database, what, statements)
        for database, own in (("sqlite", SQLITE), ("postgresql", POSTGRESQL))
        for what, statements in (BOTH | own).items()
    ],
)
def test_what_varde_did_not_make_is_named(
    ground: Ground, ledger: Ledger, database: str, what: str, statements: list[str]
) -> None:
    if ground.database != database:
        pytest.skip("of the other database")
    fill(ledger)
    assert verify(ledger).sound
    for statement in statements:
        ground.tamper(statement)
    assert any(finding.place.startswith(what) for finding in verify(ledger).findings)
    for writable in (True, False):
        with pytest.raises(Damaged, match=what):
            ground.open(writable=writable)
