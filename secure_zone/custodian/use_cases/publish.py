"""Publishing and destroying versions. Only code inside the custodian does it: the analysis side has no such verb."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from secure_zone import datasets as rules
from secure_zone import permissions
from secure_zone.accounts import check_reason
from secure_zone.audit import log
from secure_zone.custodian.actor import existing
from secure_zone.custodian.house import House
from secure_zone.custodian.use_cases import key_area
from secure_zone.datasets import Purpose, VersionEvent, VersionState
from secure_zone.errors import Conflict, NotFound, Refused
from secure_zone.keys.data_key import DataKeyFor, new_data_key, seal_data_key
from secure_zone.keys.secret import Secret
from secure_zone.ledger import data_keys, datasets, versions
from secure_zone.ledger.data_keys import KEY_AREA, DataKey
from secure_zone.ledger.datasets import Dataset
from secure_zone.ledger.transactions import Writing
from secure_zone.ledger.versions import Version
from secure_zone.permissions import Verb
from secure_zone.store.batches import Rows
from secure_zone.store.recover import Recovery

PUBLISH, DESTROY, RECOVER = "datasets.publish", "datasets.destroy", "datasets.recover"


def publish(
    house: House,
    actor: str,
    name: str,
    purpose: Purpose,
    tables: Mapping[str, Rows],
    *,
    members: Collection[str],
    made_from: Iterable[str] = (),
    why: str,
) -> Version:
    """A new version of the dataset, current from the commit on; its key sealed to the members and the key area.

    actor: the user on whose behalf. tables: name -> Arrow table, reader or batches, written as they come.
    Whatever goes wrong, and wherever the process dies, the version is there whole or not at all.
    """
    rules.check_name(name)
    check_reason(why)
    with house.ledger.read() as tx:
        number = versions.next_number(tx, name)
    key = new_data_key()
    draft = house.store.begin(
        name, purpose=purpose.value, version=number, key=key, created_by=actor, made_from=tuple(made_from)
    )
    with draft:
        for table, rows in tables.items():
            draft.write(table, rows)
        sealed = draft.seal()
        with draft.publishing(lambda: _is_known(house, name, number)), house.ledger.write() as tx:
            _check_dataset(tx, name, purpose)
            version = Version(
                dataset=name,
                version=number,
                purpose=purpose,
                state=VersionState.CURRENT,
                manifest_sha256=sealed.sha256,
                rows=sealed.rows,
                created_by=actor,
                created_at=tx.clock(),
                made_from=sealed.manifest.made_from,
            )
            versions.add_current(tx, version)
            _seal_to(tx, version, key, members)
            log.append(
                tx,
                who=actor,
                verb=PUBLISH,
                subject=name,
                why=why,
                version=number,
                details={"purpose": purpose.value, "rows": sealed.rows, "members": sorted(members)},
            )
    key.wipe()
    return version


def destroy(house: House, actor: str, name: str, number: int, why: str) -> None:
    """The keys first, in one transaction: from then on the data is noise. Then the files (`recover` finishes that)."""
    check_reason(why)
    with house.ledger.write() as tx:
        version = versions.get(tx, name, number)
        if version is None:
            raise NotFound("There is no such version of {dataset}.", dataset=name)
        versions.save(tx, replace(version, state=rules.after(version.state, VersionEvent.DESTROY)))
        data_keys.destroy(tx, name, number)
        log.append(tx, who=actor, verb=DESTROY, subject=name, why=why, version=number)
    house.ledger.erase_deleted()
    _finish_destroying(house, name, number)


def recover(house: House) -> Recovery:
    """At the start: what a crash left half done is finished or undone. Harmless when there is nothing."""
    with house.ledger.read() as tx:
        every = versions.every(tx)
    readable = {(v.dataset, v.version) for v in every if v.state in rules.READABLE}
    gone = {(v.dataset, v.version) for v in every if v.state not in rules.READABLE}
    recovery = house.store.recover(readable=readable, gone=gone)
    for version in every:
        if version.state is VersionState.DESTROYING:
            house.ledger.erase_deleted()
            _finish_destroying(house, version.dataset, version.version)
    return recovery


def _finish_destroying(house: House, name: str, number: int) -> None:
    house.store.destroy_files(name, number)
    with house.ledger.write() as tx:
        version = versions.get(tx, name, number)
        if version is not None:
            versions.save(tx, replace(version, state=rules.after(version.state, VersionEvent.FILES_GONE)))
            log.append(tx, who="custodian", verb=DESTROY, subject=name, version=number, details={"files": "gone"})


def _check_dataset(tx: Writing, name: str, purpose: Purpose) -> None:
    dataset = datasets.get(tx, name)
    if dataset is None:
        datasets.add(tx, Dataset(name, purpose, tx.clock()))
    elif dataset.purpose is not purpose:
        raise Conflict(
            "{dataset} is held for another purpose ({purpose}): purposes are not mixed.",
            code="other_purpose",
            dataset=name,
            purpose=dataset.purpose.value,
        )


def _seal_to(tx: Writing, version: Version, key: Secret, members: Collection[str]) -> None:
    area = key_area.current(tx)
    public = {KEY_AREA: area.public}
    for name in members:
        user = existing(tx, name)
        if not permissions.may(user.role, Verb.OPEN_DATASET):
            raise Refused("{user} has a role that reads no data.", user=name)
        public[name] = user.public_key
    for holder, public_key in public.items():
        whose = DataKeyFor(tx.zone_id, version.dataset, version.version, version.purpose.value, holder)
        data_keys.add(tx, DataKey(version.dataset, version.version, holder, seal_data_key(public_key, key, whose)))


def _is_known(house: House, name: str, number: int) -> bool:
    with house.ledger.read() as tx:
        return versions.get(tx, name, number) is not None
