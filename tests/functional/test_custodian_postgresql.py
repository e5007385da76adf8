"""The whole custodian with its ledger in PostgreSQL: founding, sign-in, publishing, removing, destroying, the log."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories import CUSTODIAN, LEADER, RESEARCHER, WHY, Clock, Ground
from postgresql_server import Server

from secure_zone.api.models import OpenDataset
from secure_zone.audit.verify import verify
from secure_zone.custodian.founding import first_user, found_zone
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.use_cases import datasets, publish, users
from secure_zone.datasets import Purpose
from secure_zone.demo.example import example_tables
from secure_zone.demo.zone import make_demo_zone
from secure_zone.errors import Conflict, NotFound
from secure_zone.folder import ZoneFolder
from secure_zone.keys.passphrase import CHEAPEST
from secure_zone.roles import Role
from secure_zone.settings import Settings


@pytest.mark.postgresql
def test_a_zones_life_on_postgresql(postgresql_server: Server) -> None:
    url = postgresql_server.new_database()
    with tempfile.TemporaryDirectory(prefix="vz-") as above:
        root = Path(above) / "zone"
        make_demo_zone(root, profile=CHEAPEST, ledger_url=url)
        assert not ZoneFolder(root).ledger.exists()
        clock = Clock(datetime.now(UTC))
        with open_house(Settings(ZoneFolder(root), url), clock) as house:
            ground = Ground(house, clock)
            leader, researcher = ground.session(LEADER), ground.session(RESEARCHER)
            publish.publish(
                house, LEADER, "example", Purpose.RESEARCH, example_tables(50), members=[RESEARCHER], why=WHY
            )
            assert datasets.open_version(house, researcher, "example", OpenDataset(why=WHY)).version == 2
            users.remove(house, leader, CUSTODIAN, WHY)
            publish.destroy(house, LEADER, "example", 1, WHY)
            with pytest.raises((NotFound, Conflict)):
                datasets.open_version(house, researcher, "example", OpenDataset(version=1, why=WHY))
            assert verify(house.ledger).findings == ()
        # A second zone does not fit in the same database.
        with pytest.raises(Conflict):
            found_zone(Path(above) / "other", "Other", first_user("kari", "Kari", Role.PROJECT_LEADER), ledger_url=url)
        assert not (Path(above) / "other").exists()
