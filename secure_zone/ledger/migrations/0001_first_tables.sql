-- Everything is TEXT or BIGINT: the same statement makes the same table in SQLite and in PostgreSQL (see columns.py).

CREATE TABLE users (
    "user" TEXT PRIMARY KEY NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    public_key TEXT NOT NULL,
    wrapped_key TEXT,
    kdf TEXT NOT NULL,
    totp_sealed TEXT,
    language TEXT NOT NULL,
    enrolment_hash TEXT,
    enrolment_expires TEXT,
    created_at TEXT NOT NULL,
    renewed_by TEXT,
    signature TEXT NOT NULL
);

CREATE TABLE sign_in_states (
    "user" TEXT PRIMARY KEY NOT NULL,
    last_step BIGINT,
    failures BIGINT NOT NULL,
    locked_until TEXT,
    signature TEXT NOT NULL
);

CREATE TABLE key_areas (
    generation BIGINT PRIMARY KEY NOT NULL,
    public_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    signature TEXT NOT NULL
);

CREATE TABLE key_area_holders (
    generation BIGINT NOT NULL REFERENCES key_areas (generation),
    "user" TEXT NOT NULL REFERENCES users ("user"),
    sealed TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (generation, "user")
);

CREATE TABLE datasets (
    name TEXT PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    owner TEXT,
    created_at TEXT NOT NULL,
    signature TEXT NOT NULL
);

CREATE TABLE dataset_versions (
    dataset TEXT NOT NULL REFERENCES datasets (name),
    version BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    "rows" BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    made_from TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (dataset, version)
);

-- A dataset has one current version at most, whatever the program does.
CREATE UNIQUE INDEX one_current_version ON dataset_versions (dataset) WHERE state = 'current';

CREATE TABLE data_keys (
    dataset TEXT NOT NULL,
    version BIGINT NOT NULL,
    holder TEXT NOT NULL,
    sealed TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (dataset, version, holder),
    FOREIGN KEY (dataset, version) REFERENCES dataset_versions (dataset, version)
);

CREATE INDEX data_keys_by_holder ON data_keys (holder);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    why TEXT NOT NULL,
    version BIGINT,
    details TEXT NOT NULL,
    changed TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL
);
