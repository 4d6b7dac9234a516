"""The hourly job over a store: windows stay what they were, and it may be stopped after any transaction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sloguard.daemon.upkeep import Upkeep, UpkeepReport
from sloguard.evaluation.measure import measure
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Measurement, NoData, Slice
from sloguard.model.retention import Retention
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.window import CalendarWindow, Period
from sloguard.ports import CountedRange, LedgerKey
from sloguard.store import Store, open_store
from tests.store.test_upkeep import record
from tests.support.slos import make_slo

HOUR, DAY = 3_600, 86_400
NOW = 1_795_000_000 // HOUR * HOUR
SLICE = timedelta(minutes=5)
PLAIN = make_slo("plain", EventsIndicator(total=("requests_total",), bad=("errors_total",)))
KOLKATA = replace(PLAIN, name="kolkata", window=CalendarWindow(Period.MONTH, "Asia/Kolkata"))
WINDOWS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 720))


def at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    for slo in (PLAIN, KOLKATA):
        parts = tuple(
            Slice(time, 300, float(time // 300 % 7), float(time // 300 % 101))
            for time in range(NOW - 100 * DAY, NOW, 300)
        )
        done = {ledger_key(slo): (NOW - 100 * DAY, NOW)}
        opened.ledger.write_replayed([CountedRange(ledger_key(slo), NOW - 100 * DAY, NOW, parts)], done)
    yield opened
    opened.close()


def upkeep(store: Store, *, pauses: int = 10**9, retention: Retention | None = None) -> Upkeep:
    """Stops after so many pauses."""
    left = iter(range(pauses))
    configuration = Configuration((Service("onboarding", (PLAIN, KOLKATA)),), retention=retention or Retention())
    settings = replace(configuration.evaluation, slice=SLICE)
    return Upkeep(
        replace(configuration, evaluation=settings), store.ledger, store.upkeep, lambda _: next(left, None) is None
    )


def seen(store: Store, slo: Slo, now: int) -> list[Measurement | NoData]:
    histories = Histories(store.ledger, SLICE)
    histories.load([PLAIN, KOLKATA], at(now))
    observed = histories.observed(slo, {}, at(now))
    return [*(measure(observed, window) for window in WINDOWS), observed.since(at(1_793_471_400))]


def test_windows_stay_what_they_were(store: Store) -> None:
    """At the full hour each begins with a slice; 18:30 UTC is midnight in Kolkata."""
    assert at(1_793_471_400).isoformat() == "2026-10-31T18:30:00+00:00"
    before = {slo.name: seen(store, slo, NOW) for slo in (PLAIN, KOLKATA)}
    report = upkeep(store).run(at(NOW))
    assert report.complete
    assert report.rolled_up > 40_000
    assert seen(store, KOLKATA, NOW) == before["kolkata"]
    assert seen(store, PLAIN, NOW)[:-1] == before["plain"][:-1]
    assert upkeep(store).run(at(NOW)) == UpkeepReport(complete=True)


def test_a_clock_that_is_ahead_makes_nothing_old(store: Store) -> None:
    record(store, "t+ r+")
    upkeep(store).run(at(NOW))
    before = [seen(store, slo, NOW) for slo in (PLAIN, KOLKATA)]
    assert upkeep(store).run(at(NOW + 500 * DAY)) == UpkeepReport(complete=True)
    assert [seen(store, slo, NOW) for slo in (PLAIN, KOLKATA)] == before
    assert store.outbox.depth()["delivered"] == 2


def test_it_goes_on_where_it_was_stopped(store: Store) -> None:
    first = upkeep(store, pauses=2).run(at(NOW))
    assert not first.complete
    second = upkeep(store).run(at(NOW))
    assert first.rolled_up > 0
    assert second.rolled_up > 0
    assert upkeep(store).run(at(NOW)) == UpkeepReport(complete=True)
    assert seen(store, PLAIN, NOW)[4] == measured_whole(store)


def measured_whole(store: Store) -> Measurement | NoData:
    histories = Histories(store.ledger, SLICE)
    histories.load([PLAIN], at(NOW))
    return measure(histories.observed(PLAIN, {}, at(NOW)), WINDOWS[-1])


def test_what_is_past_goes_and_what_is_removed_is_left_as_it_is(store: Store) -> None:
    removed = LedgerKey("gone/slo", "f")
    store.ledger.write_ranges([CountedRange(removed, NOW - 50 * DAY, NOW - 49 * DAY, tuple(parts(NOW - 50 * DAY, 12)))])
    report = upkeep(store, retention=Retention(hours=timedelta(days=40), days=timedelta(days=45))).run(at(NOW))
    assert report.expired > 12
    assert removed not in store.ledger.marks()
    oldest = store.ledger.slices(ledger_key(PLAIN), 0, NOW)[0]
    assert NOW - 46 * DAY < oldest.start <= NOW - 44 * DAY


def parts(start: int, count: int) -> list[Slice]:
    return [Slice(start + 300 * number, 300, 1.0, 2.0) for number in range(count)]
