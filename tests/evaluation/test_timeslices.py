"""Slices of time as events: good or bad as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import Observed, ObservedSlices, measure, measure_since
from sloguard.evaluation.status import slo_status
from sloguard.evaluation.timeslices import ObservedTimeslices, Verdicts, judged
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason, Slice
from sloguard.model.slo import Slo
from sloguard.model.status import SloState
from sloguard.model.timeslices import EmptySlices, Timeslices
from tests.evaluation.test_status import SLO
from tests.support.observations import MINUTE, NOW

Row = tuple[float, float] | None
FIVE = timedelta(minutes=5)
FIVES = Timeslices(FIVE, Decimal("0.95"))
GOOD, BAD, IDLE = (0.0, 100.0), (100.0, 100.0), (0.0, 0.0)
END = int(NOW.timestamp())
assert END % 3600 == 0


def history(rows: Sequence[Row], end: int = END) -> History:
    """(bad, total) of each minute up to an instant; None for a minute that was not seen."""
    start = end - 60 * len(rows)
    return History.of(Slice(start + 60 * index, 60, *row) for index, row in enumerate(rows) if row is not None)


def observed(rows: Sequence[Row], timeslices: Timeslices = FIVES, *, end: int = END, at: datetime = NOW) -> Observed:
    counted = ObservedSlices(history(rows, end), None, at, MINUTE, counted_from=0)
    return ObservedTimeslices(counted, Verdicts(counted.history, timeslices).history, timeslices.length)


def counts(seen: Measurement | NoData) -> Counts:
    assert isinstance(seen, Measurement), seen
    return seen.counts


@pytest.mark.parametrize(
    ("bad", "total", "objective", "is_bad"),
    [
        (5, 100, "0.95", False),
        (6, 100, "0.95", True),
        (0, 1, "0.95", False),
        (29, 100, "0.71", False),
        (30, 100, "0.71", True),
        (1, 10**9, "1", True),
        (0, 10**9, "1", False),
        (120, 100, "0.95", True),
        (-3, 100, "1", False),
    ],
)
def test_a_slice_is_good_if_it_meets_its_objective(bad: float, total: float, objective: str, is_bad: bool) -> None:
    counted = History.of([Slice(0, 300, float(bad), float(total))])
    (slice_,) = judged(counted, Timeslices(FIVE, Decimal(objective)))
    assert (slice_.bad, slice_.total) == (float(is_bad), 1.0)


@pytest.mark.parametrize(
    ("empty", "expected"), [(EmptySlices.IGNORE, (0, 0)), (EmptySlices.GOOD, (0, 1)), (EmptySlices.BAD, (1, 1))]
)
def test_slices_without_events_are_what_was_declared(empty: EmptySlices, expected: tuple[float, float]) -> None:
    seen = measure(observed([IDLE] * 60, replace(FIVES, empty=empty)), timedelta(hours=1))
    found = counts(seen)
    assert (found.bad / 12, found.total / 12) == expected
    assert seen.coverage_ratio == 1.0, "they were seen"


def test_slices_that_were_not_seen_are_unknown_whatever_is_declared() -> None:
    unseen: list[Row] = [None] * 30
    seen = measure(
        observed([GOOD] * 30 + unseen + [GOOD] * 30, replace(FIVES, empty=EmptySlices.BAD)), timedelta(hours=1)
    )
    assert seen == NoData(timedelta(hours=1), NoDataReason.LOW_COVERAGE, 0.5)


def test_a_slice_that_was_hardly_seen_is_not_judged() -> None:
    assert [each.start for each in judged(history([GOOD] * 5 + [None] + [BAD] * 4 + [GOOD] * 5), FIVES)] == [
        END - 900,
        END - 300,
    ]


def test_slices_are_aligned_and_the_unfinished_one_is_not_counted_yet() -> None:
    counted = history([GOOD] * 13, end=END + 120)
    assert [each.start for each in judged(counted, FIVES)] == [END - 600, END - 300]
    now = datetime.fromtimestamp(END + 150, UTC)
    seen = measure(observed([GOOD] * 58 + [BAD] * 4, end=END + 120, at=now), timedelta(minutes=10))
    assert counts(seen) == Counts(1.0, 2.0), "the ten minutes up to the last end of a slice"


@given(st.integers(1, 40), st.sampled_from([1, 2, 5, 15, 60]), st.booleans(), st.integers(1, 1000))
@settings(max_examples=100, deadline=None)
def test_all_good_is_all_good_and_all_bad_is_all_bad(hours: int, minutes: int, is_bad: bool, events: int) -> None:
    timeslices = Timeslices(timedelta(minutes=minutes), Decimal("0.99"))
    rows = [(float(events * is_bad), float(events))] * 60 * hours
    found = counts(measure(observed(rows, timeslices), timedelta(hours=hours)))
    assert found.total == 60 * hours / minutes
    assert found.bad == found.total * is_bad


ROWS = st.lists(
    st.none() | st.tuples(st.integers(0, 50), st.integers(0, 100)).map(lambda row: (float(row[0]), float(sum(row)))),
    min_size=1,
    max_size=120,
)


@given(ROWS, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_splitting_a_window_leaves_the_timeslices_unchanged(rows: list[Row], first: int, second: int) -> None:
    verdicts = Verdicts(history(rows), FIVES).history
    start, middle, end = END - 300 * (first + second), END - 300 * second, END
    assert verdicts.sum(start, middle) + verdicts.sum(middle, end) == verdicts.sum(start, end)


@given(ROWS, ROWS, st.sampled_from([1, 2, 3, 7, 20]))
@settings(max_examples=100, deadline=None)
def test_verdicts_that_follow_are_those_that_are_derived_anew(before: list[Row], after: list[Row], batch: int) -> None:
    counted = history(before)
    verdicts = Verdicts(counted, FIVES)
    rows = [(index, row) for index, row in enumerate(after) if row is not None]
    for begin in range(0, len(rows), batch):
        part = [Slice(END + 60 * index, 60, *row) for index, row in rows[begin : begin + batch]]
        counted.replace_from(part[0].start, part)
        verdicts.follow(counted, part[0].start)
    anew = Verdicts(counted, FIVES).history
    assert (verdicts.history.first, verdicts.history.last) == (anew.first, anew.last)
    bounds = range(END - 300 * 30, END + 300 * 30, 300)
    assert [verdicts.history.sum(at, at + 300) for at in bounds] == [anew.sum(at, at + 300) for at in bounds]


def test_long_slices_of_a_coarse_past_are_shared_out() -> None:
    hour = History.of([Slice(END - 3600, 3600, 600.0, 6000.0)])
    assert [(each.bad, each.total) for each in judged(hour, FIVES)] == [(1.0, 1.0)] * 12


def test_budget_burn_rates_and_alerts_count_timeslices() -> None:
    slo: Slo = replace(SLO, timeslices=FIVES)
    calm, rough = [GOOD] * 5, [(6.0, 100.0)] * 5
    seen = observed((calm * 11 + rough) * 10)
    status = slo_status(slo, seen, read_tiers(slo.tiers, slo.budget_ratio, seen), None)
    assert status.counts == Counts(10.0, 120.0)
    assert status.budget is not None
    assert status.budget.consumed_ratio == pytest.approx(10 / 1.2)
    assert status.burn_rates[timedelta(hours=1)] == pytest.approx(100 / 12)
    assert status.state is SloState.EXHAUSTED


def test_without_a_whole_slice_nothing_is_known_yet() -> None:
    assert measure(observed([]), FIVE) == NoData(FIVE, NoDataReason.NEVER_SEEN)
    seen = observed([GOOD] * 3, end=END + 180, at=NOW + 3 * MINUTE)
    assert measure(seen, FIVE) == NoData(FIVE, NoDataReason.LOW_COVERAGE)


def test_a_period_whose_first_slice_goes_on_has_no_events_yet() -> None:
    now = NOW + 3 * MINUTE
    seen = measure_since(observed([GOOD] * 63, end=END + 180, at=now), NOW)
    assert counts(seen) == Counts(0.0, 0.0)


def test_silence_is_noticed() -> None:
    seen = observed([GOOD] * 60, at=NOW + timedelta(minutes=20))
    assert seen.stale
    assert isinstance(measure(seen, timedelta(minutes=10)), NoData)
    assert not observed([GOOD] * 60, at=NOW + timedelta(minutes=4)).stale
