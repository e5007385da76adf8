"""`python -m secure_zone.cli` is `varde`."""

from secure_zone.cli.entry import main

main()
