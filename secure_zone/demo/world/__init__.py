"""A synthetic world with known truth: invented people in invented organisations, delivered as real deliveries look.

`truth` says what holds in the world; everything else follows from it, the seed and the number of people.
"""

from secure_zone.demo.world.build import write_world
from secure_zone.demo.world.delivery import Delivery
from secure_zone.demo.world.truth import DEFAULT_PEOPLE, DEFAULT_SEED

__all__ = ["DEFAULT_PEOPLE", "DEFAULT_SEED", "Delivery", "write_world"]
