"""A ledger file with flipped, cut or old bytes: a sentence, never a traceback, and no wrong answer taken for right."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from ledger_ground import Ground, fill

from secure_zone.audit import log
from secure_zone.audit.verify import verify
from secure_zone.errors import ZoneError
from secure_zone.ledger import data_keys, key_areas, sign_in_states, users, versions
from secure_zone.ledger.transactions import Reading


def everything(tx: Reading) -> list[object]:
    return [
        users.everyone(tx),
        versions.every(tx),
        key_areas.newest(tx),
        key_areas.holders(tx, 1),
        sign_in_states.get(tx, "per"),
        [data_keys.of_version(tx, "must", number) for number in (1, 2)],
    ]


@pytest.fixture
def whole(tmp_path: Path) -> tuple[Ground, bytes, list[object]]:
    """A ledger at rest, its bytes, and what it says."""
    ground = Ground("sqlite", tmp_path / "ledger.sqlite", tmp_path)
    ledger = ground.open()
    fill(ledger)
    with ledger.read() as tx:
        said = everything(tx)
    ledger.close()
    return ground, Path(ground.place).read_bytes(), said


def answers(ground: Ground) -> tuple[list[object] | None, bool]:
    """What the ledger says (None: an error with a sentence), and whether the check finds it sound."""
    said, sound = None, False
    try:
        ledger = ground.open(writable=False)
    except ZoneError:
        return None, False
    try:
        sound = verify(ledger).sound
    except ZoneError as damage:
        assert str(damage)
    try:
        with ledger.read() as tx:
            log.read(tx)
            said = everything(tx)
    except ZoneError as damage:
        assert str(damage)
    ledger.close()
    return said, sound


def put(ground: Ground, content: bytes) -> None:
    for beside in Path(ground.place).parent.glob("ledger.sqlite-*"):
        beside.unlink()
    Path(ground.place).write_bytes(content)


@pytest.mark.parametrize("seed", range(8))
def test_flipped_bytes(whole: tuple[Ground, bytes, list[object]], seed: int) -> None:
    ground, content, truth = whole
    chance = random.Random(seed)
    for _ in range(25):
        damaged = bytearray(content)
        start = chance.randrange(len(content))
        for place in range(start, min(start + chance.choice((1, 4, 64)), len(content))):
            damaged[place] ^= chance.randrange(1, 256)
        put(ground, bytes(damaged))
        said, sound = answers(ground)
        assert not sound or said == truth
    put(ground, content)
    assert answers(ground) == (truth, True)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.7, 0.99])
def test_a_cut_file(whole: tuple[Ground, bytes, list[object]], share: float) -> None:
    ground, content, _ = whole
    put(ground, content[: int(len(content) * share)])
    assert answers(ground)[1] is False


def test_an_older_copy_of_the_file_is_found(whole: tuple[Ground, bytes, list[object]]) -> None:
    ground, content, truth = whole
    ledger = ground.open()
    with ledger.write() as tx:
        log.append(tx, who="per", verb="datasets.open", subject="must", version=2)
    ledger.close()
    put(ground, content)
    assert answers(ground) == (truth, False)
    with pytest.raises(ZoneError, match="do not agree"):
        ground.open()
