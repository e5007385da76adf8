"""The `varde` command. Every subcommand is small: it asks the custodian, or starts something, and prints."""

from secure_zone.cli.entry import main

__all__ = ["main"]
