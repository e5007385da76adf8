"""The secure zone: rules, keys, storage, the custodian process and the client that is the only door to it.

`secure_zone.sign_in` is the way in from a notebook; it is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secure_zone.client import Zone, sign_in

__all__ = ["Zone", "sign_in"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from secure_zone import client

    return getattr(client, name)
