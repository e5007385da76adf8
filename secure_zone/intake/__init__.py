"""Intake, the reading half: a delivered file in, checked rows and a findings report out. Needs no key and no ledger."""

from secure_zone.intake.deliveries import SCHEMAS, schema_for
from secure_zone.intake.delivery import Delivery, read_delivery
from secure_zone.intake.faults import FaultKind
from secure_zone.intake.findings import Finding, Findings
from secure_zone.intake.limits import LIMITS, Limits
from secure_zone.intake.parts import Part
from secure_zone.intake.raw import Variable
from secure_zone.intake.schema import Column, DateForm, Schema, Type

__all__ = [
    "LIMITS",
    "SCHEMAS",
    "Column",
    "DateForm",
    "Delivery",
    "FaultKind",
    "Finding",
    "Findings",
    "Limits",
    "Part",
    "Schema",
    "Type",
    "Variable",
    "read_delivery",
    "schema_for",
]
