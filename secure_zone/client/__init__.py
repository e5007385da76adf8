"""The door for the analysis side: the app, notebooks and the command line know nothing else of the zone."""

from secure_zone.client.door import Zone, sign_in

__all__ = ["Zone", "sign_in"]
