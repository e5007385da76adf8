"""Any table comes back as it was written, however it is cut into calls and batches."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from store_versions import publish

from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store

COLUMNS = {
    "number": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "small": (pa.int8(), st.integers(1, 5)),
    "measure": (pa.float64(), st.floats(allow_nan=False)),
    "text": (pa.string(), st.text(max_size=20)),
    "flag": (pa.bool_(), st.booleans()),
    "day": (pa.date32(), st.dates()),
    'æøå, "quoted"': (pa.string(), st.text(max_size=5)),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    rows = draw(st.integers(0, 30))
    arrays = {}
    for name in names:
        kind, values = COLUMNS[name]
        arrays[name] = pa.array(draw(st.lists(values | st.none(), min_size=rows, max_size=rows)), kind)
    return pa.table(arrays)


@settings(max_examples=25, deadline=None)
@given(tables(), st.integers(1, 10), st.integers(0, 3))
def test_a_table_comes_back(table: pa.Table, chunk: int, more: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, key = Store(Path(folder), "zone-a"), Secret.random()
        with store.begin("any-table", purpose="research", version=1, key=key, created_by="kari") as draft:
            draft.write("t", pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=chunk)))
            for _ in range(more):
                draft.write("t", table)
            sealed = draft.seal()
            with draft.publishing(committed=lambda: False):
                pass
        version = store.open("any-table", purpose="research", version=1, manifest_sha256=sealed.sha256, key=key)
        expected = pa.concat_tables([table] * (more + 1))
        assert version.arrow("t").to_table().equals(expected)
        assert version.rows == {"t": expected.num_rows}
        name = table.column_names[-1]
        assert version.pandas("t", columns=[name]).equals(expected.select([name]).to_pandas())


def test_the_builder_of_tests_makes_what_it_says() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert publish(Store(Path(folder), "zone-a")).open().rows == {"people": 100, "answers": 300}
