"""In which report each single answer first appears, where the answers of a unit may be told apart.

The same problem as in `admit_whole`, but a unit can pass on any number of its answers. One number then says all
about a subtree: how many answers it passes on. Dynamic programming over that number is exact, for each unit passes
on at most `minimum - 1` because it must, and more than a few on top of that never pay.
"""

from __future__ import annotations

from collections.abc import Sequence

NEVER = 1 << 40

Costs = tuple[int, ...]


class SingleAdmission:
    """Plans for one minimum; keeps what it learnt of equal subtrees, so that seventy questions cost little more than
    one."""

    def __init__(self, minimum: int, keep: int = 0) -> None:
        """`keep`: a lowest unit with that many answers is not brought below it (it would lose its percentages)."""
        self.minimum = minimum
        self.keep = keep
        self.most = minimum + 2
        self.full = self.most + max(minimum, keep)
        self._subtree: dict[tuple[int, int, tuple[Costs, ...]], Costs] = {}
        self._linear = tuple(range(self.most + 1))
        # Units that can pass on up to so many answers, each at the cost of one: together they are one such unit.
        self._spare = {tuple(w if w <= spare else NEVER for w in self._linear): spare for spare in range(self.most + 1)}

    def passed_on(self, parent: Sequence[int], home: Sequence[int]) -> list[int]:
        """How many answers each published unit leaves to the unit above it (at the top: to nobody).

        `parent`: positions of the units above, -1 at the top, children first. `home`: the answers whose lowest
        published unit it is. A unit without published units below must have at least the minimum.

        >>> SingleAdmission(6).passed_on([1, -1], [7, 5])
        [1, 0]
        """
        children: dict[int, list[int]] = {}
        for position, above in enumerate(parent):
            if above >= 0:
                children.setdefault(above, []).append(position)
        costs: list[Costs] = []
        for position, own in enumerate(home):
            costs.append(self._costs(own, [costs[child] for child in children.get(position, ())]))
        passed = [0] * len(parent)
        for position in range(len(parent) - 1, -1, -1):
            if parent[position] < 0:
                passed[position] = min(range(self.most + 1), key=lambda w: (costs[position][w], w))
            below = children.get(position)
            if below:
                received = self._received(home[position], [costs[child] for child in below], passed[position])
                for child, amount in zip(below, received, strict=True):
                    passed[child] = amount
        return passed

    def _costs(self, own: int, below: list[Costs]) -> Costs:
        """Least number of answers withheld in a subtree when it passes on 0, 1, ... answers."""
        if not below or (own >= self.full and all(costs == self._linear for costs in below)):
            return self._leaf(own)
        spare = sum(self._spare.get(costs, 0) for costs in below)
        others = tuple(sorted(costs for costs in below if costs not in self._spare))
        key = (min(own, self.full), min(spare, self.full), others)
        found = self._subtree.get(key)
        if found is None:
            found = self._over(self._sums(self._available(key[0], others), tuple(range(key[1] + 1))))
            self._subtree[key] = found
        return found

    def _leaf(self, own: int) -> Costs:
        if own >= self.full:
            return self._linear
        least = self.keep if own >= self.keep else self.minimum
        return tuple(w if own - w >= max(least, self.minimum) else NEVER for w in range(self.most + 1))

    def _available(self, own: int, below: Sequence[Costs]) -> list[int]:
        """Least cost below for having exactly 0, 1, ..., `full` or more answers to admit or pass on."""
        have = [NEVER] * (self.full + 1)
        have[own] = 0
        for costs in below:
            have = self._sums(have, costs)
        return have

    def _sums(self, have: list[int], costs: Costs) -> list[int]:
        joined = [NEVER] * (self.full + 1)
        for amount, so_far in enumerate(have):
            if so_far < NEVER:
                for more, cost in enumerate(costs):
                    if cost < NEVER:
                        total = min(self.full, amount + more)
                        joined[total] = min(joined[total], so_far + cost)
        return joined

    def _over(self, have: list[int]) -> Costs:
        least_from = list(have)
        for amount in range(self.full - 1, -1, -1):
            least_from[amount] = min(least_from[amount], least_from[amount + 1])
        return tuple(
            min(NEVER, w + min(have[w], least_from[min(self.full, w + self.minimum)])) for w in range(self.most + 1)
        )

    def _received(self, own: int, below: list[Costs], passed: int) -> list[int]:
        """What each child passes on in the cheapest way for this unit to pass on `passed`; the least amounts win
        ties."""
        own = min(own, self.full)
        if all(costs[0] == 0 for costs in below) and (
            own == passed or own - passed >= self.minimum or own == self.full
        ):
            return [0] * len(below)
        stages = [self._available(own, [])]
        for costs in below:
            stages.append(self._sums(stages[-1], costs))
        last = stages[-1]
        allowed = [a for a in range(self.full + 1) if last[a] < NEVER and (a == passed or a - passed >= self.minimum)]
        amount = min(allowed, key=lambda a: (last[a], a))
        received: list[int] = []
        for i in range(len(below) - 1, -1, -1):
            amount, taken = self._step_back(stages[i], below[i], amount, stages[i + 1][amount])
            received.append(taken)
        received.reverse()
        return received

    def _step_back(self, before: list[int], costs: Costs, amount: int, total: int) -> tuple[int, int]:
        for taken, cost in enumerate(costs):
            if cost >= NEVER:
                continue
            sources = [amount - taken] if amount < self.full else range(max(0, amount - taken), self.full + 1)
            for source in sources:
                if source >= 0 and before[source] + cost == total:
                    return source, taken
        raise RuntimeError("the plan of a unit cannot be traced back to its parts")
