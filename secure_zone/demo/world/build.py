"""Makes a world and writes its deliveries, a block of people at a time."""

from __future__ import annotations

from pathlib import Path

from secure_zone.demo.world.conditions import conditions_of
from secure_zone.demo.world.consent_files import ConsentFile
from secure_zone.demo.world.delivery import Delivery
from secure_zone.demo.world.histories import histories_of
from secure_zone.demo.world.organisations import organisations as make_organisations
from secure_zone.demo.world.participation import participation_of
from secure_zone.demo.world.people import make_people
from secure_zone.demo.world.register_files import RegisterFiles
from secure_zone.demo.world.survey_files import SurveyFiles
from secure_zone.demo.world.truth import DEFAULT_PEOPLE, DEFAULT_SEED, LEAST_PEOPLE, MOST_PEOPLE
from secure_zone.demo.world.unit_files import write_units
from secure_zone.errors import BadInput, Conflict

PEOPLE_PER_BLOCK = 100_000


def write_world(folder: Path, people: int = DEFAULT_PEOPLE, seed: int = DEFAULT_SEED) -> list[Delivery]:
    """Writes all deliveries of a world into `folder`, which is made if need be and must hold none of the files.

    people: from 1,000 to 5,000,000. The same people and seed give the same files, byte for byte. Memory: about 60 bytes
    for each person, and half a gigabyte for the block at work.
    """
    if not LEAST_PEOPLE <= people <= MOST_PEOPLE:
        raise BadInput("A synthetic world has {least} to {most} people.", least=LEAST_PEOPLE, most=MOST_PEOPLE)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict("The folder for the deliveries is not empty. Choose an empty or a new one.")
    organisations, shares = make_organisations(people, seed)
    everybody = make_people(people, organisations, shares, seed)
    blocks = -(-people // PEOPLE_PER_BLOCK)
    surveys = SurveyFiles(folder, organisations, seed, blocks)
    registers = RegisterFiles(folder, organisations, seed, blocks)
    consents = ConsentFile(folder, seed)
    units = write_units(folder, organisations)
    for block in range(blocks):
        some = everybody.block(slice(block * PEOPLE_PER_BLOCK, (block + 1) * PEOPLE_PER_BLOCK))
        conditions = conditions_of(some, organisations, seed, block)
        histories = histories_of(conditions)
        participation = participation_of(conditions, histories, len(organisations))
        surveys.write(conditions, participation, block)
        consents.write(some, participation.consents, block)
        registers.write(some, histories, block)
    return [*units, *surveys.deliveries(), *consents.deliveries(), *registers.deliveries()]
