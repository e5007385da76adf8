"""The key area: open it, seal it, see who can; and what a new or a leaving holder means for it."""

from __future__ import annotations

from dataclasses import replace

from secure_zone import datasets as rules
from secure_zone.accounts import check_reason, is_holder
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian.actor import acting
from secure_zone.custodian.house import House
from secure_zone.custodian.key_room import OpenKeyArea
from secure_zone.custodian.sessions import Session
from secure_zone.errors import Damaged
from secure_zone.keys import key_area as areas
from secure_zone.keys.data_key import DataKeyFor
from secure_zone.keys.key_area import MAX_HOLDERS, Candidate
from secure_zone.keys.secret import Secret
from secure_zone.ledger import data_keys, key_areas, users, versions
from secure_zone.ledger.data_keys import KEY_AREA, DataKey
from secure_zone.ledger.transactions import Reading, Writing
from secure_zone.ledger.users import User
from secure_zone.permissions import Verb


def unseal(house: House, session: Session, why: str) -> models.KeyAreaView:
    """Open the key area with the actor's own key."""
    check_reason(why)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.UNSEAL_KEY_AREA)
        opened = opened_by(tx, actor, session.private_key)
        log.append(tx, who=actor.user, verb=Verb.UNSEAL_KEY_AREA.value, why=why)
    house.key_room.open(opened)
    return see(house, session)


def seal(house: House, session: Session, why: str) -> models.KeyAreaView:
    """Close the key area until a holder opens it again."""
    check_reason(why)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.SEAL_KEY_AREA)
        log.append(tx, who=actor.user, verb=Verb.SEAL_KEY_AREA.value, why=why)
    house.key_room.seal()
    return see(house, session)


def see(house: House, session: Session) -> models.KeyAreaView:
    """Whether it is open, and who can open it."""
    with house.ledger.read() as tx:
        acting(tx, session, Verb.SEE_KEY_AREA)
        area = current(tx)
        holders = [user for holder in area.holders if (user := users.get(tx, holder.user)) is not None]
        newest = key_areas.newest(tx)
    opened = house.key_room.opened
    if opened is not None and opened.generation != area.generation:
        opened = None
    return models.KeyAreaView(
        open=opened is not None,
        opened_by=opened.opened_by if opened else None,
        opened_at=opened.opened_at if opened else None,
        generation=area.generation,
        created_at=newest.created_at if newest else house.clock(),
        holders=[
            models.KeyAreaHolder(user=user.user, display_name=user.display_name, role=user.role, state=user.state)
            for user in holders
        ],
        most_holders=MAX_HOLDERS,
    )


def current(tx: Reading) -> areas.KeyArea:
    """The generation in use, with its holders."""
    newest = key_areas.newest(tx)
    if newest is None:
        raise Damaged("The ledger holds no key area. Restore the key area from a backup.")
    holders = []
    for row in key_areas.holders(tx, newest.generation):
        user = users.get(tx, row.user)
        if user is None:
            raise Damaged("A holder of the key area is not among the users. Restore the key area from a backup.")
        holders.append(areas.Holder(user.user, user.role.value, row.sealed))
    return areas.KeyArea(tx.zone_id, newest.generation, newest.public_key, tuple(holders))


def can_open_key_area(user: User) -> bool:
    """Whether the key area is sealed to the key pair the user has now: not while a renewal waits for confirmation."""
    return is_holder(user.role) and user.renewed_by is None


def opened_by(tx: Writing, user: User, private: Secret) -> OpenKeyArea:
    """The key area as the holder opens it with their own key."""
    area = current(tx)
    return OpenKeyArea(area.generation, areas.open_with(area, user.user, private), user.user, tx.clock())


def add_holder(house: House, tx: Writing, user: User) -> None:
    """Seal the key area to one more; it must be open. The fifth is refused by `keys.key_area`."""
    area = current(tx)
    opened = house.key_room.require(area.generation)
    extended = areas.add_holder(area, opened.private, _candidate(user))
    key_areas.add_holder(tx, key_areas.Holder(area.generation, user.user, extended.holder(user.user).sealed))


def seal_anew_to(house: House, tx: Writing, user: User) -> None:
    """All that was sealed to the user's old key pair, sealed to `user.public_key`. The key area must be open for it."""
    area = current(tx)
    own = data_keys.of_holder(tx, user.user)
    holds_area = any(holder.user == user.user for holder in area.holders)
    if not own and not holds_area:
        return
    opened = house.key_room.require(area.generation)
    for key in own:
        copy = data_keys.get(tx, key.dataset, key.version, KEY_AREA)
        if copy is None:
            raise Damaged("The key area has no copy of a data key. Run `varde audit verify`.")
        resealed = areas.reseal(
            whose_key(tx, copy).sealed_secret(copy.sealed), opened.private, user.public_key, holder=user.user
        )
        data_keys.save(tx, replace(key, sealed=resealed.sealed))
    if holds_area:
        others = tuple(holder for holder in area.holders if holder.user != user.user)
        extended = areas.add_holder(replace(area, holders=others), opened.private, _candidate(user))
        key_areas.save_holder(tx, key_areas.Holder(area.generation, user.user, extended.holder(user.user).sealed))


def rotate_without(house: House, tx: Writing, leaving: User) -> OpenKeyArea:
    """A new generation of the key area, sealed to the others; every copy of a data key sealed to it anew.

    The caller records it, and opens the returned area after the commit.
    """
    area = current(tx)
    opened = house.key_room.require(area.generation)
    remaining = [
        _candidate(user)
        for holder in area.holders
        if holder.user != leaving.user and (user := users.get(tx, holder.user)) is not None
    ]
    copies = data_keys.of_holder(tx, KEY_AREA)
    _check_complete(tx, copies)
    sealed = [whose_key(tx, copy).sealed_secret(copy.sealed) for copy in copies]
    rotation = areas.remove_holder(area, opened.private, leaving.user, remaining, sealed)
    key_areas.add(tx, key_areas.KeyArea(rotation.area.generation, rotation.area.public, tx.clock()))
    for holder in rotation.area.holders:
        key_areas.add_holder(tx, key_areas.Holder(rotation.area.generation, holder.user, holder.sealed))
    for copy, resealed in zip(copies, rotation.secrets, strict=True):
        data_keys.save(tx, replace(copy, sealed=resealed.sealed))
    key_areas.remove_holders(tx, area.generation)
    return OpenKeyArea(rotation.area.generation, rotation.private, opened.opened_by, opened.opened_at)


def _check_complete(tx: Reading, copies: list[DataKey]) -> None:
    """Damaged where the key area lacks a copy of a readable version's key: rotating would make the loss final."""
    held = {(copy.dataset, copy.version) for copy in copies}
    for version in versions.every(tx):
        if version.state in rules.READABLE and (version.dataset, version.version) not in held:
            raise Damaged(
                "The key area has no copy of the key of version {version} of {dataset}, so it is not given a new key. "
                "Run `varde audit verify`, and restore the key area from a backup.",
                code="copy_missing",
                dataset=version.dataset,
                version=version.version,
            )


def whose_key(tx: Reading, key: DataKey) -> DataKeyFor:
    """What a sealed copy of a data key is bound to."""
    version = versions.get(tx, key.dataset, key.version)
    if version is None:
        raise Damaged("A data key belongs to no version. Run `varde audit verify`.")
    return DataKeyFor(tx.zone_id, key.dataset, key.version, version.purpose.value, key.holder)


def _candidate(user: User) -> Candidate:
    return Candidate(user.user, user.role.value, user.public_key)
