"""Spreading over a gap keeps every event."""

from hypothesis import given
from hypothesis import strategies as st

from sloguard.ledger.plan import Increase
from sloguard.ledger.slices import LONGEST_BRIDGE_SECONDS, Step, counted_range
from sloguard.ports import LedgerKey

KEY = LedgerKey("shop/availability", "f")


@given(st.integers(1, 1_440), st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_gap_is_filled_with_exactly_its_events(missing: int, bad: int, total: int) -> None:
    start = 600_000
    step = Step(start, start + 60, Increase(float(bad), float(total)))
    counted = counted_range(KEY, (start, start + 60), [step], last_seen=start - 60 * missing, slice_seconds=60)
    assert counted.start == start - 60 * missing
    assert sum(part.bad for part in counted.slices) == bad
    assert sum(part.total for part in counted.slices) == total
    assert sum(part.seconds for part in counted.slices) == 60 * (missing + 1)
    assert all(part.bridged and part.total.is_integer() for part in counted.slices)
    totals = [part.total for part in counted.slices]
    assert max(totals) - min(totals) <= 1


def test_without_a_gap_nothing_is_spread() -> None:
    counted = counted_range(KEY, (60, 120), [Step(60, 120, Increase(1, 2))], last_seen=60, slice_seconds=60)
    assert [(part.start, part.bridged) for part in counted.slices] == [(60, False)]


def test_a_gap_longer_than_the_look_back_is_not_bridged() -> None:
    start = 10 * LONGEST_BRIDGE_SECONDS
    last_seen = start - LONGEST_BRIDGE_SECONDS - 60
    step = Step(start, start + 60, Increase(1, 2))
    counted = counted_range(KEY, (start, start + 60), [step], last_seen=last_seen, slice_seconds=60)
    assert [(part.start, part.bridged) for part in counted.slices] == [(start, False)]
