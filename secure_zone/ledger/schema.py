"""The tables of the ledger. `migrations/` makes them; a test holds the two against each other on both databases.

Every table but `audit` and `schema_version` has signed rows (`signed_rows`), so each ends in a `signature`.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, Text

from secure_zone.accounts import AccountState
from secure_zone.datasets import Purpose, VersionState
from secure_zone.ledger.columns import binary, number, one_of, structure, text, time
from secure_zone.roles import Role

metadata = MetaData()


def _signature() -> Column[str]:
    return Column("signature", Text, nullable=False)


users = Table(
    "users",
    metadata,
    text("user", key=True),
    text("display_name"),
    one_of("role", Role),
    one_of("state", AccountState),
    binary("public_key"),
    binary("wrapped_key", empty=True),
    structure("kdf"),
    binary("totp_sealed", empty=True),
    text("language"),
    text("enrolment_hash", empty=True),
    time("enrolment_expires", empty=True),
    time("created_at"),
    text("renewed_by", empty=True),
    _signature(),
)

# No foreign key to users: failures for names that do not exist are counted too, under one shared name, so that a
# sign-in with a wrong name writes as much as one with a wrong passphrase.
sign_in_states = Table(
    "sign_in_states",
    metadata,
    text("user", key=True),
    number("last_step", empty=True),
    number("failures"),
    time("locked_until", empty=True),
    _signature(),
)

key_areas = Table(
    "key_areas",
    metadata,
    number("generation", key=True),
    binary("public_key"),
    time("created_at"),
    _signature(),
)

key_area_holders = Table(
    "key_area_holders",
    metadata,
    number("generation", key=True),
    text("user", key=True),
    binary("sealed"),
    _signature(),
    ForeignKeyConstraint(["generation"], ["key_areas.generation"]),
    ForeignKeyConstraint(["user"], ["users.user"]),
)

datasets = Table(
    "datasets",
    metadata,
    text("name", key=True),
    one_of("purpose", Purpose),
    text("owner", empty=True),
    time("created_at"),
    _signature(),
)

dataset_versions = Table(
    "dataset_versions",
    metadata,
    text("dataset", key=True),
    number("version", key=True),
    one_of("purpose", Purpose),
    one_of("state", VersionState),
    text("manifest_sha256"),
    number("rows"),
    text("created_by"),
    time("created_at"),
    structure("made_from"),
    _signature(),
    ForeignKeyConstraint(["dataset"], ["datasets.name"]),
)

# `holder` is a user or `data_keys.KEY_AREA`.
data_keys = Table(
    "data_keys",
    metadata,
    text("dataset", key=True),
    number("version", key=True),
    text("holder", key=True),
    binary("sealed"),
    _signature(),
    ForeignKeyConstraint(["dataset", "version"], ["dataset_versions.dataset", "dataset_versions.version"]),
)

audit = Table(
    "audit",
    metadata,
    number("seq", key=True),
    time("at"),
    text("who"),
    text("verb"),
    text("subject"),
    text("why"),
    number("version", empty=True),
    structure("details"),
    structure("changed"),
    text("previous"),
    text("hash"),
    binary("signature"),
)

schema_version = Table(
    "schema_version",
    metadata,
    number("number", key=True),
    text("name"),
    text("sha256"),
    time("applied_at"),
)

# Parents before children, as foreign keys want them.
SIGNED_TABLES = (users, sign_in_states, key_areas, key_area_holders, datasets, dataset_versions, data_keys)
