"""`varde audit ...`"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from secure_zone.api.cells import plain_cell
from secure_zone.api.models import AuditEntry
from secure_zone.cli.options import UserOption, ZoneOption, print_table
from secure_zone.cli.signing_in import session
from secure_zone.errors import BadInput, Damaged

commands = typer.Typer(help="The audit log: show, verify, export, restore-head.", no_args_is_help=True)
COLUMNS = ("seq", "at", "who", "verb", "subject", "version", "why", "details", "hash")


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSONL = "jsonl"


@commands.command()
def show(
    who: Annotated[str | None, typer.Option(help="Only what this user did.")] = None,
    verb: Annotated[str | None, typer.Option(help="Only this verb, for example datasets.open.")] = None,
    text: Annotated[str | None, typer.Option(help="Only entries that hold this text.")] = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest.")] = 20,
    user: UserOption = None,
    zone: ZoneOption = None,
) -> None:
    """The newest entries, oldest of them first.

    Example: varde audit show --verb datasets.open --last 50 --user jostein
    """
    with session(user, zone) as signed_in:
        page = signed_in.audit(who=who, verb=verb, text=text, limit=last, newest_first=True)
    rows = [(e.seq, e.at, e.who, e.verb, e.subject, e.version, e.why) for e in reversed(page.entries)]
    print_table(("no", "when", "who", "verb", "subject", "version", "why"), rows)


@commands.command()
def export(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="A file that does not exist yet.")],
    form: Annotated[Format, typer.Option("--format", help="csv or jsonl.")] = Format.JSONL,
    user: UserOption = None,
    zone: ZoneOption = None,
) -> None:
    """Write the whole log to a file, for the data-protection officer's own archive.

    Example: varde audit export --to log.jsonl --user jostein
    """
    with session(user, zone) as signed_in, to.open("x", encoding="utf-8", newline="") as file:
        after, entries = 0, 0
        writer = csv.writer(file)
        if form is Format.CSV:
            writer.writerow(COLUMNS)
        while True:
            page = signed_in.audit(after_seq=after, limit=1000)
            for entry in page.entries:
                if form is Format.CSV:
                    writer.writerow(_cells(entry))
                else:
                    file.write(entry.model_dump_json() + "\n")
            entries += len(page.entries)
            if page.next_after is None:
                break
            after = page.next_after
    typer.echo(f"{entries} entries are in {to}.")


@commands.command()
def verify(
    noted: Annotated[
        str | None,
        typer.Option(metavar="SEQ:LINK", help="A newest place that an earlier check printed and you noted elsewhere."),
    ] = None,
    zone: ZoneOption = None,
) -> None:
    """Check the whole log, its signed head and every row it speaks of. Needs no custodian and no sign-in.

    Example: varde audit verify --zone zone
    """
    from secure_zone.audit.heads import Head
    from secure_zone.audit.verify import verify as verify_ledger
    from secure_zone.custodian.founding_check import open_to_check
    from secure_zone.settings import Settings

    head = None
    if noted is not None:
        number, _, link = noted.partition(":")
        if not (number.isdigit() and link):
            raise BadInput("A noted place has the form NUMBER:LINK, as `varde audit verify` prints it.")
        head = Head(int(number), link)
    with open_to_check(Settings.read(zone)) as ledger:
        report = verify_ledger(ledger, head)
    for finding in report.findings:
        typer.echo(f"{finding.place}: {finding.what}", err=True)
    if not report.sound:
        raise Damaged(
            "The audit log is not as it was written: {count} findings in {entries} entries. Keep the zone's folder as "
            "it is, tell the data-protection officer, and restore from a backup.",
            count=len(report.findings),
            entries=report.entries,
        )
    typer.echo(f"The audit log is sound: {report.entries} entries.")
    if report.newest is not None:
        typer.echo(f"Newest place, worth noting outside the zone: {report.newest.seq}:{report.newest.link}")


@commands.command("restore-head")
def restore_head(
    why: Annotated[str, typer.Option(help="What happened: the line stays in the log.")],
    zone: ZoneOption = None,
) -> None:
    """Sign a new head after the ledger or the data area came back from a backup. The custodian must be stopped.

    Only where nothing but the head disagrees with the log; the log then says what was found.

    Example: varde audit restore-head --zone zone --why "The data area was restored from the backup of 3 May"
    """
    import getpass

    from secure_zone import facts
    from secure_zone.accounts import check_reason
    from secure_zone.audit.restore import restore_head as sign_anew
    from secure_zone.custodian.opening import read_signer
    from secure_zone.custodian.single import only_one
    from secure_zone.settings import Settings

    check_reason(why)
    settings = Settings.read(zone)
    zone_id = facts.read_facts(settings.folder.facts).zone_id
    with only_one(settings.folder.lock):
        newest = sign_anew(
            settings.ledger_url or settings.folder.ledger,
            zone_id=zone_id,
            signer=read_signer(settings),
            head_file=settings.folder.audit_head,
            who=f"(operator {getpass.getuser()})",
            why=why,
        )
    typer.echo(f"The head is signed anew at {newest.seq}:{newest.link}. The log says so.")


def _cells(entry: AuditEntry) -> Iterator[object]:
    held = entry.model_dump(mode="json")
    for column in COLUMNS:
        value = held[column]
        yield plain_cell(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value)
