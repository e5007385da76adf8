"""The socket: reachable by the custodian's own user, or by one group where the operator says so."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from secure_zone.errors import BadInput
from secure_zone.settings import Settings

OWN_FOLDER, OWN_SOCKET = 0o700, 0o600
GROUP_FOLDER, GROUP_SOCKET, DATA_FOLDER = 0o750, 0o660, 0o2750


def listen(settings: Settings) -> socket.socket:
    """A listening Unix socket with the right owner and mode from its first moment. Replaces one left by a crash.

    The caller holds the zone's lock, so a socket that is there already belongs to nobody.
    """
    path = settings.socket
    path.unlink(missing_ok=True)
    path.parent.mkdir(mode=OWN_FOLDER, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The folder is closed to all others while the socket has not got its mode yet.
    path.parent.chmod(OWN_FOLDER)
    listening.bind(os.fspath(path))
    path.chmod(OWN_SOCKET)
    if settings.group is not None:
        _open_to_group(path, settings.folder.data_area, settings.group)
    listening.listen(128)
    return listening


def _open_to_group(path: Path, data_area: Path, group: str) -> None:
    try:
        # The data area too, and what is made in it inherits the group; the files in it are encrypted.
        shutil.chown(data_area, group=group)
        data_area.chmod(DATA_FOLDER)
        shutil.chown(path, group=group)
        path.chmod(GROUP_SOCKET)
        shutil.chown(path.parent, group=group)
        path.parent.chmod(GROUP_FOLDER)
    except LookupError:
        raise BadInput("There is no group {group} on this machine (VARDE_GROUP).", group=group) from None
    except PermissionError:
        raise BadInput("The custodian's user is not in the group {group} (VARDE_GROUP).", group=group) from None
