"""How much of each window is replayed, and what is shown of it until then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.ledger.pieces import Counted
from sloguard.ledger.plan import group_key, ledger_key
from sloguard.ledger.replaying import VALID_FOR, Replaying, replayed_ratio
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.measurement import Counts, Slice
from sloguard.model.policy import AlertPolicy
from sloguard.model.provisional import ProvisionalCount
from sloguard.model.slo import EventsIndicator, Slo, grouped
from sloguard.model.status import Provisional
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from sloguard.ports import CountedRange, LedgerKey, LedgerMark
from sloguard.store import Store, open_store

HOUR, DAY = 3_600, 86_400
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
END = int(NOW.timestamp())
TEN_DAYS = timedelta(days=10)
COUNTS = Counts(bad=1.0, total=100.0)
KEY = LedgerKey("a/b", "f")


def slo(name: str, window: timedelta = TEN_DAYS) -> Slo:
    indicator = EventsIndicator(total=(f"{name}_total",), bad=(f"{name}_bad_total",))
    return Slo("shop", name, Decimal("0.99"), RollingWindow(window), indicator, AlertPolicy())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def count(store: Store, of: Slo, start: int) -> None:
    """Its last hour is counted live, what came before from an instant on is replayed."""
    counted = CountedRange(ledger_key(of), END - HOUR, END, (Slice(END - HOUR, HOUR, 0.0, 10.0),))
    store.ledger.write_ranges([counted])
    store.ledger.write_replayed([], {ledger_key(of): (start, END - HOUR)})


def keep(store: Store, key: LedgerKey, *, asked_at: datetime = NOW, window: timedelta = TEN_DAYS) -> None:
    store.provisional.keep_provisional({key: ProvisionalCount(asked_at - window, asked_at, COUNTS)})


def looked(store: Store, *slos: Slo, at: datetime = NOW) -> Replaying:
    replaying = Replaying(store.ledger, store.provisional, slos)
    replaying.look(at)
    return replaying


@pytest.mark.parametrize(
    ("counted", "ratio"),
    [
        (Counted(), 0.0),
        (Counted(replayed={KEY: (0, 100)}), 1.0),
        (Counted(replayed={KEY: (75, 100)}), 0.25),
        (Counted(marks={KEY: LedgerMark(90, 100)}), 0.1),
        (Counted(marks={KEY: LedgerMark(90, 100)}, replayed={KEY: (50, 90)}), 0.5),
        (Counted(replayed={KEY: (-50, 100)}, holes={KEY: ((10, 30), (95, 150), (-20, -10))}), 0.75),
        # Nothing has been seen since: live counting asks all the same.
        (Counted(marks={KEY: LedgerMark(0, 20)}), 1.0),
    ],
)
def test_for_how_much_of_a_time_prometheus_was_asked(counted: Counted, ratio: float) -> None:
    assert replayed_ratio(counted, KEY, 0, 100) == pytest.approx(ratio)


def test_no_time_is_replayed_from_the_beginning() -> None:
    assert replayed_ratio(Counted(), KEY, 100, 100) == 1.0


def test_a_window_is_provisional_until_nine_tenths_of_it_are_replayed(store: Store) -> None:
    orders = slo("orders")
    assert looked(store, orders).of(orders, NOW) == Provisional(0.0, None)
    keep(store, ledger_key(orders))
    count(store, orders, END - 8 * DAY)
    found = looked(store, orders).of(orders, NOW)
    assert found is not None
    assert found.replayed_ratio == pytest.approx(0.8)
    assert found.counts == COUNTS
    count(store, orders, END - 9 * DAY)
    assert looked(store, orders).of(orders, NOW) is None


@pytest.mark.parametrize(
    ("asked_at", "window", "is_shown"),
    [
        (NOW - VALID_FOR, TEN_DAYS, True),
        (NOW - 2 * VALID_FOR, TEN_DAYS, False),
        (NOW, 2 * TEN_DAYS, False),
    ],
)
def test_counts_of_another_window_are_not_shown(
    store: Store, asked_at: datetime, window: timedelta, *, is_shown: bool
) -> None:
    orders = slo("orders")
    keep(store, ledger_key(orders), asked_at=asked_at, window=window)
    found = looked(store, orders).of(orders, NOW)
    assert found is not None
    assert (found.counts is not None) is is_shown


def test_counts_of_the_last_month_are_not_shown_in_this_one(store: Store) -> None:
    begun = datetime(2026, 11, 1, 0, 10, tzinfo=UTC)
    orders = replace(slo("orders"), window=CalendarWindow(Period.MONTH, "UTC"))
    keep(store, ledger_key(orders), asked_at=begun - timedelta(minutes=20), window=timedelta(days=30))
    found = looked(store, orders, at=begun).of(orders, begun)
    assert found == Provisional(0.0, None)


def test_a_composite_is_as_far_as_the_member_that_is_furthest_behind_over_its_own_window(store: Store) -> None:
    orders, search = slo("orders"), slo("search")
    whole = replace(
        slo("whole", 2 * TEN_DAYS), indicator=CompositeIndicator((Member("shop/orders"), Member("shop/search")))
    )
    count(store, orders, END - 20 * DAY)
    count(store, search, END - 15 * DAY)
    replaying = looked(store, orders, search, whole)
    assert replaying.lacking == {"shop/whole": pytest.approx(0.75)}
    assert replaying.of(whole, NOW) == Provisional(0.75, None, "it is made of other SLOs")


def test_a_group_is_as_far_as_its_template_and_has_counts_of_its_own(store: Store) -> None:
    template = replace(slo("orders"), group_by=("tenant",))
    acme = grouped(template, (("tenant", "acme"),))
    keep(store, group_key(ledger_key(template), acme.group))
    replaying = looked(store, template)
    assert replaying.of(acme, NOW) == Provisional(0.0, COUNTS)
    assert replaying.of(grouped(template, (("tenant", "other"),)), NOW) == Provisional(0.0, None)


def test_once_all_is_replayed_the_store_is_looked_at_no_more(store: Store) -> None:
    orders = slo("orders")
    count(store, orders, END - 10 * DAY)
    replaying = looked(store, orders)
    store.close()
    (Path(store.engine.url.database or "")).unlink()
    replaying.look(NOW + timedelta(hours=1))
    assert replaying.of(orders, NOW) is None
