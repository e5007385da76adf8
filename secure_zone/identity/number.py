"""One national identity number: is it one, and what does it say?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from secure_zone.identity.faults import BadIdentityNumber, Fault
from secure_zone.identity.kinds import Population, Scheme, Sex
from secure_zone.identity.many import read_numbers

# Between the date and the five last digits people write a space or a hyphen.
WRITTEN = re.compile(r"\s*([0-9]{6})[ -]?([0-9]{5})\s*", re.ASCII)


@dataclass(frozen=True)
class IdentityNumber:
    """What a valid number says about its holder. The number itself is not in it.

    sex and birth_date are None where the number does not tell: numbers issued from 2032 on carry neither the sex nor
    the century (RULES 2.4), so both must then come from fields of their own.
    """

    d_number: bool
    synthetic: bool
    scheme: Scheme
    sex: Sex | None
    birth_date: date | None

    def age_on(self, day: date) -> int | None:
        """Completed years on `day`; None where the number does not tell the birth date."""
        return None if self.birth_date is None else age(self.birth_date, day)


def parse(text: str, *, first_seen: date | None = None, population: Population = Population.BOTH) -> IdentityNumber:
    """What the number says, or `BadIdentityNumber`, whose message says what is wrong without repeating the number.

    text: eleven digits, also with the usual space or hyphen after the sixth.
    first_seen: the day the number was first seen. Before 2032 only the old control digits are right, and the sex can be
    read. From 2032 both kinds are, and as nothing shows which numbers were issued before, none is read for sex. Without
    the day, what fits the old control digits is taken to be an old number.
    population: SYNTHETIC for demo and test data (month + 80), REAL for the rest, BOTH to take either.

    >>> parse("328599-12345")
    Traceback (most recent call last):
    ...
    secure_zone.identity.faults.BadIdentityNumber: The first six digits of the identity number are not a date.
    """
    written = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if written is None:
        raise BadIdentityNumber(Fault.NOT_ELEVEN_DIGITS if text else Fault.MISSING)
    read = read_numbers([written[1] + written[2]], first_seen=first_seen, population=population)
    fault = Fault(int(read.faults[0]))
    if fault:
        raise BadIdentityNumber(fault)
    return IdentityNumber(
        d_number=bool(read.d_number[0]),
        synthetic=bool(read.synthetic[0]),
        scheme=Scheme(int(read.scheme[0])),
        sex=read.sex_of(0),
        birth_date=read.birth_date_of(0),
    )


def is_valid(text: str, *, first_seen: date | None = None, population: Population = Population.BOTH) -> bool:
    """Whether `parse` would accept the text."""
    try:
        parse(text, first_seen=first_seen, population=population)
    except BadIdentityNumber:
        return False
    return True


def age(born: date, day: date) -> int:
    """Completed years on `day`; someone born on 29 February completes a year on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
