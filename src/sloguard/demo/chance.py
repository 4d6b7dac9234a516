"""Random numbers of events: deterministic for a seeded generator."""

import math
from collections.abc import Sequence
from random import Random

_MANY = 30.0
"""From here on the normal distribution stands in for the exact one: 30 times faster, and nobody can tell."""


def poisson(random: Random, mean: float) -> int:
    """How many independent events happen where `mean` (0 and up) are expected."""
    if mean >= _MANY:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def binomial(random: Random, trials: int, probability: float) -> int:
    """How many of `trials` succeed, each with `probability` (0..1)."""
    if trials <= 0 or probability <= 0:
        return 0
    if probability >= 1:
        return trials
    expected = trials * probability
    if min(expected, trials - expected) >= _MANY:
        spread = math.sqrt(expected * (1 - probability))
        return min(trials, max(0, round(random.gauss(expected, spread))))
    if trials <= _MANY:
        return sum(random.random() < probability for _ in range(trials))
    if expected < _MANY:
        return min(trials, poisson(random, expected))
    return trials - min(trials, poisson(random, trials - expected))


def split(random: Random, trials: int, shares: Sequence[float]) -> list[int]:
    """Sort `trials` events into classes of the given shares (which add up to 1); the sum is kept."""
    counts = [0] * len(shares)
    left, share_left = trials, 1.0
    for index, share in enumerate(shares[:-1]):
        if left == 0:
            break
        counts[index] = binomial(random, left, share / share_left if share < share_left else 1.0)
        left -= counts[index]
        share_left -= share
    counts[-1] += left
    return counts
