"""No plaintext on any disk: neither in the data area, nor in temporary folders, nor in files only held open."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from store_versions import MARKER, people, publish

from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.queries import private_connection

COLUMN = "pseudonym"


def files_holding(marker: bytes, folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and marker in p.read_bytes()]


def open_files() -> Iterator[bytes]:
    """The content of every regular file this process holds open, deleted ones too."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if entry.stat().st_mode & 0o170000 == 0o100000 and os.access(entry, os.R_OK):
                yield entry.read_bytes()
        except OSError:
            continue


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_search_would_find_it(tmp_path: Path) -> None:
    (tmp_path / "leak").write_text(f"... {MARKER} ...")
    assert files_holding(MARKER.encode(), tmp_path) == [tmp_path / "leak"]
    with (tmp_path / "held").open("w+") as held:
        held.write(MARKER)
        held.flush()
        (tmp_path / "held").unlink()
        assert any(MARKER.encode() in content for content in open_files())


def test_nothing_written_or_read_leaves_plaintext(tmp_path: Path, temporary: Path) -> None:
    store = Store(tmp_path / "data_area", "zone-a")
    searched = (tmp_path, Path.home() / ".duckdb")
    with store.begin("answers", purpose="survey", version=1, key=(key := Secret.random()), created_by="kari") as draft:
        draft.write("people", people(20_000))
        for marker in (MARKER, COLUMN, "people"):
            assert [f for folder in searched for f in files_holding(marker.encode(), folder)] == []
        sealed = draft.seal()
        with draft.publishing(committed=lambda: False):
            pass
    version = store.open("answers", purpose="survey", version=1, manifest_sha256=sealed.sha256, key=key)
    assert version.pandas("people")["note"].str.startswith(MARKER).all()
    relation = version.relation("people")
    assert len(relation.order("note desc").limit(20_000).fetchall()) == 20_000
    assert version.sql("select note, count(*) from people group by note order by note desc").fetchall()[0][1] == 1
    for marker in (MARKER, COLUMN, "survey", "kari"):
        assert [f for folder in searched for f in files_holding(marker.encode(), folder)] == []
        assert not any(marker.encode() in content for content in open_files() if marker == MARKER)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "copy people to 'leak.csv'",
        "export database 'leak'",
        "attach 'leak.db'",
        "select * from read_csv('/etc/hostname')",
        "set temp_directory = '.'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_queries_reach_no_file(tmp_path: Path, temporary: Path, query: str) -> None:
    version = publish(Store(tmp_path / "data_area", "zone-a")).open()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(duckdb.Error):
        version.sql(query)
    assert sorted(tmp_path.rglob("*")) == before


def test_queries_see_no_variable_of_the_program(tmp_path: Path) -> None:
    version = publish(Store(tmp_path / "data_area", "zone-a")).open()
    other_frame = people().to_pandas()
    with pytest.raises(duckdb.Error, match="other_frame"):
        version.sql("select * from other_frame").fetchall()
    assert len(other_frame) == 100


def test_a_query_too_large_for_memory_fails_and_spills_nothing(tmp_path: Path, temporary: Path) -> None:
    version = publish(Store(tmp_path / "data_area", "zone-a"), tables={"people": people(20_000)}).open()
    connection = private_connection({"people": version.arrow("people")}, memory_limit="30MB")
    with pytest.raises(duckdb.OutOfMemoryException):
        connection.sql("select a.note, b.note from people a, people b order by 1, 2 limit 10000000").fetchall()
    assert list(temporary.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data_area", "tmp"]
