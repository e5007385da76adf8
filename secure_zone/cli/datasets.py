"""`varde datasets ...`"""

from __future__ import annotations

import typer

from secure_zone.cli.options import UserOption, ZoneOption, print_table
from secure_zone.cli.signing_in import session

commands = typer.Typer(help="Datasets one has a key to.", no_args_is_help=True)


@commands.command("list")
def list_datasets(user: UserOption = None, zone: ZoneOption = None) -> None:
    """The datasets you can open, each with its versions.

    Example: varde datasets list --user ingeborg
    """
    with session(user, zone) as signed_in:
        rows = [
            (dataset.name, dataset.purpose, version.version, version.state, version.rows, version.created_at)
            for dataset in signed_in.datasets()
            for version in dataset.versions
        ]
    print_table(("dataset", "purpose", "version", "state", "rows", "made"), rows)
