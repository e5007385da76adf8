"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_ground import Ground
from postgresql_server import postgresql_server as postgresql_server

from secure_zone.ledger.engine import Ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Where a ledger may be made, on each database in turn."""
    place = tmp_path / "ledger.sqlite"
    if request.param == "postgresql":
        place = request.getfixturevalue("postgresql_server").new_database()
    made = Ground(request.param, place, tmp_path)
    yield made
    made.close()


@pytest.fixture
def ledger(ground: Ground) -> Iterator[Ledger]:
    """An open, empty ledger, on each database in turn."""
    opened = ground.open()
    yield opened
    opened.close()
