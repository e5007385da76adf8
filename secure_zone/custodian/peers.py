"""Which process is at the other end of the socket: the kernel says so, whoever it claims to be."""

from __future__ import annotations

import asyncio
import socket
import struct

from uvicorn.protocols.http.h11_impl import H11Protocol

CREDENTIALS = struct.Struct("3i")  # pid, uid, gid, as unix(7) has them
UNKNOWN = "unknown"


class TellsThePeer(H11Protocol):
    """HTTP over a Unix socket, with the process at the other end as the request's client."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a socket's transport")
        super().connection_made(transport)
        self.client = (peer_of(transport.get_extra_info("socket")), 0)


def peer_of(connected: socket.socket | None) -> str:
    """The process, or UNKNOWN where the system does not tell: then all share one place in the queue."""
    if connected is None or not hasattr(socket, "SO_PEERCRED"):
        return UNKNOWN
    held = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    process, user, _ = CREDENTIALS.unpack(held)
    return f"{user}/{process}"
