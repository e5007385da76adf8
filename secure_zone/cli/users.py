"""`varde users ...`"""

from __future__ import annotations

from typing import Annotated

import typer

from secure_zone.api.models import UserView
from secure_zone.cli.founding import show_invitation
from secure_zone.cli.options import UserOption, WhyOption, ZoneOption, print_table
from secure_zone.cli.signing_in import session
from secure_zone.roles import Role

commands = typer.Typer(help="Users: list, invite, reset, renew, confirm, remove.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user name.")]


@commands.command("list")
def list_users(user: UserOption = None, zone: ZoneOption = None) -> None:
    """All users with role and state.

    Example: varde users list --user kari
    """
    with session(user, zone) as signed_in:
        rows = [(u.user, u.display_name, u.role.value, _state(u), u.holder) for u in signed_in.users()]
    print_table(("user", "name", "role", "state", "key area"), rows)


@commands.command()
def invite(
    name: NameArgument,
    display_name: Annotated[str, typer.Option(help="The name as it is shown.")],
    role: Annotated[Role, typer.Option(help="The one role.")],
    why: WhyOption,
    user: UserOption = None,
    zone: ZoneOption = None,
) -> None:
    """Invite a new user. Passphrase and one-time code are shown once.

    Example: varde users invite ola --display-name "Ola Nordmann" --role researcher --why "Joins project 7"
    """
    with session(user, zone) as signed_in:
        show_invitation(signed_in.invite(name, display_name, role, why))


@commands.command()
def reset(name: NameArgument, why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """For a lost second factor: a one-time code that goes with the user's own passphrase.

    Example: varde users reset ola --why "New telephone, seen in person"
    """
    with session(user, zone) as signed_in:
        show_invitation(signed_in.reset(name, why))


@commands.command()
def renew(name: NameArgument, why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """For a lost passphrase or an invitation that ran out: a new key pair and invitation.

    What the user could open before stays closed until another holder of the key area confirms the renewal.

    Example: varde users renew ola --why "Forgot the passphrase, seen in person"
    """
    with session(user, zone) as signed_in:
        show_invitation(signed_in.renew(name, why))


@commands.command()
def confirm(name: NameArgument, why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """Confirm, as another holder, that a renewed account is in the right hands. The key area must be open.

    Example: varde users confirm ola --why "Spoke with Ola on the telephone"
    """
    with session(user, zone) as signed_in:
        signed_in.confirm(name, why)
    typer.echo(f"The renewal of {name} is confirmed.")


@commands.command()
def remove(name: NameArgument, why: WhyOption, user: UserOption = None, zone: ZoneOption = None) -> None:
    """Take a user's keys and sessions away. A custodian's leaving gives the key area a new key.

    Example: varde users remove ola --why "Left the institute"
    """
    with session(user, zone) as signed_in:
        signed_in.remove(name, why)
    typer.echo(f"{name} is removed.")


def _state(user: UserView) -> str:
    return user.state.value if user.renewed_by is None else f"{user.state.value}, waits for confirmation"
