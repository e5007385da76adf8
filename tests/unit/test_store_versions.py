"""A version reads back as it was written, in every form, and stays while others come and go."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from store_versions import Published, answers, people, publish

from secure_zone.errors import BadInput, Conflict, NotFound, ZoneUnavailable
from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.batches import ROWS_PER_GROUP, in_groups


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data_area", "zone-a")


def test_arrow_reads_what_was_written(store: Store) -> None:
    version = publish(store).open()
    assert version.tables == ("people", "answers")
    assert version.rows == {"people": 100, "answers": 300}
    assert version.arrow("people").to_table().equals(people())
    assert version.arrow("people").to_table().equals(people()), "a second scan reads the same"
    assert version.schema["answers"].names == ["pseudonym", "value"]


def test_pandas_reads_only_the_chosen_columns_in_their_order(store: Store) -> None:
    frame = publish(store).open().pandas("people", columns=["score", "pseudonym"])
    assert list(frame.columns) == ["score", "pseudonym"]
    assert len(frame) == 100


def test_relations_of_one_version_can_be_joined(store: Store) -> None:
    version = publish(store).open()
    joined = version.relation("people").set_alias("p").join(version.relation("answers").set_alias("a"), "pseudonym")
    assert joined.aggregate("count(*)").fetchall() == [(300,)]
    assert version.sql("select count(*) from people join answers using (pseudonym)").fetchall() == [(300,)]


def test_several_parts_read_as_one_table(store: Store) -> None:
    key = Secret.random()
    with store.begin("extract", purpose="research", version=1, key=key, created_by="kari", made_from=["x@1"]) as draft:
        draft.write("people", people(10))
        draft.write("people", iter(people(5).to_batches()))
        draft.write("people", people(7).to_reader())
        sealed = draft.seal()
        with draft.publishing(committed=lambda: False):
            pass
    assert sealed.rows == 22
    version = store.open("extract", purpose="research", version=1, manifest_sha256=sealed.sha256, key=key)
    assert version.arrow("people").count_rows() == 22
    assert len(version.pandas("people")) == 22
    assert version.relation("people").aggregate("count(*)").fetchall() == [(22,)]
    assert version.manifest.made_from == ("x@1",)
    assert version.manifest.created_by == "kari"


def test_a_table_without_rows_is_a_table(store: Store) -> None:
    version = publish(store, tables={"people": people(0)}).open()
    assert version.pandas("people").shape == (0, 3)
    assert version.relation("people").fetchall() == []


def test_opened_versions_stay_when_a_newer_one_is_published(store: Store) -> None:
    first = publish(store).open()
    publish(store, version=2, tables={"people": people(3)})
    assert len(first.pandas("people")) == 100


def test_a_destroyed_version_gives_an_open_reader_a_plain_sentence(store: Store) -> None:
    version = publish(store).open()
    store.destroy_files("survey-answers", 1)
    with pytest.raises(Conflict, match="use a newer one"):
        version.pandas("people")
    store.destroy_files("survey-answers", 1)


def test_a_version_is_never_written_twice(store: Store) -> None:
    publish(store)
    with pytest.raises(Conflict, match="exists already"):
        publish(store)


def test_a_draft_that_fails_leaves_nothing(store: Store) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        store.begin("answers", purpose="survey", version=1, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.write("people", people())
        raise ZeroDivisionError
    assert [p for p in store.data_area.rglob("*") if p.is_file() or "@" in p.name] == []


def test_a_ledger_that_fails_takes_the_files_back(store: Store) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        store.begin("answers", purpose="survey", version=1, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.write("people", people())
        draft.seal()
        with draft.publishing(committed=lambda: False):
            raise ZeroDivisionError
    assert [p for p in store.data_area.rglob("*") if p.is_file() or "@" in p.name] == []


def test_a_failure_after_the_commit_keeps_the_version(store: Store) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        store.begin("answers", purpose="survey", version=1, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.write("people", people())
        draft.seal()
        with draft.publishing(committed=lambda: True):
            raise ZeroDivisionError
    assert (store.data_area / "datasets" / "answers" / "1" / "manifest.sealed").is_file()
    assert list((store.data_area / "staging").iterdir()) == []


@pytest.mark.parametrize("dataset", ["../x", "", "A", "a/b", "a" * 60, "æ-data", ".", "a\n"])
def test_names_that_are_no_folder_names_are_refused(store: Store, dataset: str) -> None:
    with pytest.raises(BadInput):
        publish(store, dataset=dataset)


@pytest.mark.parametrize("table", ["../x", "", "A", "a/b", "a b", "1a"])
def test_tables_that_are_no_file_names_are_refused(store: Store, table: str) -> None:
    with pytest.raises(BadInput):
        publish(store, tables={table: people(1)})
    assert not (store.data_area / "datasets" / "survey-answers").exists()


def test_unknown_tables_and_columns_are_named(store: Store) -> None:
    version = publish(store).open()
    with pytest.raises(NotFound, match="no table persons in survey-answers. It has: people, answers"):
        version.arrow("persons")
    with pytest.raises(NotFound, match="no column age in people"):
        version.pandas("people", columns=["age"])


def test_rows_with_other_columns_are_refused(store: Store) -> None:
    with (
        pytest.raises(BadInput, match="other columns"),
        store.begin("answers", purpose="survey", version=1, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.write("people", people())
        draft.write("people", answers())


def test_a_table_that_failed_leaves_no_trace_in_the_version(store: Store) -> None:
    key = Secret.random()
    torn = iter([people(3).to_batches()[0], answers(3).to_batches()[0]])
    with store.begin("answers", purpose="survey", version=1, key=key, created_by="kari") as draft:
        with pytest.raises(BadInput, match="different columns"):
            draft.write("people", torn)
        draft.write("answers", answers(3))
        sealed = draft.seal()
        with draft.publishing(committed=lambda: False):
            pass
    version = store.open("answers", purpose="survey", version=1, manifest_sha256=sealed.sha256, key=key)
    assert version.rows == {"answers": 3}


def test_an_empty_draft_is_not_sealed(store: Store) -> None:
    with (
        pytest.raises(BadInput, match="at least one table"),
        store.begin("answers", purpose="survey", version=1, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.seal()


def test_published_files_are_not_for_everybody(store: Store) -> None:
    version = publish(store)
    assert {p.stat().st_mode & 0o777 for p in version.folder.iterdir()} == {0o640}
    assert version.folder.stat().st_mode & 0o777 == 0o750
    assert (store.data_area / "staging").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("sizes", [[3, 3, 3], [10], [1] * 25, [9, 1, 11], [0, 5, 0], []])
def test_row_groups_are_even(sizes: list[int]) -> None:
    batches = iter([pa.record_batch({"x": list(range(n))}, schema=pa.schema([("x", pa.int64())])) for n in sizes])
    groups = list(in_groups(batches, rows=10))
    assert sum(group.num_rows for group in groups) == sum(sizes)
    assert all(group.num_rows == 10 for group in groups[:-1])
    assert ROWS_PER_GROUP >= 100_000


def test_types_survive(store: Store) -> None:
    table = pa.table(
        {
            "when": pa.array([1, None], pa.timestamp("us", "UTC")),
            "day": pa.array([1, None], pa.date32()),
            "unit": pa.array(["a", None]).dictionary_encode(),
            "flag": pa.array([True, None]),
            "items": pa.array([[1, 2], None], pa.list_(pa.int16())),
        }
    )
    assert publish(store, tables={"people": table}).open().arrow("people").to_table().equals(table)


@pytest.fixture
def strangers_store() -> Iterator[Store]:
    """A store with one version, seen by a user of the operating system who has no rights to it."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        store = Store(Path(folder) / "data_area", "zone-a")
        publish(store)
        store.data_area.chmod(0o755)
        (store.data_area / "datasets").chmod(0o700)
        os.seteuid(65534)
        try:
            yield store
        finally:
            os.seteuid(0)


def test_files_of_somebody_else_are_a_sentence(strangers_store: Store) -> None:
    with pytest.raises(ZoneUnavailable, match="does not let you read the files of version 1 of survey-answers"):
        Published(strangers_store, "survey-answers", 1, "research", Secret.random(), "0" * 64).open()
    with pytest.raises(ZoneUnavailable, match=r"cannot be written \(Permission denied\): nothing was changed"):
        publish(strangers_store, version=2)
    with pytest.raises(ZoneUnavailable, match=r"keys of version 1 .* are destroyed, but its files cannot be removed"):
        strangers_store.destroy_files("survey-answers", 1)
