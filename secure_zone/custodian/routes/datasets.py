"""Datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import datasets

router = APIRouter(prefix="/datasets", tags=["datasets"])


@router.get("")
def list_datasets(house: AtHouse, session: Asking) -> list[models.DatasetView]:
    """The datasets one has a key to."""
    return datasets.see_own(house, session)


@router.post("/{name}/open")
def open_dataset(
    house: AtHouse, session: Asking, name: Annotated[models.Name, Path()], body: models.OpenDataset
) -> models.OpenedDataset:
    """The key of one version."""
    return datasets.open_version(house, session, name, body)
