"""What an exposure means for a population: attributable fraction, additive interaction, and how far bias could go."""

from analysis.attributable.additive_interaction import AdditiveInteraction, additive_interaction
from analysis.attributable.attributable_fraction import AttributableFraction, attributable_fraction
from analysis.attributable.e_value import EValue, e_value

__all__ = [
    "AdditiveInteraction",
    "AttributableFraction",
    "EValue",
    "additive_interaction",
    "attributable_fraction",
    "e_value",
]
