"""Reading an encrypted version (5 million rows x 10) against the same rows as plain Parquet, both through pyarrow.

Both files have the same compression and row groups; encrypted and plain reads alternate in one process, and the
fastest of each counts. In the first row opening (manifest, footers) is part of every encrypted read.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks.alternating import compare
from benchmarks.section import Section
from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.batches import ROWS_PER_GROUP
from secure_zone.store.reading import OpenVersion

ROWS, COLUMNS, ROUNDS, LIMIT = 5_000_000, 10, 25, 1.15


def measure() -> Section:
    table = _table()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.parquet"
        pq.write_table(table, plain, compression="zstd", row_group_size=ROWS_PER_GROUP)
        store, key = Store(Path(folder) / "data_area", "bench"), Secret.random()
        with store.begin("answers", purpose="research", version=1, key=key, created_by="bench") as draft:
            draft.write("answers", table)
            sealed = draft.seal()
            with draft.publishing(committed=lambda: False):
                pass

        def opened() -> OpenVersion:
            return store.open("answers", purpose="research", version=1, manifest_sha256=sealed.sha256, key=key)

        version, unencrypted, two = opened(), ds.dataset(plain), ["c0", "c1"]
        rows = [
            compare(
                "opening and all columns",
                lambda: opened().arrow("answers").to_table().num_rows,
                lambda: ds.dataset(plain).to_table().num_rows,
                rounds=ROUNDS,
                limit=LIMIT,
                unit="ms",
            ),
            compare(
                "two columns of an opened version",
                lambda: version.arrow("answers").to_table(columns=two).num_rows,
                lambda: unencrypted.to_table(columns=two).num_rows,
                rounds=ROUNDS,
                limit=LIMIT,
                unit="ms",
            ),
        ]
    return Section(
        name="encrypted_read",
        title="Reading encrypted data",
        rows=rows,
        note=f"{ROWS:,} rows x {COLUMNS} columns, best of {ROUNDS} alternating reads; theirs is plain Parquet "
        "through pyarrow with the same compression and row groups.",
    )


def _table() -> pa.Table:
    """Answers 1-5, ages, ids and a few measured numbers: no column compresses to nothing."""
    rng = np.random.default_rng(1)
    small = {f"c{i}": rng.integers(1, 6, ROWS).astype(np.int8) for i in range(4)}
    middle = {f"c{i}": rng.integers(0, 1000, ROWS) for i in range(4, 7)}
    large = {"c7": rng.integers(0, 10**9, ROWS), "c8": rng.normal(size=ROWS), "c9": rng.normal(size=ROWS).round(2)}
    return pa.table({**small, **middle, **large})
