"""Datasets: which ones the user has a key to, and opening one version."""

from __future__ import annotations

import base64
from collections import defaultdict

from secure_zone import datasets as rules
from secure_zone import permissions
from secure_zone.accounts import check_reason
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian.actor import acting
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session
from secure_zone.errors import NotFound
from secure_zone.keys.data_key import DataKeyFor, unseal_data_key
from secure_zone.ledger import data_keys, versions
from secure_zone.ledger.transactions import Reading
from secure_zone.ledger.versions import Version
from secure_zone.permissions import Verb
from secure_zone.store.paths import relative_folder


def see_own(house: House, session: Session) -> list[models.DatasetView]:
    """The datasets the actor can open, newest version first; none for a role that reads no data."""
    with house.ledger.read() as tx:
        actor = acting(tx, session, Verb.LIST_DATASETS)
        if not permissions.may(actor.role, Verb.OPEN_DATASET):
            return []
        found: dict[str, list[Version]] = defaultdict(list)
        for key in data_keys.of_holder(tx, actor.user):
            version = versions.get(tx, key.dataset, key.version)
            if version is not None and version.state in rules.READABLE:
                found[key.dataset].append(version)
    return [
        models.DatasetView(
            name=name,
            purpose=own[0].purpose.value,
            versions=[_view(version) for version in sorted(own, key=lambda one: -one.version)],
        )
        for name, own in sorted(found.items())
    ]


def open_version(house: House, session: Session, name: str, wanted: models.OpenDataset) -> models.OpenedDataset:
    """The key of one version, for a user to whom it is sealed."""
    check_reason(wanted.why)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.OPEN_DATASET)
        version = _wanted(tx, name, wanted.version)
        held = data_keys.get(tx, name, version.version, actor.user) if version else None
        if version is None or held is None:
            # One answer for what does not exist and for what is not theirs.
            raise NotFound("You have no dataset with this name and version.")
        rules.check_readable(name, version.version, version.state)
        whose = DataKeyFor(tx.zone_id, name, version.version, version.purpose.value, actor.user)
        key = unseal_data_key(session.private_key, held.sealed, whose)
        log.append(
            tx, who=actor.user, verb=Verb.OPEN_DATASET.value, subject=name, why=wanted.why, version=version.version
        )
    return models.OpenedDataset(
        zone_id=house.facts.zone_id,
        dataset=name,
        version=version.version,
        purpose=version.purpose.value,
        key=base64.b64encode(key.reveal()).decode(),
        manifest_sha256=version.manifest_sha256,
        folder=relative_folder(name, version.version),
    )


def _wanted(tx: Reading, name: str, number: int | None) -> Version | None:
    return versions.current(tx, name) if number is None else versions.get(tx, name, number)


def _view(version: Version) -> models.VersionView:
    return models.VersionView(
        version=version.version,
        state=version.state.value,
        rows=version.rows,
        created_by=version.created_by,
        created_at=version.created_at,
    )
