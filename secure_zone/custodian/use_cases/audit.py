"""Reading the audit log, and the verdict on it."""

from __future__ import annotations

from datetime import datetime

from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.audit.findings import Report
from secure_zone.audit.verify import verify
from secure_zone.custodian.actor import acting, note_once
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session
from secure_zone.errors import Damaged
from secure_zone.permissions import Verb


def read(
    house: House,
    session: Session,
    *,
    who: str | None,
    verb: str | None,
    since: datetime | None,
    until: datetime | None,
    text: str | None,
    after_seq: int,
    limit: int,
    newest_first: bool,
) -> models.AuditPage:
    """A page of entries that fit; reading the log is itself in the log, once for each session."""
    note_once(house, session, Verb.READ_AUDIT)
    with house.ledger.read() as tx:
        acting(tx, session, Verb.READ_AUDIT)
        entries = log.read(
            tx,
            who=who,
            verb=verb,
            since=since,
            until=until,
            text=text,
            after_seq=after_seq,
            limit=limit + 1,
            newest_first=newest_first,
        )
    return models.AuditPage(
        entries=[_view(entry) for entry in entries[:limit]],
        next_after=entries[limit - 1].seq if len(entries) > limit else None,
    )


def verify_all(house: House, session: Session) -> models.AuditReport:
    """Check the whole log, its signed head and every row it speaks of, and record that it was done.

    The check comes first: a log that was tampered with may not take another entry, and whoever asks must be told why.
    """
    with house.ledger.read() as tx:
        actor = acting(tx, session, Verb.VERIFY_AUDIT)
    report = verify(house.ledger)
    try:
        with house.ledger.write() as writing:
            log.append(writing, who=actor.user, verb=Verb.VERIFY_AUDIT.value, details={"sound": report.sound})
    except Damaged:
        if report.sound:
            raise
    return as_report(report)


def _view(entry: log.Entry) -> models.AuditEntry:
    return models.AuditEntry(
        seq=entry.seq,
        at=entry.at,
        who=entry.who,
        verb=entry.verb,
        subject=entry.subject,
        why=entry.why,
        version=entry.version,
        details=dict(entry.details),
        hash=entry.hash,
    )


def as_report(report: Report) -> models.AuditReport:
    """The verdict as it is sent."""
    return models.AuditReport(
        sound=report.sound,
        entries=report.entries,
        newest=f"{report.newest.seq}:{report.newest.link}" if report.newest else None,
        findings=[
            models.AuditFinding(
                kind=finding.kind,
                place=finding.place,
                what=finding.what,
                template=finding.template,
                params=dict(finding.params or {}),
                seq=finding.seq,
            )
            for finding in report.findings
        ],
    )
