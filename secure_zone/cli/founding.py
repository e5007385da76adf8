"""`varde demo`, `varde init`, `varde status`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from secure_zone.api.models import Invitation
from secure_zone.cli.options import ZoneOption, print_table


def add_to(varde: typer.Typer) -> None:
    """These commands, directly under `varde`."""
    varde.command()(demo)
    varde.command()(init)
    varde.command()(status)


def demo(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is missing or empty.")]) -> None:
    """Make a demo zone: invented users of every role and a synthetic dataset.

    Example: varde demo zone && varde run
    """
    from secure_zone.demo.zone import make_demo_zone

    root = folder.expanduser().absolute()
    make_demo_zone(root, ledger_url=os.environ.get("VARDE_LEDGER") or None)
    typer.echo(f"A demo zone is ready in {folder}. Start it with: varde run --zone {folder}")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is missing or empty.")],
    name: Annotated[str, typer.Option(help="What the zone is called.")],
    leader: Annotated[str, typer.Option(metavar="USER", help="The project leader's user name.")],
    display_name: Annotated[str, typer.Option(help="The project leader's name, as it is shown.")],
) -> None:
    """Found a real zone. The project leader is its first user and invites all others.

    Example: varde init /srv/varde/zone --name "MUST" --leader kari --display-name "Kari Nordmann"
    """
    from secure_zone.custodian.founding import first_user, found_zone
    from secure_zone.roles import Role

    first = first_user(leader, display_name, Role.PROJECT_LEADER)
    root = folder.expanduser().absolute()
    show_invitation(found_zone(root, name, first, ledger_url=os.environ.get("VARDE_LEDGER") or None))
    typer.echo(f"The zone is founded. Start it with: varde run --zone {folder}")


def status(zone: ZoneOption = None) -> None:
    """Whether the custodian runs, and on which zone.

    Example: varde status --zone zone
    """
    from secure_zone.client import Zone

    with Zone.outside(zone) as outside:
        said = outside.status()
    print_table(
        ("zone", "id", "demo", "version", "log"), [(said.name, said.zone_id, said.demo, said.version, said.log)]
    )


def show_invitation(invitation: Invitation) -> None:
    """What the new user needs, once. Give passphrase and code by two different ways."""
    typer.echo(f"user:        {invitation.user}")
    if invitation.passphrase is not None:
        typer.echo(f"passphrase:  {invitation.passphrase}")
    typer.echo(f"code:        {invitation.code}")
    typer.echo(f"valid until: {invitation.expires_at.astimezone():%Y-%m-%d %H:%M}")
    typer.echo("This is shown once. Give the code by another way than the passphrase.")
