"""The audit log: who did what, when, why, to which version. Entries are only ever added."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, or_, select

from secure_zone.audit import chain, heads
from secure_zone.audit.heads import Head
from secure_zone.errors import BadInput, Damaged
from secure_zone.ledger.columns import from_stored, stored_time, to_stored
from secure_zone.ledger.schema import audit
from secure_zone.ledger.transactions import Reading, Writing

_ADVICE = "Run `varde audit verify`, and restore the key area and the data area from the same backup."
LONGEST = 10_000  # characters of one entry
# Eleven digits, also with the usual space or a hyphen: nothing of this form is ever written (RULES 2.3). Inside a hash
# they are no such number.
_IDENTITY_NUMBER = re.compile(r"(?<![0-9a-f])\d{6}[ \u00a0-]?\d{5}(?![0-9a-f])")


@dataclass(frozen=True)
class Entry:
    """One entry. `version`: of the dataset named by `subject`. `changed`: table, key and digest of each row written."""

    seq: int
    at: datetime
    who: str
    verb: str
    subject: str
    why: str
    version: int | None
    details: Mapping[str, Any]
    changed: tuple[tuple[str, tuple[str | int, ...], str | None], ...]
    hash: str


def append(
    tx: Writing,
    *,
    who: str,
    verb: str,
    subject: str = "",
    why: str = "",
    version: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Add an entry for what this transaction has written since the last one, or for something that was read.

    Nothing personal goes in: names of users, datasets and rows only. Damaged where the log is not as it was left.
    """
    _check_words(who, verb, subject, why, json.dumps(details or {}, ensure_ascii=False))
    newest = tx.appended[-1] if tx.appended else _checked_newest(tx)
    entry = chain.seal(
        tx.zone_id,
        to_stored(
            audit,
            {
                "seq": newest.seq + 1,
                "at": tx.clock(),
                "who": who,
                "verb": verb,
                "subject": subject,
                "why": why,
                "version": version,
                "details": details or {},
                "changed": [[change.table, change.key, change.digest] for change in tx.unrecorded],
                "previous": newest.link,
            },
        ),
        tx.signer,
    )
    tx.connection.execute(insert(audit).values(entry))
    tx.unrecorded.clear()
    tx.appended.append(Head(newest.seq + 1, chain.link(entry)))
    return _entry(entry)


def read(
    tx: Reading,
    *,
    who: str | None = None,
    verb: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
    after_seq: int = 0,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[Entry]:
    """Entries that fit all that is given: `since` <= at < `until`, `text` anywhere in subject, verb, reason or details.

    `after_seq` goes on where a page ended: after it in the order asked for (0: from the start).
    """
    wanted: list[ColumnElement[bool]] = []
    if who is not None:
        wanted.append(audit.c.who == who)
    if verb is not None:
        wanted.append(audit.c.verb == verb)
    if since is not None:
        wanted.append(audit.c.at >= stored_time(since))
    if until is not None:
        wanted.append(audit.c.at < stored_time(until))
    if text:
        places = (audit.c.subject, audit.c.verb, audit.c.why, audit.c.details)
        wanted.append(or_(*(place.icontains(text, autoescape=True) for place in places)))
    if after_seq:
        wanted.append(audit.c.seq < after_seq if newest_first else audit.c.seq > after_seq)
    order = audit.c.seq.desc() if newest_first else audit.c.seq
    query = select(audit).where(*wanted).order_by(order).limit(limit)
    return [_entry(dict(stored)) for stored in tx.connection.execute(query).mappings()]


def first(tx: Reading) -> Entry | None:
    """The entry that tells how the zone came to be, checked; None while the log is empty."""
    stored = _one(tx, select(audit).where(audit.c.seq == 1))
    if stored is None:
        return None
    if not (chain.says_what_was_written(tx.zone_id, stored) and chain.is_signed(tx.zone_id, stored, tx.verifier)):
        raise Damaged("The first entry of the audit log is not what was written. {advice}", advice=_ADVICE)
    return _entry(stored)


def newest_place(tx: Reading) -> Head | None:
    """The place of the newest entry: worth writing down outside the zone, and giving to `verify` later."""
    stored = _one(tx, select(audit).order_by(audit.c.seq.desc()).limit(1))
    return None if stored is None else Head(int(stored["seq"]), chain.link(stored))


def settle_head(tx: Writing) -> None:
    """At the start: finish what a crash between a commit and its head left. Damaged where that does not explain it."""
    newest = _checked_newest(tx)
    if newest.seq and heads.prepared(tx.head_file, tx.verifier, tx.zone_id) == newest:
        heads.publish(tx.head_file)


def _checked_newest(tx: Writing) -> Head:
    """The place to go on from: the newest entry, if the signed head, or the one prepared for it, names it too."""
    newest = newest_place(tx)
    published = heads.read(tx.head_file, tx.verifier, tx.zone_id)
    if newest is None and published is None:
        return Head(0, chain.START)
    agrees = newest == published
    if newest is not None and (published is None or published.seq < newest.seq):
        agrees = newest == heads.prepared(tx.head_file, tx.verifier, tx.zone_id)
    if newest is None or not agrees:
        raise Damaged("The audit log and its signed head do not agree. {advice}", code="audit_head", advice=_ADVICE)
    return newest


def _one(tx: Reading, query: Select[Any]) -> dict[str, Any] | None:
    found = tx.connection.execute(query).mappings().first()
    return None if found is None else dict(found)


def _entry(stored: Mapping[str, Any]) -> Entry:
    try:
        values = from_stored(audit, stored)
        changed = tuple((table, tuple(key), digest) for table, key, digest in values.pop("changed"))
    except (TypeError, ValueError):
        raise Damaged(
            "Entry {seq} of the audit log cannot be read. {advice}", seq=stored["seq"], advice=_ADVICE
        ) from None
    del values["previous"], values["signature"]
    return Entry(changed=changed, **values)


def _check_words(*words: str) -> None:
    """BadInput for what must not or cannot stand in the log for ever."""
    text = "\n".join(words)
    if len(text) > LONGEST:
        raise BadInput("This is too long for the audit log.")
    if _IDENTITY_NUMBER.search(text):
        raise BadInput("This holds something that looks like a national identity number. Leave it out.")
    if "\0" in text or not _is_unicode(text):
        raise BadInput("This holds characters that cannot be stored.")


def _is_unicode(text: str) -> bool:
    """Half of a surrogate pair is a Python character, but no text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
