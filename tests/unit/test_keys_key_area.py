"""RULES 2.2: the project leader and at most three custodians can open the key area; a removal changes the key."""

from __future__ import annotations

import pytest

from secure_zone.errors import Conflict, Damaged, KeyAreaSealed, NotFound, Refused
from secure_zone.keys import key_area
from secure_zone.keys.data_key import KEY_AREA, DataKeyFor, new_data_key, seal_data_key, unseal_data_key
from secure_zone.keys.key_area import Candidate, KeyArea
from secure_zone.keys.sealing import KeyPair
from secure_zone.keys.secret import Secret

NAMES = ("leader", "first", "second", "third")
PAIRS = {name: KeyPair.generate() for name in (*NAMES, "fourth", "auditor")}


def candidate(name: str, role: str | None = None) -> Candidate:
    return Candidate(name, role or ("project_leader" if name == "leader" else "custodian"), PAIRS[name].public)


@pytest.fixture
def full() -> tuple[KeyArea, Secret]:
    return key_area.create("zone-a", [candidate(name) for name in NAMES])


def test_each_holder_opens_it(full: tuple[KeyArea, Secret]) -> None:
    area, private = full
    assert key_area.MAX_HOLDERS == len(area.holders) == 4
    for name in NAMES:
        assert key_area.open_with(area, name, PAIRS[name].private) == private


def test_nobody_else_opens_it(full: tuple[KeyArea, Secret]) -> None:
    area, _ = full
    with pytest.raises(NotFound, match="auditor is not a holder"):
        key_area.open_with(area, "auditor", PAIRS["auditor"].private)
    with pytest.raises(Damaged):
        key_area.open_with(area, "first", PAIRS["second"].private)


def test_the_fourth_custodian_is_refused(full: tuple[KeyArea, Secret]) -> None:
    area, private = full
    with pytest.raises(Refused, match="at most one project leader and three custodians"):
        key_area.add_holder(area, private, candidate("fourth"))
    with pytest.raises(Refused):
        key_area.create("zone-a", [candidate(name) for name in (*NAMES, "fourth")])


def test_a_second_project_leader_is_refused_even_where_there_is_room() -> None:
    area, private = key_area.create("zone-a", [candidate("leader")])
    with pytest.raises(Refused):
        key_area.add_holder(area, private, candidate("first", "project_leader"))


def test_three_custodians_need_no_leader_to_stay_three() -> None:
    area, private = key_area.create("zone-a", [candidate(name) for name in NAMES[1:]])
    with pytest.raises(Refused):
        key_area.add_holder(area, private, candidate("fourth"))


@pytest.mark.parametrize(
    "role", ["auditor", "researcher", "survey_operator", "output_checker", "contact", "", "Custodian"]
)
def test_other_roles_are_refused(role: str) -> None:
    area, private = key_area.create("zone-a", [candidate("leader")])
    with pytest.raises(Refused, match="Only the project leader and custodians"):
        key_area.add_holder(area, private, Candidate("auditor", role, PAIRS["auditor"].public))


def test_the_same_person_is_not_added_twice() -> None:
    area, private = key_area.create("zone-a", [candidate("first")])
    with pytest.raises(Conflict, match="already"):
        key_area.add_holder(area, private, candidate("first"))


def test_nothing_is_sealed_with_another_key() -> None:
    area, _ = key_area.create("zone-a", [candidate("first")])
    with pytest.raises(KeyAreaSealed, match="Open it again"):
        key_area.add_holder(area, PAIRS["second"].private, candidate("second"))


def test_a_key_area_needs_a_holder() -> None:
    with pytest.raises(Conflict):
        key_area.create("zone-a", [])


def test_a_removal_rotates(full: tuple[KeyArea, Secret]) -> None:
    area, private = full
    whose = [DataKeyFor("zone-a", "answers", version, "research", KEY_AREA) for version in (1, 2)]
    keys = [new_data_key() for _ in whose]
    sealed = [w.sealed_secret(seal_data_key(area.public, key, w)) for w, key in zip(whose, keys, strict=True)]
    stay = [candidate(name) for name in NAMES if name != "second"]

    rotation = key_area.remove_holder(area, private, "second", stay, sealed)

    assert rotation.area.generation == 2
    assert [holder.user for holder in rotation.area.holders] == ["leader", "first", "third"]
    assert rotation.private != private
    for secret, w, key in zip(rotation.secrets, whose, keys, strict=True):
        assert unseal_data_key(rotation.private, secret.sealed, w) == key
        with pytest.raises(Damaged):
            unseal_data_key(private, secret.sealed, w)
    for name in ("leader", "first", "third"):
        assert key_area.open_with(rotation.area, name, PAIRS[name].private) == rotation.private
    with pytest.raises(NotFound):
        key_area.open_with(rotation.area, "second", PAIRS["second"].private)


def test_a_sealed_copy_of_an_older_generation_does_not_open_the_newer(full: tuple[KeyArea, Secret]) -> None:
    area, private = full
    stay = [candidate(name) for name in NAMES if name != "second"]
    newer = key_area.remove_holder(area, private, "second", stay, []).area
    forged = KeyArea(newer.zone_id, newer.generation, newer.public, area.holders)
    with pytest.raises(Damaged):
        key_area.open_with(forged, "second", PAIRS["second"].private)


def test_the_last_holder_is_not_removed() -> None:
    area, private = key_area.create("zone-a", [candidate("first")])
    with pytest.raises(Conflict, match="last holder"):
        key_area.remove_holder(area, private, "first", [], [])


def test_a_removal_with_a_stale_list_of_holders_is_refused(full: tuple[KeyArea, Secret]) -> None:
    area, private = full
    with pytest.raises(Conflict, match="Read it again"):
        key_area.remove_holder(area, private, "second", [candidate("leader")], [])
    with pytest.raises(NotFound):
        key_area.remove_holder(area, private, "auditor", [candidate(name) for name in NAMES], [])
