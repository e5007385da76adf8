"""`varde key-area ...`"""

from __future__ import annotations

import typer

from secure_zone.api.models import KeyAreaView
from secure_zone.cli.options import UserOption, WhyOption, ZoneOption, print_table
from secure_zone.cli.signing_in import session

commands = typer.Typer(help="The key area: see who can open it, open it, seal it.", no_args_is_help=True)


@commands.command()
def show(user: UserOption = None, zone: ZoneOption = None) -> None:
    """Whether it is open, and who can open it.

    Example: varde key-area show --user kari
    """
    with session(user, zone) as signed_in:
        _print(signed_in.key_area())


@commands.command()
def unseal(why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """Open it with your own key.

    Example: varde key-area unseal --why "Intake of the June campaign"
    """
    with session(user, zone) as signed_in:
        _print(signed_in.unseal(why))


@commands.command()
def seal(why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """Close it until a holder opens it again.

    Example: varde key-area seal --why "Intake is done"
    """
    with session(user, zone) as signed_in:
        _print(signed_in.seal(why))


def _print(view: KeyAreaView) -> None:
    typer.echo(f"open, by {view.opened_by}" if view.open else "sealed")
    rows = [(holder.user, holder.display_name, holder.role.value, holder.state.value) for holder in view.holders]
    print_table(("holder", "name", "role", "state"), rows)
