"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import factories
import pytest
from ledger_ground import Ground
from postgresql_server import postgresql_server as postgresql_server

from secure_zone.folder import ZoneFolder
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


@pytest.fixture
def zone() -> Iterator[ZoneFolder]:
    """A demo zone that nobody has open."""
    with factories.demo_zone() as folder:
        yield folder


@pytest.fixture
def inside() -> Iterator[factories.Ground]:
    """A demo zone opened in this process, with a clock that the test moves."""
    with factories.open_ground() as opened:
        yield opened


@pytest.fixture(scope="module")
def custodian() -> Iterator[factories.Custodian]:
    """A custodian process on a demo zone, one for all tests of a module."""
    with factories.running_custodian() as running:
        yield running
