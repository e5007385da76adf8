"""The settings: read once at the start from environment and command line, then passed on as one frozen object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from secure_zone.errors import BadInput, Refused
from secure_zone.folder import ZoneFolder

DEFAULT_ZONE = Path("zone")
# A Unix socket's path has a fixed size in the kernel's structure (108 bytes on Linux, 104 elsewhere).
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts, in seconds: without activity, and at most."""

    idle: int = 15 * 60
    longest: int = 8 * 60 * 60


@dataclass(frozen=True)
class Settings:
    """Where the zone is and how the custodian runs.

    ledger_url: a database URL (PostgreSQL) instead of the SQLite file in the key area.
    group: the operating system's group that the analysis side runs as, when it is not the custodian's own user.
    limits: other limits than the standard are accepted only by a demo zone.
    """

    folder: ZoneFolder
    ledger_url: str | None = None
    group: str | None = None
    limits: SessionLimits = SessionLimits()

    @classmethod
    def read(cls, zone: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
        """From the VARDE_... variables of the environment; `zone`, from the command line, comes first."""
        standard = SessionLimits()
        return cls(
            folder=ZoneFolder(zone_path(zone, environ)),
            ledger_url=environ.get("VARDE_LEDGER") or None,
            group=environ.get("VARDE_GROUP") or None,
            limits=SessionLimits(
                idle=_seconds(environ, "VARDE_IDLE_SECONDS", standard.idle),
                longest=_seconds(environ, "VARDE_LONGEST_SECONDS", standard.longest),
            ),
        )

    def check_for(self, *, demo: bool) -> None:
        """Refused when a real zone is asked to run with other session limits than the standard."""
        if not demo and self.limits != SessionLimits():
            raise Refused("Other session limits than the standard are only for demo zones. Unset VARDE_IDLE_SECONDS.")

    @property
    def socket(self) -> Path:
        """The custodian's socket, refused when its path is too long for the operating system."""
        path = self.folder.socket
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            raise BadInput(
                "The path of the zone is too long for a socket ({length} bytes, at most {most}). Use a shorter path.",
                length=len(os.fsencode(path)),
                most=LONGEST_SOCKET_PATH,
            )
        return path


def zone_path(zone: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The zone's folder as an absolute path: what was given, else VARDE_ZONE, else `zone` in the current folder."""
    return (zone or Path(environ.get("VARDE_ZONE") or DEFAULT_ZONE)).expanduser().absolute()


def _seconds(environ: Mapping[str, str], name: str, standard: int) -> int:
    text = environ.get(name, "")
    if not text:
        return standard
    if not text.isdigit() or int(text) == 0:
        raise BadInput("{name} must be a whole number of seconds above 0.", name=name)
    return int(text)
