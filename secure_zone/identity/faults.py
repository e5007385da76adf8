"""What can be wrong with an identity number, said without saying the number."""

from __future__ import annotations

from enum import IntEnum

from secure_zone.errors import BadInput


class Fault(IntEnum):
    """The first thing that is wrong with a number. The order is the order of checking."""

    NONE = 0
    MISSING = 1
    NOT_ELEVEN_DIGITS = 2
    HELP_NUMBER = 3
    NO_SUCH_DATE = 4
    CONTROL_DIGITS = 5
    NO_SUCH_SERIES = 6
    NOT_BORN_YET = 7
    NOT_YET_ISSUED = 8
    SYNTHETIC = 9
    NOT_SYNTHETIC = 10


SENTENCES = {
    Fault.MISSING: "The identity number is missing.",
    Fault.NOT_ELEVEN_DIGITS: "The identity number is not eleven digits. Has a leading zero been lost?",
    Fault.HELP_NUMBER: "This is a help number (H-number or FH-number), which a hospital or another body gave for its "
    "own use. Ask for the person's birth number or D-number.",
    Fault.NO_SUCH_DATE: "The first six digits of the identity number are not a date.",
    Fault.CONTROL_DIGITS: "The control digits do not fit the identity number: a digit is wrong, or two have changed "
    "places.",
    Fault.NO_SUCH_SERIES: "No identity number with this year and this individual number has been issued.",
    Fault.NOT_BORN_YET: "The birth date in the identity number lies after the day the number was seen.",
    Fault.NOT_YET_ISSUED: "The control digits fit only numbers issued from 2032 on: a digit is wrong, or two have "
    "changed places.",
    Fault.SYNTHETIC: "The identity number is a synthetic one (month + 80), and only real people's are taken here.",
    Fault.NOT_SYNTHETIC: "The identity number is not a synthetic one (month + 80), and only those are taken here.",
}


class BadIdentityNumber(BadInput):
    """The text is no identity number that can be used here. Neither the message nor the error holds the text."""

    code = "bad_identity_number"

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(SENTENCES[fault])
