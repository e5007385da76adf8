"""The commands put together, and the one place where an error becomes a sentence on stderr and exit code 1."""

from __future__ import annotations

import sys

import typer

from secure_zone.cli import audit, datasets, founding, key_area, running, signing_in, users
from secure_zone.errors import ZoneError

varde = typer.Typer(
    name="varde",
    help="The workbench inside the secure zone. `varde COMMAND --help` shows examples.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for part in (founding, running, signing_in):
    part.add_to(varde)
varde.add_typer(users.commands, name="users")
varde.add_typer(datasets.commands, name="datasets")
varde.add_typer(key_area.commands, name="key-area")
varde.add_typer(audit.commands, name="audit")


def main() -> None:
    """Run `varde`. Exit code 0 when it worked, 1 with a sentence when it did not, 2 for a wrong command line."""
    try:
        varde()
    except ZoneError as error:
        _stop(str(error))
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _stop(f"The operating system says: {error.strerror or type(error).__name__}{place}.")
    except KeyboardInterrupt:
        _stop("Stopped.")


def _stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(1)
