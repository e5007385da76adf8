"""`varde sign-in`, `varde sign-out`, and the session that other commands use."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secure_zone.cli.options import ZoneOption
from secure_zone.errors import SessionEnded

if TYPE_CHECKING:
    from secure_zone.client import Zone

TOKEN = "VARDE_TOKEN"  # noqa: S105 - the variable's name


def add_to(varde: typer.Typer) -> None:
    """These commands, directly under `varde`."""
    varde.command("sign-in")(sign_in)
    varde.command("sign-out")(sign_out)


def sign_in(user: Annotated[str, typer.Argument(metavar="USER")], zone: ZoneOption = None) -> None:
    """Sign in for several commands. Asks for passphrase and code, prints the line that keeps the session.

    Example: eval "$(varde sign-in kari)"
    """
    typer.echo(f"export {TOKEN}={_signed_in(user, zone).token}")


def sign_out(zone: ZoneOption = None) -> None:
    """End the session of VARDE_TOKEN.

    Example: varde sign-out && unset VARDE_TOKEN
    """
    with session(None, zone) as signed_in:
        signed_in.sign_out()


@contextmanager
def session(user: str | None, zone: Path | None) -> Iterator[Zone]:
    """Signed in as `user` for one command, or with the session of VARDE_TOKEN."""
    from secure_zone.client import Zone

    token = os.environ.get(TOKEN)
    if user is not None:
        with _signed_in(user, zone) as signed_in:
            try:
                yield signed_in
            finally:
                signed_in.sign_out()
    elif token:
        with Zone.from_token(token, zone) as signed_in:
            yield signed_in
    else:
        raise SessionEnded('You are not signed in. Use --user USER, or first: eval "$(varde sign-in USER)".')


def _signed_in(user: str, zone: Path | None) -> Zone:
    from secure_zone.client import Zone

    with Zone.outside(zone) as outside:
        # Before anything is typed: is there anyone to tell it to?
        outside.status()
        return outside.sign_in(user, getpass.getpass("Passphrase: "), getpass.getpass("Code: "))
