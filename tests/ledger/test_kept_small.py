"""A daemon's memory does not grow: histories are rolled up in memory as they are in the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED
from sloguard.evaluation.timeslices import Verdicts
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.model.retention import Retention
from sloguard.model.timeslices import Timeslices
from sloguard.ports import CountedRange
from sloguard.store import open_store
from tests.ledger.conftest import slo_of

DAY = 86_400
END = 1_795_000_000 // DAY * DAY
NOW = datetime.fromtimestamp(END, UTC)
WINDOWS = [timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=3), timedelta(days=6)]


def test_the_same_windows_from_fewer_slices(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    slo = slo_of("shop")
    minutes = tuple(Slice(start, 60, float(start % 7 == 0), 60.0) for start in range(END - 40 * DAY, END, 60))
    store.ledger.write_ranges([CountedRange(ledger_key(slo), minutes[0].start, END, minutes)])
    histories = Histories(store.ledger, timedelta(minutes=1))
    histories.load([slo], NOW - timedelta(days=5))
    histories.apply([CountedRange(ledger_key(slo), END - 5 * DAY, END, minutes[-5 * 1440 :])])
    before = [histories.observed(slo, {}, NOW).last(window) for window in WINDOWS]
    histories.keep_small([slo], Retention(), NOW)
    assert [histories.observed(slo, {}, NOW).last(window) for window in WINDOWS] == before
    history = histories._mirror.history(ledger_key(slo))
    assert len(history) < 6 * 60 + 3 * 288 + 31 * 24 + 100
    assert history.first is not None
    assert END - 32 * DAY <= history.first <= END - 31 * DAY + 3600, "what no window reaches is forgotten"
    store.close()


@pytest.mark.parametrize("minutes_each", [5, 60])
@pytest.mark.parametrize("shift", [timedelta(0), timedelta(minutes=137)], ids=["at midnight", "within an hour"])
def test_verdicts_are_forgotten_with_what_was_judged(tmp_path: Path, minutes_each: int, shift: timedelta) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    timeslices = Timeslices(timedelta(minutes=minutes_each), Decimal("0.9"))
    slo = replace(slo_of("shop"), timeslices=timeslices)
    key, end = ledger_key(slo), END + round(shift.total_seconds())
    minutes = tuple(Slice(start, 60, 10.0 * (start % 7 == 0), 60.0) for start in range(END - 33 * DAY, end, 60))
    histories = Histories(store.ledger, timedelta(minutes=1))
    histories.load([slo], NOW - timedelta(days=33))
    histories.apply([CountedRange(key, minutes[0].start, end, minutes)])
    now = NOW + shift
    before = [histories.observed(slo, {}, now).last(window) for window in WINDOWS]
    held = histories._mirror.judged(key, timeslices, NOTHING_ADJUSTED)
    assert held.first == END - 33 * DAY
    histories.keep_small([slo], Retention(), now)
    assert [histories.observed(slo, {}, now).last(window) for window in WINDOWS] == before
    anew = Verdicts(histories._mirror.history(key), timeslices).history
    assert list(held.slices(0, end)) == list(anew.slices(0, end)), "as if they had been derived now"
    assert len(held) <= 31 * 1440 // minutes_each + 60
    store.close()
