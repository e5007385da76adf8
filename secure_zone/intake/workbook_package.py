"""Looks into a workbook's zip file before anything reads its XML: sizes, count of members, declarations."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.limits import Limits

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BLOCK = 1024 * 1024
# Entities and external references can only come from a document type declaration.
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
OVERLAP = 16
ENCRYPTED = 0x1
XML = {".xml", ".rels", ".vml"}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError)


def check_package(content: io.BufferedIOBase, limits: Limits) -> None:
    """Refuses what is no .xlsx, has a password, unpacks to too much, or declares entities. Unpacks block by block,
    never trusting the sizes that the zip file itself tells, and keeps nothing."""
    start = content.read(len(OLE))
    content.seek(0)
    if start == OLE:
        raise Unreadable(FaultKind.PASSWORD)
    if not start.startswith(ZIP):
        raise Unreadable(FaultKind.NOT_THIS_FORMAT)
    try:
        with zipfile.ZipFile(content) as package:
            members = package.infolist()
            if len(members) > limits.workbook_members:
                raise Unreadable(FaultKind.UNPACKS_TOO_LARGE)
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable(FaultKind.NOT_THIS_FORMAT)
            left = limits.workbook_bytes
            for member in members:
                if member.flag_bits & ENCRYPTED:
                    raise Unreadable(FaultKind.PASSWORD)
                left = _check_member(package, member, left)
    except BROKEN:
        raise Unreadable(FaultKind.DAMAGED) from None
    content.seek(0)


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes are left of those that may be unpacked."""
    xml = PurePosixPath(member.filename).suffix.lower() in XML
    end = b""
    with package.open(member) as unpacked:
        while block := unpacked.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise Unreadable(FaultKind.UNPACKS_TOO_LARGE)
            # In UTF-16 or UTF-32 a declaration could hide; spreadsheets write UTF-8.
            if xml and (DECLARATION.search(end + block) or b"\0" in block):
                raise Unreadable(FaultKind.XML_DECLARATIONS)
            end = block[-OVERLAP:]
    return left
