"""`python -m secure_zone.demo.world DIR --people N --seed S`: writes the deliveries into DIR."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secure_zone.demo.world import DEFAULT_PEOPLE, DEFAULT_SEED, write_world
from secure_zone.demo.world.truth import LEAST_PEOPLE, MOST_PEOPLE
from secure_zone.errors import ZoneError


def main(
    folder: Annotated[Path, typer.Argument(help="Where the deliveries go, such as the inbox of a demo zone.")],
    people: Annotated[int, typer.Option(min=LEAST_PEOPLE, max=MOST_PEOPLE, help="How many invented people.")] = (
        DEFAULT_PEOPLE
    ),
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same world.")] = DEFAULT_SEED,
) -> None:
    """Write a synthetic world's deliveries: surveys, identities, consents, unit lists and registers."""
    try:
        deliveries = write_world(folder, people=people, seed=seed)
    except ZoneError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for delivery in deliveries:
        typer.echo(f"{delivery.kind:<32}{delivery.rows:>12}  {delivery.name}")


if __name__ == "__main__":
    typer.run(main)
