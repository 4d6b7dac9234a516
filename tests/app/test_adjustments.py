"""Exclusions and corrections through the whole path: store, ledger, status; and back again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.app.past import StoredPast
from sloguard.errors import StoreError
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import group_key, ledger_key
from sloguard.ledger.reporting import stored_status
from sloguard.model.adjustment import Removal, covers
from sloguard.model.measurement import Counts, Measurement, NoData, Slice
from sloguard.model.settings import Configuration
from sloguard.model.slo import grouped
from sloguard.model.status import ErrorBudget, SloStatus
from sloguard.ports import CountedRange
from sloguard.store import Store, open_store
from tests.config.texts import configuration_of, loaded
from tests.support.adjustments import correction, exclusion

FILE = """version: 1
services:
  - name: shop
    window: 7d
    runbook_url: https://runbooks.example.com/shop
    slos:
      - {name: orders, objective: 99, indicator: {events: {bad: a_total, total: b_total}}}
      - {name: search, objective: 99, indicator: {events: {bad: c_total, total: d_total}}}
      - {name: tenants, objective: 99, group_by: [tenant], indicator: {events: {bad: e_total, total: f_total}}}
      - name: sliced
        objective: 99
        budgeting: {method: timeslices, slice: 1h, objective: 96}
        alerting: {tiers: [{severity: page, long: 1d, short: 2h, factor: 6}]}
        indicator: {events: {bad: a_total, total: b_total}}
      - {name: whole, objective: 99, indicator: {composite: {members: [{slo: orders}, {slo: search}]}}}
      - name: month
        objective: 99
        window: {calendar: month}
        indicator: {events: {bad: a_total, total: b_total}}
  - name: shop-eu
    runbook_url: https://runbooks.example.com/shop
    slos: [{name: orders, objective: 99, indicator: {events: {bad: g_total, total: h_total}}}]
"""
HOUR = 3_600
NOW = datetime(2026, 11, 22, tzinfo=UTC)
END = int(NOW.timestamp())
DAY = 24 * HOUR
BROKEN = range(END - 30 * HOUR, END - 24 * HOUR, HOUR)
"""Six hours in which everything failed."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return configuration_of(loaded(FILE))


@pytest.fixture
def store(tmp_path: Path, configuration: Configuration) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    start = END - 30 * DAY
    slices = tuple(Slice(at, HOUR, 100.0 if at in BROKEN else 0.1, 100.0) for at in range(start, END, HOUR))
    for slo in configuration.slos:
        key = ledger_key(slo)
        keys = [key, *(group_key(key, (("tenant", name),)) for name in ("acme", "zeta"))] if slo.is_template else [key]
        opened.ledger.write_ranges([CountedRange(each, start, END, slices) for each in keys])
    yield opened
    opened.close()


def read(store: Store, configuration: Configuration) -> dict[str, SloStatus]:
    return {slo.id: slo for slo in stored_status(configuration, store, NOW).slos}


OUTAGE = exclusion(BROKEN.start, BROKEN.stop)


@pytest.mark.parametrize(
    ("scope", "touched"),
    [
        ("shop/orders", {"shop/orders"}),
        ("shop/whole", {"shop/whole"}),
        ("shop/tenants", {'shop/tenants{tenant="acme"}', 'shop/tenants{tenant="zeta"}'}),
        ('shop/tenants{tenant="acme"}', {'shop/tenants{tenant="acme"}'}),
        ("*/orders", {"shop/orders", "shop/whole", "shop-eu/orders"}),
        ("shop-*", {"shop-eu/orders"}),
        ("nobody", set()),
    ],
)
def test_an_exclusion_reaches_what_is_in_its_scope(
    store: Store, configuration: Configuration, scope: str, touched: set[str]
) -> None:
    before = read(store, configuration)
    store.adjustments.add(replace(OUTAGE, scope=scope))
    after = read(store, configuration)
    changed = {slo_id for slo_id, status in after.items() if status != before[slo_id]}
    expected = touched | ({"shop/whole"} if scope == "shop/orders" else set())
    assert changed == expected, "a composite sees its members as they are"


def test_a_service_and_all_reach_every_kind_of_slo(store: Store, configuration: Configuration) -> None:
    for scope, spared in (("shop", "shop-eu/orders"), ("*", "")):
        number = store.adjustments.add(replace(OUTAGE, scope=scope))
        for slo_id, status in read(store, configuration).items():
            assert (status.adjusted is None) == (slo_id == spared), slo_id
            assert status.budget is not None
            assert (status.budget.consumed_ratio < 0.2) == (slo_id != spared), slo_id
            assert status.coverage_ratio == 1.0
        store.adjustments.remove(number, Removal("ada", "tried it", NOW))


def test_taking_back_restores_every_number_bit_for_bit(store: Store, configuration: Configuration) -> None:
    before = read(store, configuration)
    numbers = [
        store.adjustments.add(OUTAGE),
        store.adjustments.add(exclusion(BROKEN.start - 1234.5, BROKEN.stop - 777.7, "shop/*")),
        store.adjustments.add(correction(BROKEN.start, BROKEN.stop, -1 / 3, -1 / 7, "shop/orders")),
    ]
    assert read(store, configuration) != before
    for number in numbers:
        store.adjustments.remove(number, Removal("ada", "tried it", NOW))
    assert read(store, configuration) == before


def test_numbers_with_an_outage_excluded_are_those_of_a_ledger_without_it(
    store: Store, configuration: Configuration
) -> None:
    store.adjustments.add(OUTAGE)
    found = read(store, configuration)
    kept = 7 * 24 - len(BROKEN)
    orders = found["shop/orders"]
    assert orders.counts is not None
    assert orders.counts.total == 100.0 * kept
    assert orders.counts.bad == pytest.approx(0.1 * kept)
    assert orders.adjusted is not None
    assert orders.adjusted.total_taken_out == 100.0 * len(BROKEN)
    assert found["shop/sliced"].counts == Counts(0.0, kept)
    month = found["shop/month"].counts
    assert month is not None
    assert month.total == 100.0 * (21 * 24 - len(BROKEN))
    whole = found["shop/whole"]
    assert whole.counts is not None
    assert whole.counts.total == 2 * 100.0 * kept


def test_a_correction_reaches_its_slo_and_the_composites_it_is_in(store: Store, configuration: Configuration) -> None:
    before = read(store, configuration)
    store.adjustments.add(correction(BROKEN.start, BROKEN.stop, -600.0, -600.0, "shop/orders"))
    after = read(store, configuration)
    assert {each for each in after if after[each] != before[each]} == {"shop/orders", "shop/whole"}
    orders = after["shop/orders"]
    assert orders.counts is not None
    assert orders.counts.total == 100.0 * (7 * 24 - 6)
    assert orders.adjusted is not None
    assert orders.adjusted.bad_taken_out == pytest.approx(600)
    assert orders.adjusted.total_taken_out == 600


def test_the_running_daemon_sees_what_was_made_and_taken_back(store: Store, configuration: Configuration) -> None:
    histories = Histories(store.ledger, configuration.evaluation.slice)
    histories.load(configuration.slos, NOW)

    def measured() -> dict[str, Measurement | NoData]:
        since = datetime(2026, 11, 16, tzinfo=UTC)
        return {slo.id: histories.observed(slo, {}, NOW).since(since) for slo in configuration.slos}

    plain = measured()
    number = store.adjustments.add(OUTAGE)
    histories.adjust()
    assert all(found != plain[slo_id] for slo_id, found in measured().items())
    store.adjustments.remove(number, Removal("ada", "tried it", NOW))
    histories.adjust()
    assert measured() == plain


def test_timeslices_follow_what_is_counted_while_they_are_adjusted(store: Store, configuration: Configuration) -> None:
    """Of the hour that comes next the first half is excluded: only the rest is judged."""
    store.adjustments.add(exclusion(END, END + HOUR / 2))
    histories = Histories(store.ledger, configuration.evaluation.slice)
    histories.load(configuration.slos, NOW)
    (sliced,) = (slo for slo in configuration.slos if slo.name == "sliced")
    later = datetime.fromtimestamp(END + HOUR, UTC)
    histories.observed(sliced, {}, NOW)
    slices = tuple(Slice(END + 60 * n, 60, 100.0 * (n < 30), 100.0) for n in range(60))
    histories.apply([CountedRange(ledger_key(sliced), END, END + HOUR, slices)])
    seen = histories.observed(sliced, {}, later)
    for observed, bad in ((seen, 0.0), (seen.unadjusted, 1.0)):
        found = observed.since(NOW)
        assert isinstance(found, Measurement)
        assert found.counts == Counts(bad, 1.0)


def test_the_past_as_the_daemon_tells_it(store: Store, configuration: Configuration) -> None:
    past = StoredPast(configuration, store)
    acme = 'shop/tenants{tenant="acme"}'
    for slo_id in ("shop/orders", "shop/whole", "shop/sliced", acme):
        found = past.history(slo_id, 7)
        assert found is not None
        assert found.slo.id == slo_id
        assert [day.whole for day in found.days] == [True] * 7
        assert found.days[-1].remaining_ratio == pytest.approx(
            1 - (read(store, configuration)[slo_id].budget or ErrorBudget(Decimal(1), 1.0)).consumed_ratio
        )
    for slo_id in ("shop/nothing", 'shop/tenants{tenant="gone"}', "shop/tenants{", "*", ""):
        assert past.history(slo_id, 7) is None
    number = store.adjustments.add(OUTAGE)
    found = past.history("shop/orders", 3)
    assert found is not None
    assert [day.adjusted for day in found.days] == [False, True, False]
    assert [record.adjustment.number for record in past.adjustments()] == [number]


def test_many_who_ask_for_the_past_do_not_hold_up_the_rest(store: Store, configuration: Configuration) -> None:
    past = StoredPast(configuration, store)
    with past._turn, pytest.raises(StoreError, match="Ask again in a moment"):
        past.history("shop/orders", 7)
    assert past.history("shop/orders", 7) is not None


def test_which_slos_a_scope_covers(configuration: Configuration) -> None:
    (tenants,) = (slo for slo in configuration.slos if slo.name == "tenants")
    acme = grouped(tenants, (("tenant", "[a-z]*"),))
    for scope in ("*", "shop", "sh*", "shop/tenants", "*/tenants", "shop/*", "shop/tenant?", acme.id):
        assert covers(scope, acme), scope
    for scope in ("", "shop/", "SHOP", "shop/orders", "tenants", 'shop/tenants{tenant="b"}', "shop?/*"):
        assert not covers(scope, acme), scope
