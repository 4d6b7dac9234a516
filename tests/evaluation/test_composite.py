"""SLOs made of others: ratios are averaged, never counts of unlike events."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.burn import Verdict, read_tier
from sloguard.evaluation.composite import ObservedMember, ObservedMembers
from sloguard.evaluation.measure import Observed, measure, measure_since
from sloguard.evaluation.timeslices import ObservedTimeslices, Verdicts
from sloguard.model.composite import MissingMember
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason
from sloguard.model.timeslices import Timeslices
from tests.evaluation.test_status import SLO
from tests.support.observations import NOW, observed

Row = tuple[float, float] | None
HOUR = timedelta(hours=1)
IDLE: list[Row] = [(0.0, 0.0)] * 120
UNSEEN: list[Row] = []


def whole(*members: tuple[float, Sequence[Row]], missing: MissingMember = MissingMember.NO_DATA) -> ObservedMembers:
    """Weight and (bad, total) of each minute, of members m0, m1 and so on."""
    parts = (ObservedMember(f"m{index}", weight, observed(rows)) for index, (weight, rows) in enumerate(members))
    return ObservedMembers(tuple(parts), NOW, missing)


def known(seen: Measurement | NoData) -> Measurement:
    assert isinstance(seen, Measurement), seen
    return seen


def error_ratio(seen: Measurement | NoData) -> float:
    return known(seen).counts.bad / known(seen).counts.total


ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 50)).map(lambda row: (float(row[0]), float(sum(row)))),
    min_size=60,
    max_size=120,
)
WEIGHTS = st.floats(0.1, 100)


@given(WEIGHTS, ROWS, st.sampled_from(MissingMember), st.integers(2, 120))
@settings(max_examples=30, deadline=None)
def test_of_one_member_it_is_that_member(weight: float, rows: list[Row], missing: MissingMember, minutes: int) -> None:
    window = timedelta(minutes=minutes)
    alone, member = whole((weight, rows), missing=missing), observed(rows)
    for found, expected in (
        (measure(alone, window), measure(member, window)),
        (measure_since(alone, NOW - window), measure_since(member, NOW - window)),
    ):
        assert isinstance(found, Measurement)
        assert isinstance(expected, Measurement)
        assert found.counts.total == expected.counts.total
        assert found.counts.bad == pytest.approx(expected.counts.bad)
        assert (found.window, found.end_at, found.coverage_ratio) == (window, NOW, expected.coverage_ratio)
        assert found.evidence.total == pytest.approx(expected.evidence.total)
    about = [(each.last_seen, each.watermark, each.stale, each.slice_length) for each in (alone, member)]
    assert about[0] == about[1]
    readings = [read_tier(tier, SLO.budget_ratio, each).verdict for tier in SLO.tiers for each in (alone, member)]
    assert readings[::2] == readings[1::2]


@given(st.lists(WEIGHTS, min_size=1, max_size=5), ROWS)
@settings(max_examples=30, deadline=None)
def test_of_equal_members_it_is_any_of_them_whatever_they_weigh(weights: list[float], rows: list[Row]) -> None:
    together = whole(*((weight, rows) for weight in weights))
    assert error_ratio(measure(together, HOUR)) == pytest.approx(error_ratio(measure(observed(rows), HOUR)))
    assert (
        known(measure(together, HOUR)).counts.total == len(weights) * known(measure(observed(rows), HOUR)).counts.total
    )


@given(st.lists(st.tuples(WEIGHTS, ROWS), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_it_lies_between_its_members_and_rests_on_no_more_than_their_events(
    members: list[tuple[float, list[Row]]],
) -> None:
    seen = known(measure(whole(*members), HOUR))
    ratios = [error_ratio(measure(observed(rows), HOUR)) for _, rows in members]
    assert min(ratios) - 1e-9 <= error_ratio(seen) <= max(ratios) + 1e-9
    assert seen.evidence.total <= seen.counts.total * (1 + 1e-9)
    shares = whole(*members).shares(HOUR)
    assert sum(share.weight_ratio for share in shares) == pytest.approx(1)
    assert sum(share.weight_ratio * share.error_ratio for share in shares) == pytest.approx(error_ratio(seen))


def test_weights_weigh_ratios_and_not_events() -> None:
    seen = known(measure(whole((3, [(1.0, 10.0)] * 60), (1, [(500.0, 1000.0)] * 60)), HOUR))
    assert seen.counts.total == 60 * 1010
    assert seen.counts.bad == pytest.approx(60 * 1010 * (3 * 0.1 + 1 * 0.5) / 4)


def test_a_composite_of_composites() -> None:
    inner = whole((1, [(1.0, 10.0)] * 60), (1, [(3.0, 10.0)] * 60))
    outer = ObservedMembers(
        (ObservedMember("a", 1, inner), ObservedMember("b", 3, observed([(4.0, 10.0)] * 60))),
        NOW,
        MissingMember.NO_DATA,
    )
    assert error_ratio(measure(outer, HOUR)) == pytest.approx((0.2 + 3 * 0.4) / 4)


FULL: list[Row] = [(1.0, 10.0)] * 120
BROKEN: list[Row] = [(1.0, 10.0)] * 60 + [None] * 30 + [(1.0, 10.0)] * 30


@pytest.mark.parametrize(
    ("missing", "other", "expected"),
    [
        (MissingMember.NO_DATA, UNSEEN, NoDataReason.NEVER_SEEN),
        (MissingMember.NO_DATA, BROKEN, NoDataReason.LOW_COVERAGE),
        (MissingMember.NO_DATA, IDLE, 0.1),
        (MissingMember.IGNORE, UNSEEN, 0.1),
        (MissingMember.IGNORE, BROKEN, 0.1),
        (MissingMember.IGNORE, IDLE, 0.1),
        (MissingMember.BAD, UNSEEN, (0.1 + 3) / 4),
        (MissingMember.BAD, BROKEN, (0.1 + 3) / 4),
        (MissingMember.BAD, IDLE, 0.1),
    ],
)
def test_what_a_member_without_data_means(
    missing: MissingMember, other: list[Row], expected: NoDataReason | float
) -> None:
    seen = measure(whole((1, FULL), (3, other), missing=missing), HOUR)
    if isinstance(expected, NoDataReason):
        assert isinstance(seen, NoData)
        assert seen.reason is expected
    else:
        assert error_ratio(seen) == pytest.approx(expected)
        assert known(seen).counts.total == 600


@pytest.mark.parametrize("missing", list(MissingMember))
def test_nothing_known_is_no_answer_and_nothing_happened_is_nothing_bad(missing: MissingMember) -> None:
    nothing = measure(whole((1, UNSEEN), (1, UNSEEN), missing=missing), HOUR)
    assert nothing == NoData(HOUR, NoDataReason.NEVER_SEEN)
    assert known(measure(whole((1, IDLE), (1, IDLE), missing=missing), HOUR)).counts == Counts(0.0, 0.0)


def test_the_oldest_member_tells_how_far_it_is_counted() -> None:
    late: Observed = observed(FULL, ended=timedelta(minutes=10))
    members = (ObservedMember("now", 1, observed(FULL)), ObservedMember("late", 1, late))
    strict = ObservedMembers(members, NOW, MissingMember.NO_DATA)
    lenient = ObservedMembers(members, NOW, MissingMember.IGNORE)
    assert strict.watermark == lenient.watermark == late.watermark
    assert (strict.stale, lenient.stale) == (True, False)
    assert (strict.last_seen, lenient.last_seen) == (late.last_seen, int(NOW.timestamp()))


def test_one_failure_of_a_member_that_is_hardly_used_pages_nobody() -> None:
    busy: Sequence[Row] = [(0.0, 100_000.0)] * 120
    rare: Sequence[Row] = [(0.0, 0.0)] * 118 + [(1.0, 1.0), (0.0, 1.0)]
    (page, *_) = SLO.tiers
    reading = read_tier(page, SLO.budget_ratio, whole((1, busy), (1, rare)))
    assert reading.long_burn_rate == pytest.approx(25)
    assert reading.verdict is Verdict.NOT_SIGNIFICANT
    failing: Sequence[Row] = [(0.0, 10.0)] * 60 + [(9.0, 10.0)] * 60
    assert read_tier(page, SLO.budget_ratio, whole((1, busy), (1, failing))).verdict is Verdict.FIRING


def test_a_member_budgeted_by_timeslices_is_looked_at_over_two_of_them_at_least() -> None:
    good, bad = (0.0, 10.0), (10.0, 10.0)
    counted = observed([good] * 100 + [bad] * 20)
    tens = Timeslices(timedelta(minutes=10), Decimal("0.9"))
    sliced = ObservedTimeslices(counted, Verdicts(counted.history, tens).history, tens.length)
    together = ObservedMembers((ObservedMember("a", 1, counted), ObservedMember("b", 1, sliced)), NOW)
    short = known(measure(together, timedelta(minutes=5)))
    assert (short.window, short.counts) == (timedelta(minutes=5), Counts(52.0, 52.0))
    assert error_ratio(measure(together, timedelta(minutes=40))) == pytest.approx(0.5)
    alone = observed([good] * 115 + [bad] * 5)
    half = ObservedTimeslices(alone, Verdicts(alone.history, tens).history, tens.length)
    mixed = ObservedMembers((ObservedMember("a", 1, alone), ObservedMember("b", 1, half)), NOW)
    assert error_ratio(measure(mixed, timedelta(minutes=5))) == pytest.approx((1 + 0.5) / 2)
