"""`varde custodian`, `varde app`, `varde run`."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from secure_zone.cli.options import ZoneOption

PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="The port of this machine to listen on.")]
# The app is found from the folder that holds app.py and pages/.
HOME = Path(__file__).parents[2]


def add_to(varde: typer.Typer) -> None:
    """These commands, directly under `varde`."""
    varde.command()(custodian)
    varde.command()(app)
    varde.command()(run)


def custodian(
    zone: ZoneOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log only what goes wrong.")] = False,
) -> None:
    """Run the custodian alone, until Ctrl-C or SIGTERM.

    Example: varde custodian --zone /srv/varde/zone
    """
    from secure_zone.custodian.process import serve
    from secure_zone.settings import Settings

    serve(Settings.read(zone), log_level=logging.WARNING if quiet else logging.INFO)


def app(zone: ZoneOption = None, port: PortOption = 8501) -> None:
    """Run the app alone, until Ctrl-C or SIGTERM. The custodian must run too.

    Example: varde app --zone /srv/varde/zone --port 8501
    """
    from secure_zone.cli.processes import check_port_is_free
    from secure_zone.facts import read_facts
    from secure_zone.settings import Settings

    settings = Settings.read(zone)
    read_facts(settings.folder.facts)
    check_port_is_free(port)
    finished = subprocess.run(app_command(settings.folder.root, port), cwd=HOME, check=False)
    raise typer.Exit(finished.returncode)


def run(zone: ZoneOption = None, port: PortOption = 8501) -> None:
    """Run custodian and app together; Ctrl-C stops both.

    Example: varde run --zone zone --port 8501
    """
    from secure_zone.cli.processes import check_port_is_free, run_together
    from secure_zone.facts import read_facts
    from secure_zone.settings import Settings

    settings = Settings.read(zone)
    read_facts(settings.folder.facts)
    check_port_is_free(port)
    root = settings.folder.root
    commands = {
        "custodian": [sys.executable, "-m", "secure_zone.cli", "custodian", "--quiet", "--zone", str(root)],
        "app": app_command(root, port),
    }
    run_together(commands, HOME, root, port)


def app_command(root: Path, port: int) -> list[str]:
    """How the app is started."""
    return [sys.executable, "-m", "pages.shared.server", str(root), str(port)]
