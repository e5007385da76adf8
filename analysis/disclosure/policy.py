"""Every number of RULES 3 in one frozen object, and the classes of sensitivity a question can have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analysis.errors import BadArgument


class Sensitivity(Enum):
    """How a theme or question may be reported; the instrument says which of these it is."""

    ORDINARY = "ordinary"
    UNEQUAL_TREATMENT = "unequal treatment"
    BULLYING = "bullying"
    UNWANTED_SEXUAL_ATTENTION = "unwanted sexual attention"
    HEALTH = "health complaints"


class Tier(Enum):
    """What a published row gives: the mean, or the percentage in each answer category (and so the mean)."""

    MEAN = "mean"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True)
class Policy:
    """The limits of one campaign or project. `TERMS` holds those of MUST's terms; a campaign may carry its own.

    `mean_from` and `distribution_from` are the fewest answers for a mean and for percentages (RULES 3.1).
    `whole_from` and
    `unequal_from` are the fewest for what is told of the whole organisation only (3.2) and for unequal treatment in
    units (3.3); `sensitive_regions_from` lets bullying and unwanted sexual attention be told of units with that many
    answers, where a campaign's own policy says so. `fewest_organisations` and `largest_share` are for research
    output (3.13).
    `tight` is the share of the scale within which knowing a small group's mean counts as knowing it.
    """

    mean_from: int = 6
    distribution_from: int = 10
    whole_from: int = 10
    unequal_from: int = 10
    sensitive_regions_from: int | None = None
    fewest_organisations: int = 3
    largest_share: float = 0.85
    tight: float = 0.05

    def __post_init__(self) -> None:
        if not 1 <= self.mean_from <= self.distribution_from:
            raise BadArgument(
                "A policy needs 1 <= mean_from <= distribution_from, for percentages tell more than a mean; "
                f"it had {self.mean_from} and {self.distribution_from}."
            )
        if min(self.whole_from, self.unequal_from) < self.mean_from:
            raise BadArgument("A policy cannot ask for fewer answers for a sensitive theme than for an ordinary one.")
        if self.sensitive_regions_from is not None and self.sensitive_regions_from < self.whole_from:
            raise BadArgument(
                "Units cannot be told of sensitive themes from fewer answers than the whole organisation."
            )
        if not 0 < self.largest_share <= 1 or not 0 <= self.tight < 1 or self.fewest_organisations < 1:
            raise BadArgument("Shares lie between 0 and 1, and at least one organisation is needed.")

    def fewest(self, tier: Tier) -> int:
        """The fewest people that any combination of published rows of this tier may point at (RULES 3.7)."""
        return self.mean_from if tier is Tier.MEAN else self.distribution_from

    def needed(self, tier: Tier, sensitivity: Sensitivity, whole: bool) -> int | None:
        """The fewest answers for showing `tier` of a theme in a unit (`whole`: the whole organisation); None is never.

        >>> TERMS.needed(Tier.MEAN, Sensitivity.BULLYING, whole=False) is None
        True
        >>> TERMS.needed(Tier.MEAN, Sensitivity.UNEQUAL_TREATMENT, whole=False)
        10
        """
        limit = self.fewest(tier)
        if sensitivity is Sensitivity.ORDINARY:
            return limit
        if sensitivity is Sensitivity.UNEQUAL_TREATMENT:
            return limit if whole else max(limit, self.unequal_from)
        if sensitivity is Sensitivity.HEALTH:
            return None
        if whole:
            return max(limit, self.whole_from)
        if self.sensitive_regions_from is None:
            return None
        return max(limit, self.sensitive_regions_from)


TERMS = Policy()
