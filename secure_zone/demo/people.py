"""The users of a demo zone. All names are invented."""

from __future__ import annotations

from dataclasses import dataclass

from secure_zone.roles import Role


@dataclass(frozen=True)
class DemoPerson:
    """One demo user, with a passphrase that everybody may know."""

    user: str
    display_name: str
    role: Role
    passphrase: str


PEOPLE = (
    DemoPerson("ragnhild", "Ragnhild Fjellvær", Role.PROJECT_LEADER, "granskog ved blank innsjo"),
    DemoPerson("torbjorn", "Torbjørn Steinmo", Role.CUSTODIAN, "kaffekopp under nordlys"),
    DemoPerson("solveig", "Solveig Åsbakken", Role.CUSTODIAN, "blaveis langs gammel sti"),
    DemoPerson("eirik", "Eirik Myrhaug", Role.SURVEY_OPERATOR, "ullgenser i lett regn"),
    DemoPerson("ingeborg", "Ingeborg Lønnum", Role.RESEARCHER, "skogstjerne ved vannet"),
    DemoPerson("halvard", "Halvard Tveitnes", Role.OUTPUT_CHECKER, "rognebaer i september"),
    DemoPerson("marit", "Marit Engesvik", Role.CONTACT, "tregrense mot blaa topp"),
    DemoPerson("jostein", "Jostein Kvernland", Role.AUDITOR, "seilbat forbi hvitt fyr"),
)
LEADER = PEOPLE[0]
