"""Files in the data area swapped, renamed, cut, edited, removed or added; keys and names of another version: refused,
each with a sentence that names the file and says what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from store_versions import Published, answers, people, publish

from secure_zone.errors import Damaged
from secure_zone.keys.secret import Secret
from secure_zone.store import reading
from secure_zone.store.area import Store

PART = "people-0001.parquet"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data_area", "zone-a")


@pytest.fixture(params=["small", "large"])
def published(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Published:
    """A version that is hashed whole at opening, and one that counts as too large for that."""
    if request.param == "large":
        monkeypatch.setattr(reading, "HASHED_AT_OPENING", 0)
    return publish(store)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 10)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def lengthen(file: Path) -> None:
    with file.open("ab") as end:
        end.write(b"\0")


def replace_by_plain_parquet(file: Path) -> None:
    pq.write_table(people(), file)


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_by_link(file: Path) -> None:
    elsewhere = file.parent.parent / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def remove(file: Path) -> None:
    file.unlink()


def exchange_with_other_table(file: Path) -> None:
    other = next(p for p in file.parent.glob("*.parquet") if p != file)
    spare = file.parent.parent / "spare"
    file.rename(spare)
    other.rename(file)
    spare.rename(other)


HARM = [cut, empty, lengthen, replace_by_plain_parquet, replace_by_folder, replace_by_link, remove]


@pytest.mark.parametrize("harm", [*HARM, exchange_with_other_table])
def test_a_harmed_file_is_refused_at_opening_and_named(published: Published, harm: Callable[[Path], None]) -> None:
    harm(published.folder / PART)
    with pytest.raises(Damaged, match=r"(people|answers)-0001\.parquet.*(from a backup)"):
        published.open()


@pytest.mark.parametrize("harm", [h for h in HARM if h is not replace_by_link])
def test_a_harmed_manifest_is_refused(published: Published, harm: Callable[[Path], None]) -> None:
    harm(published.folder / "manifest.sealed")
    with pytest.raises(Damaged, match="manifest"):
        published.open()


def test_no_flipped_byte_changes_what_is_read(published: Published) -> None:
    """Each is refused by name, but for those that mean nothing (the first four, which only say "encrypted Parquet")."""
    file = published.folder / PART
    good = file.read_bytes()
    unnoticed = []
    for place in range(0, len(good), max(len(good) // 60, 1)):
        file.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            frame = published.open().pandas("people")
        except Damaged as error:
            assert error.params["file"] == PART
        else:
            unnoticed.append(place)
            assert frame.equals(people().to_pandas())
    assert set(unnoticed) <= {0}


def test_damage_found_by_duckdb_is_named_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "HASHED_AT_OPENING", 0)
    published = publish(store)
    file = published.folder / PART
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    version = published.open()
    with pytest.raises(Damaged, match=PART), version.plain_errors():
        version.relation("people").fetchall()


def test_an_extra_file_is_named(published: Published) -> None:
    (published.folder / "people-0002.parquet").write_bytes((published.folder / PART).read_bytes())
    with pytest.raises(Damaged, match=r"people-0002\.parquet in version 1 of survey-answers does not belong there"):
        published.open()


def test_a_file_of_the_same_name_from_another_version_is_refused(store: Store) -> None:
    first, second = publish(store), publish(store, version=2)
    shutil.copy(first.folder / PART, second.folder / PART)
    with pytest.raises(Damaged, match=PART):
        second.open()


def test_a_file_of_another_version_under_the_same_key_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even with one key for both, which never happens: the version is bound into the file."""
    monkeypatch.setattr(reading, "HASHED_AT_OPENING", 0)
    key = Secret.random()
    first, second = publish(store, key=key), publish(store, version=2, key=key)
    shutil.copy(first.folder / PART, second.folder / PART)
    with pytest.raises(Damaged, match=PART):
        second.open().pandas("people")


def test_a_whole_older_version_in_the_place_of_a_newer_one_is_refused(store: Store) -> None:
    first, second = publish(store), publish(store, version=2)
    shutil.rmtree(second.folder)
    shutil.copytree(first.folder, second.folder)
    with pytest.raises(Damaged, match="manifest of version 2"):
        second.open()
    with pytest.raises(Damaged, match="manifest of version 2"):
        second.open(manifest_sha256=first.sha256, key=first.key)


def test_a_renamed_dataset_is_refused(store: Store) -> None:
    published = publish(store)
    published.folder.parent.rename(store.data_area / "datasets" / "other-answers")
    with pytest.raises(Damaged, match="manifest"):
        published.open(dataset="other-answers")


@pytest.mark.parametrize("changed", [{"purpose": "survey"}, {"key": Secret.random()}, {"manifest_sha256": "0" * 64}])
def test_another_purpose_key_or_manifest_is_refused(store: Store, changed: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        publish(store).open(**changed)


def test_a_key_of_another_dataset_opens_nothing(store: Store) -> None:
    one, other = publish(store), publish(store, dataset="sick-leave", tables={"people": people(), "answers": answers()})
    with pytest.raises(Damaged):
        one.open(key=other.key)
    for file in one.folder.iterdir():
        shutil.copy(file, other.folder / file.name)
    with pytest.raises(Damaged):
        other.open()
    with pytest.raises(Damaged):
        other.open(key=one.key, manifest_sha256=one.sha256)


def test_a_version_of_another_zone_is_refused(store: Store, tmp_path: Path) -> None:
    published = publish(store)
    elsewhere = Store(store.data_area, "zone-b")
    with pytest.raises(Damaged):
        elsewhere.open(
            published.dataset,
            purpose=published.purpose,
            version=1,
            manifest_sha256=published.sha256,
            key=published.key,
        )


def test_verify_reads_every_byte(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "HASHED_AT_OPENING", 0)
    published = publish(store, tables={"people": pa.table({"x": range(50_000)})})
    file = published.folder / PART
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(Damaged, match=PART):
        store.verify(
            "survey-answers", purpose="research", version=1, manifest_sha256=published.sha256, key=published.key
        )
