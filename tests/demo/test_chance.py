"""Random counts: the same seed gives the same numbers, and their means and limits are what was asked for."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.chance import binomial, poisson, split

SHARES = st.lists(st.floats(0.001, 1), min_size=1, max_size=8).map(lambda parts: [part / sum(parts) for part in parts])


@pytest.mark.parametrize("mean", [0.01, 0.5, 4, 29.9, 30.1, 900])
def test_poisson_has_the_mean_and_the_variance_asked_for(mean: float) -> None:
    random = Random(7)
    draws = [poisson(random, mean) for _ in range(4000)]
    average = sum(draws) / len(draws)
    variance = sum((draw - average) ** 2 for draw in draws) / len(draws)
    assert average == pytest.approx(mean, abs=4 * (mean / len(draws)) ** 0.5)
    assert variance == pytest.approx(mean, rel=0.15, abs=0.01)


@pytest.mark.parametrize(
    ("trials", "probability"), [(5, 0.3), (100, 0.01), (100, 0.99), (100, 0.5), (10_000, 0.001), (10_000, 0.2)]
)
def test_binomial_has_the_mean_asked_for(trials: int, probability: float) -> None:
    random = Random(7)
    draws = [binomial(random, trials, probability) for _ in range(4000)]
    spread = (trials * probability * (1 - probability) / len(draws)) ** 0.5
    assert sum(draws) / len(draws) == pytest.approx(trials * probability, abs=4 * spread)


@given(trials=st.integers(0, 5000), shares=SHARES, seed=st.integers(0, 99))
@settings(max_examples=100)
def test_split_keeps_the_sum_and_is_repeatable(trials: int, shares: list[float], seed: int) -> None:
    counts = split(Random(seed), trials, shares)
    assert sum(counts) == trials
    assert len(counts) == len(shares)
    assert min(counts) >= 0
    assert counts == split(Random(seed), trials, shares)


@given(trials=st.integers(0, 5000), probability=st.floats(0, 1), seed=st.integers(0, 99))
@settings(max_examples=100)
def test_binomial_stays_within_its_limits(trials: int, probability: float, seed: int) -> None:
    assert 0 <= binomial(Random(seed), trials, probability) <= trials


def test_certain_and_impossible_events() -> None:
    assert binomial(Random(1), 50, 0) == 0
    assert binomial(Random(1), 50, 1) == 50
    assert split(Random(1), 50, [0.0, 1.0, 0.0]) == [0, 50, 0]
