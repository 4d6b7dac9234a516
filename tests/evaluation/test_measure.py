"""A window answers only when enough of it was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sloguard.evaluation.measure import measure
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason, Slice
from tests.support.observations import NOW, observed

HOUR = timedelta(hours=1)


def test_a_full_window_is_the_sum_of_its_minutes() -> None:
    seen = measure(observed([(1.0, 10.0)] * 120), HOUR)
    assert seen == Measurement(HOUR, NOW, Counts(60.0, 600.0), 1.0)


def test_what_has_not_settled_yet_counts_too() -> None:
    settled = observed([(0.0, 10.0)] * 59, ended=timedelta(minutes=1))
    tail = Slice(int(NOW.timestamp()) - 60, 60, 7.0, 9.0)
    seen = measure(replace(settled, tail=tail), HOUR)
    assert isinstance(seen, Measurement)
    assert seen.counts == Counts(7.0, 599.0)


@pytest.mark.parametrize(("missing", "answers"), [(0, True), (5, True), (6, True), (7, False), (60, False)])
def test_below_nine_tenths_there_is_no_answer(missing: int, answers: bool) -> None:
    minutes: list[tuple[float, float] | None] = [(0.0, 10.0)] * 60 + [None] * missing + [(0.0, 10.0)] * (60 - missing)
    seen = measure(observed(minutes), HOUR)
    assert isinstance(seen, Measurement) is answers
    assert seen.coverage_ratio == pytest.approx(1 - missing / 60)


def test_a_young_slo_is_measured_over_its_life() -> None:
    seen = measure(observed([(1.0, 10.0)] * 30), timedelta(days=30))
    assert isinstance(seen, Measurement)
    assert seen.coverage_ratio == 1.0
    assert seen.approximate, "there may be more history that was not asked for"


def test_a_window_whose_whole_past_was_asked_for_is_exact() -> None:
    young = replace(observed([(1.0, 10.0)] * 30), counted_from=0)
    seen = measure(young, timedelta(days=30))
    assert isinstance(seen, Measurement)
    assert not seen.approximate


def test_never_seen() -> None:
    assert measure(observed([]), HOUR) == NoData(HOUR, NoDataReason.NEVER_SEEN)


def test_stale_when_samples_have_stopped() -> None:
    seen = measure(observed([(0.0, 1.0)] * 120, ended=timedelta(minutes=20)), HOUR)
    assert isinstance(seen, NoData)
    assert seen.reason is NoDataReason.STALE


def test_low_coverage_when_they_have_come_back() -> None:
    minutes: list[tuple[float, float] | None] = [(0.0, 1.0)] * 60 + [None] * 30 + [(0.0, 1.0)]
    seen = measure(observed(minutes), HOUR)
    assert isinstance(seen, NoData)
    assert seen.reason is NoDataReason.LOW_COVERAGE


@pytest.mark.parametrize(("bad", "expected"), [(12.0, 10.0), (-1.0, 0.0)])
def test_skew_of_a_scrape_never_shows(bad: float, expected: float) -> None:
    seen = measure(observed([(bad, 10.0)]), timedelta(minutes=1))
    assert isinstance(seen, Measurement)
    assert seen.counts.bad == expected
