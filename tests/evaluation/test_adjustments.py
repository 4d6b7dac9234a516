"""What is excluded is as if it had not been; what is corrected is as if it had been counted so."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjustments, adjustments
from sloguard.evaluation.burn import Verdict, read_tiers
from sloguard.evaluation.composite import ObservedMember, ObservedMembers
from sloguard.evaluation.history import History, WindowSum
from sloguard.evaluation.measure import ObservedSlices, measure
from sloguard.evaluation.silence import read_silence
from sloguard.evaluation.status import slo_status
from sloguard.evaluation.timeslices import ObservedTimeslices, Verdicts, judged
from sloguard.model.adjustment import Adjustment, Correction, Exclusion
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason, Slice
from sloguard.model.policy import NoDataPolicy, Severity
from sloguard.model.timeslices import EmptySlices, Timeslices
from tests.evaluation.test_history import MINUTE, slices
from tests.evaluation.test_status import SLO
from tests.support.adjustments import correction, exclusion
from tests.support.observations import NOW, observed

END = int(NOW.timestamp())
HOUR = timedelta(hours=1)
FIVE_MINUTES = timedelta(minutes=5)

minutes = st.integers(0, 2000).map(lambda number: number * MINUTE)
windows = st.tuples(minutes, minutes).map(lambda pair: (min(pair), max(pair)))
lengths = st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))
exclusions = st.lists(lengths.map(lambda pair: exclusion(*pair)), max_size=5)
events = st.integers(-500, 500).map(float)
corrections = st.lists(st.tuples(lengths, events, events).map(lambda drawn: correction(*drawn[0], *drawn[1:])))


def last(minutes_ago: int, until: int = 0, scope: str = "*") -> Exclusion:
    """From so many minutes before NOW."""
    return exclusion(END - 60 * minutes_ago, END - 60 * until, scope)


def adjusted(seen: ObservedSlices, *applying: Exclusion) -> ObservedSlices:
    return replace(seen, adjustments=adjustments(applying))


def close(found: WindowSum, expected: WindowSum) -> bool:
    pairs = ((found.bad, expected.bad), (found.total, expected.total), (found.seen_seconds, expected.seen_seconds))
    return all(one == pytest.approx(other, abs=1e-6) for one, other in pairs)


@given(slices(), windows)
def test_nothing_adjusted_is_the_history_bit_for_bit(parts: list[Slice], window: tuple[int, int]) -> None:
    history = History.of(parts)
    assert NOTHING_ADJUSTED.sum(history.sum, *window) == history.sum(*window)


@given(slices(), windows, exclusions)
def test_what_lies_outside_of_the_window_changes_nothing(
    parts: list[Slice], window: tuple[int, int], excluded: list[Exclusion]
) -> None:
    history = History.of(parts)
    start, end = window
    outside = [each for each in excluded if each.end_at.timestamp() <= start or each.start_at.timestamp() >= end]
    assert adjustments(outside).sum(history.sum, start, end) == history.sum(start, end)


@given(slices(), windows, exclusions, corrections)
def test_making_and_taking_back_restores_the_number_bit_for_bit(
    parts: list[Slice], window: tuple[int, int], excluded: list[Exclusion], corrected: list[Correction]
) -> None:
    history = History.of(parts)
    every: list[Adjustment] = [*excluded, *corrected]
    made = [replace(each, number=number) for number, each in enumerate(every)]
    before, later = made[::2], made[1::2]
    with_more = adjustments((*later, *before))
    with_more.sum(history.sum, *window)
    again = adjustments(each for each in with_more.every if each in before)
    fresh = adjustments(before)
    assert again.sum(history.sum, *window) == fresh.sum(history.sum, *window)
    assert adjustments(()).sum(history.sum, *window) == history.sum(*window)


@given(slices(), windows, exclusions, lengths, st.floats(0, 1))
def test_splitting_an_exclusion_in_two_changes_nothing(
    parts: list[Slice], window: tuple[int, int], others: list[Exclusion], cut: tuple[int, int], place: float
) -> None:
    history = History.of(parts)
    middle = cut[0] + round(place * (cut[1] - cut[0]))
    one = adjustments((*others, exclusion(*cut)))
    two = adjustments((exclusion(middle, cut[1]), *others, exclusion(cut[0], middle)))
    assert one.sum(history.sum, *window) == two.sum(history.sum, *window)
    assert one.kept_seconds(*window) == two.kept_seconds(*window)


@given(slices(), st.tuples(minutes, minutes, minutes).map(sorted), exclusions, corrections)
def test_sums_over_windows_that_meet_add_up(
    parts: list[Slice], bounds: list[int], excluded: list[Exclusion], corrected: list[Correction]
) -> None:
    history = History.of(parts)
    applying = adjustments((*excluded, *corrected))
    start, middle, end = bounds
    halves = applying.sum(history.sum, start, middle) + applying.sum(history.sum, middle, end)
    assert close(halves, applying.sum(history.sum, start, end))
    seconds = applying.kept_seconds(start, middle) + applying.kept_seconds(middle, end)
    assert seconds == applying.kept_seconds(start, end)


@given(slices(), windows, exclusions)
@settings(max_examples=200)
def test_what_is_excluded_is_as_if_it_had_not_been(
    parts: list[Slice], window: tuple[int, int], excluded: list[Exclusion]
) -> None:
    """Slice by slice and minute by minute, against the sum of what is left."""
    bounds = [(each.start_at.timestamp(), each.end_at.timestamp()) for each in excluded]
    history = History.of(parts)
    kept = [
        minute
        for minute in range(window[0], window[1], MINUTE)
        if not any(start <= minute < end for start, end in bounds)
    ]
    expected = sum((history.sum(minute, minute + MINUTE) for minute in kept), WindowSum())
    applying = adjustments(excluded)
    assert close(applying.sum(history.sum, *window), expected)
    assert applying.kept_seconds(*window) == MINUTE * len(kept)


@given(slices(), windows, st.integers(1, 59))
def test_all_excluded_is_nothing_at_all(parts: list[Slice], window: tuple[int, int], more: int) -> None:
    applying = adjustments([exclusion(window[0] - more, window[1] + more)])
    assert applying.sum(History.of(parts).sum, *window) == WindowSum()
    assert applying.kept_seconds(*window) == 0


def test_a_slice_that_crosses_a_bound_counts_by_its_part() -> None:
    hour = History.of([Slice(0, 3600, 60.0, 600.0)])
    assert adjustments([exclusion(0, 900)]).sum(hour.sum, 0, 3600) == WindowSum(45.0, 450.0, 2700.0)
    assert adjustments([exclusion(1800, 9000)]).sum(hour.sum, 0, 7200) == WindowSum(30.0, 300.0, 1800.0)


def test_a_correction_adds_what_its_share_of_the_window_is() -> None:
    hour = History.of([Slice(0, 3600, 60.0, 600.0)])
    applying = adjustments([correction(0, 1800, -30.0, -120.0)])
    assert applying.sum(hour.sum, 0, 3600) == WindowSum(30.0, 480.0, 3600.0)
    assert applying.sum(hour.sum, 900, 3600) == WindowSum(30.0, 390.0, 2700.0)
    assert applying.sum(hour.sum, 1800, 3600) == hour.sum(1800, 3600)


def test_what_is_excluded_takes_its_correction_along() -> None:
    hour = History.of([Slice(0, 3600, 60.0, 600.0)])
    applying = adjustments([correction(0, 1800, -30.0, -120.0), exclusion(0, 1800)])
    assert applying.sum(hour.sum, 0, 3600) == hour.sum(1800, 3600)


def test_the_same_adjustment_counts_once() -> None:
    assert adjustments([correction(0, 60, 1.0, 1.0)] * 2).sum(History().sum, 0, 60) == WindowSum(1.0, 1.0)


def test_a_budget_is_measured_over_what_is_left() -> None:
    seen = observed([(0.0, 100.0)] * 50 + [(100.0, 100.0)] * 10)
    found = measure(adjusted(seen, last(10)), HOUR)
    assert found == Measurement(HOUR, NOW, Counts(0.0, 5000.0), 1.0)


def test_time_that_is_excluded_need_not_be_covered() -> None:
    seen = observed([(0.0, 100.0)] * 40 + [None] * 20)
    assert isinstance(measure(seen, HOUR), NoData)
    found = measure(adjusted(seen, last(20)), HOUR)
    assert found == Measurement(HOUR, NOW, Counts(0.0, 4000.0), 1.0)


def test_a_silence_that_is_excluded_does_not_become_stale_and_starts_no_clock() -> None:
    seen = observed([(0.0, 100.0)] * 60, ended=timedelta(minutes=20))
    policy = NoDataPolicy(Severity.TICKET, FIVE_MINUTES)
    watched_since = NOW - timedelta(hours=2)
    assert seen.stale
    assert read_silence(SLO, policy, seen, watched_since).verdict is Verdict.FIRING
    planned = adjusted(seen, last(20, -60))
    assert not planned.stale
    assert read_silence(SLO, policy, planned, watched_since).verdict is Verdict.CLEAR
    ended = adjusted(seen, last(20, 6))
    assert ended.stale, "the clock goes on when the exclusion is over"
    assert read_silence(SLO, policy, ended, watched_since).verdict is Verdict.FIRING


def test_a_window_that_is_excluded_as_a_whole_had_no_events() -> None:
    seen = adjusted(observed([(100.0, 100.0)] * 120), last(60))
    found = measure(seen, HOUR)
    assert found == Measurement(HOUR, NOW, Counts(0.0, 0.0), 1.0)
    assert {each.verdict for each in read_tiers(SLO.tiers, SLO.budget_ratio, adjusted(seen, last(9999)))} <= {
        Verdict.CLEAR,
        Verdict.UNKNOWN,
    }


def test_what_has_not_settled_yet_is_excluded_by_its_part() -> None:
    settled = observed([(0.0, 10.0)] * 59, ended=timedelta(minutes=1))
    seen = replace(settled, tail=Slice(END - 60, 60, 6.0, 12.0))
    found = measure(adjusted(seen, exclusion(END - 30, END)), HOUR)
    assert isinstance(found, Measurement)
    assert found.counts == Counts(3.0, 596.0)


def test_an_exclusion_that_cuts_a_long_slice_is_approximate() -> None:
    """Minutes up to an hour ago, then hours: of what lies within an hour nobody knows where."""
    old = [Slice(END - hours * 3600, 3600, 6.0, 600.0) for hours in range(48, 2, -1)]
    new = [Slice(END - 60 * back, 60, 0.1, 10.0) for back in range(120, 0, -1)]
    plain = ObservedSlices(History.of([*old, *new]), None, NOW, FIVE_MINUTES / 5, 0)
    timeslices = Timeslices(HOUR, Decimal("0.95"))
    for applying, cut in (
        (exclusion(END - 10 * 3600, END - 9 * 3600), False),
        (exclusion(END - 10 * 3600, END - 9 * 3600 - 60), True),
        (exclusion(END - 10 * 3600 + 600, END - 9 * 3600), True),
        (exclusion(END - 3630, END - 1830), False),
        (exclusion(END - 90 * 3600 + 600, END - 80 * 3600), False),
    ):
        for seen in (adjusted(plain, applying), timesliced(adjusted(plain, applying), timeslices)):
            found = measure(seen, timedelta(days=1))
            assert isinstance(found, Measurement)
            assert found.approximate is cut, applying


def test_corrections_never_lead_below_zero_or_beyond_all() -> None:
    seen = observed([(1.0, 10.0)] * 60)
    for bad, total in ((-1e6, 0.0), (0.0, -1e6), (1e6, 0.0)):
        found = measure(replace(seen, adjustments=adjustments([correction(END - 3600, END, bad, total)])), HOUR)
        assert isinstance(found, Measurement)
        assert 0 <= found.counts.bad <= found.counts.total


FIVES = Timeslices(FIVE_MINUTES, Decimal("0.95"))


def timesliced(seen: ObservedSlices, timeslices: Timeslices = FIVES) -> ObservedTimeslices:
    verdicts = Verdicts(seen.history, timeslices, seen.adjustments).history
    return ObservedTimeslices(seen, verdicts, timeslices.length, Verdicts(seen.history, timeslices).history)


def test_a_timeslice_is_judged_by_what_is_left_of_it() -> None:
    seen = observed([(0.0, 100.0)] * 58 + [(100.0, 100.0)] * 2)
    assert timesliced(seen).last(HOUR) == Measurement(HOUR, NOW, Counts(1.0, 12.0), 1.0)
    assert timesliced(adjusted(seen, last(2))).last(HOUR) == Measurement(HOUR, NOW, Counts(0.0, 12.0), 1.0)
    assert timesliced(adjusted(seen, last(5))).last(HOUR) == Measurement(HOUR, NOW, Counts(0.0, 11.0), 1.0)
    half = timesliced(adjusted(seen, last(1))).last(HOUR)
    assert half == Measurement(HOUR, NOW, Counts(1.0, 12.0), 1.0), "a minute of four is still 25 %"


def test_what_is_left_of_a_timeslice_has_to_be_seen() -> None:
    """One minute of five is excluded: of the other four all four must be known."""
    applying = adjustments([exclusion(0, 60)])
    assert not list(judged(History.of([Slice(60, 180, 0.0, 1.0), Slice(300, 60, 0.0, 1.0)]), FIVES, None, applying))
    assert [each.seconds for each in judged(History.of([Slice(60, 240, 0.0, 1.0)]), FIVES, None, applying)] == [300]


def test_a_timeslice_that_is_excluded_as_a_whole_is_not_bad_for_being_empty() -> None:
    seen = adjusted(observed([(0.0, 0.0)] * 60), last(30), last(45, 30))
    found = timesliced(seen, replace(FIVES, empty=EmptySlices.BAD)).last(HOUR)
    assert found == Measurement(HOUR, NOW, Counts(3.0, 3.0), 1.0)


def test_timeslices_know_what_they_would_be_without() -> None:
    seen = adjusted(observed([(0.0, 100.0)] * 50 + [(100.0, 100.0)] * 10), last(10))
    status = slo_status(SLO, timesliced(seen), (), None)
    assert status.adjusted is not None
    assert (status.adjusted.bad_taken_out, status.adjusted.total_taken_out) == (2.0, 2.0)


def test_a_composite_sees_its_members_adjusted() -> None:
    failed, fine = observed([(100.0, 100.0)] * 60), observed([(0.0, 100.0)] * 60)
    half = adjusted(failed, last(30))
    members = ObservedMembers((ObservedMember("a/a", 1, half), ObservedMember("a/b", 1, fine)), NOW)
    found = members.last(HOUR)
    assert isinstance(found, Measurement)
    assert found.counts == Counts(4500.0, 9000.0), "half of the weight is bad, of 3,000 and 6,000 events"
    assert members.adjustments == half.adjustments
    raw = members.unadjusted.last(HOUR)
    assert isinstance(raw, Measurement)
    assert raw.counts == Counts(6000.0, 12000.0)


def test_a_composite_is_as_silent_as_its_most_silent_member() -> None:
    silent = observed([(0.0, 1.0)] * 60, ended=timedelta(minutes=20))
    heard = observed([(0.0, 1.0)] * 60)
    pair = ObservedMembers((ObservedMember("a/a", 1, silent), ObservedMember("a/b", 1, heard)), NOW)
    assert pair.unseen() == timedelta(minutes=20)
    excused = replace(pair, members=(ObservedMember("a/a", 1, adjusted(silent, last(30))), pair.members[1]))
    assert excused.unseen() == timedelta(0)
    assert not excused.stale


def test_a_status_says_what_was_taken_out_and_why() -> None:
    seen = observed([(0.0, 100.0)] * 50 + [(100.0, 100.0)] * 10)
    before = slo_status(SLO, seen, (), None)
    assert before.adjusted is None
    applying = (last(10), last(9000, 8000))
    status = slo_status(SLO, adjusted(seen, *applying), (), None)
    assert status.counts == Counts(0.0, 5000.0)
    assert status.adjusted is not None
    assert status.adjusted.applied == (applying[1], applying[0])
    assert status.adjusted.excluded == timedelta(minutes=1010)
    assert (status.adjusted.bad_taken_out, status.adjusted.total_taken_out) == (1000.0, 1000.0)
    again = slo_status(SLO, adjusted(seen), (), None)
    assert again == before, "taking it back restores every number"


def test_what_was_taken_out_of_an_outage_without_data_is_not_known() -> None:
    seen = observed([(0.0, 1.0)] * 60 + [None] * 60)
    status = slo_status(SLO, adjusted(seen, last(60)), (), None)
    assert status.counts == Counts(0.0, 60.0)
    assert status.adjusted is not None
    assert status.adjusted.total_taken_out is None


def test_an_exclusion_that_is_still_to_come_has_no_part() -> None:
    seen = adjusted(observed([(1.0, 10.0)] * 60), exclusion(END, END + 600))
    assert slo_status(SLO, seen, (), None).adjusted is None
    assert measure(seen, HOUR) == measure(seen.unadjusted, HOUR)


def test_before_its_first_slice_nothing_is_known_of_an_slo() -> None:
    later = replace(observed([(0.0, 1.0)] * 10), at=NOW - HOUR)
    assert measure(later, HOUR) == NoData(HOUR, NoDataReason.NEVER_SEEN)


@pytest.mark.parametrize(
    ("start", "end", "inner"), [(0, 600, [(0, 600)]), (1, 599, []), (299, 901, [(300, 900)]), (300, 599, [])]
)
def test_only_whole_timeslices_are_left_out(start: int, end: int, inner: list[tuple[int, int]]) -> None:
    whole: Adjustments = adjustments([exclusion(start, end)]).whole(300)
    assert [tuple(each) for each in whole.excluded] == inner
