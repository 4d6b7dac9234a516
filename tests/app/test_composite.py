"""Composites and timeslices through the whole path: file, ledger, status; and what is generated for them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sloguard.dashboards import dashboard_files
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.reporting import stored_status
from sloguard.model.measurement import Slice
from sloguard.model.settings import Configuration
from sloguard.model.status import SloState, SloStatus
from sloguard.ports import CountedRange
from sloguard.rules import rule_files
from sloguard.store import open_store
from tests.config.texts import configuration_of, loaded
from tests.support.promtool import check_rules

FILE = """version: 1
services:
  - name: shop
    window: 7d
    runbook_url: https://runbooks.example.com/shop
    slos:
      - {name: orders, objective: 99, indicator: {events: {bad: a_total, total: b_total}}}
      - {name: search, objective: 99, indicator: {events: {bad: c_total, total: d_total}}}
      - name: sliced
        objective: 99
        budgeting: {method: timeslices, slice: 1h, objective: 96}
        alerting: {tiers: [{severity: page, long: 1d, short: 2h, factor: 6}]}
        indicator: {events: {bad: c_total, total: d_total}}
      - name: whole
        objective: 99
        window: 28d
        indicator: {composite: {members: [{slo: orders, weight: 2}, {slo: search}], missing: MISSING}}
"""
HOUR = 3_600
NOW = datetime(2026, 11, 22, tzinfo=UTC)
END = int(NOW.timestamp())


def read(missing: str = "no_data") -> Configuration:
    return configuration_of(loaded(FILE.replace("MISSING", missing)))


def statuses(tmp_path: Path, configuration: Configuration, bad: dict[str, float]) -> dict[str, SloStatus]:
    """Of SLOs that have had 100 events in each hour of 30 days, so many of them bad."""
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    start = END - 30 * 24 * HOUR
    for slo in configuration.slos:
        if slo.name in bad:
            slices = tuple(Slice(at, HOUR, bad[slo.name], 100.0) for at in range(start, END, HOUR))
            store.ledger.write_ranges([CountedRange(ledger_key(slo), start, END, slices)])
        else:
            store.ledger.write_replayed([], {ledger_key(slo): (start, END)})
    report = stored_status(configuration, store, NOW)
    store.close()
    return {slo.name: slo for slo in report.slos}


def test_a_composite_is_measured_over_its_own_window(tmp_path: Path) -> None:
    found = statuses(tmp_path, read(), {"orders": 0.5, "search": 2.0, "sliced": 5.0})
    whole = found["whole"]
    assert whole.counts is not None
    assert whole.counts.total == 2 * 28 * 24 * 100, "longer than the windows of its members"
    assert whole.success_ratio == pytest.approx(1 - (2 * 0.005 + 0.02) / 3)
    assert whole.budget is not None
    assert whole.budget.consumed_ratio == pytest.approx(1.0)
    assert whole.watermark_at == NOW
    assert whole.health_score is not None


def test_slices_of_time_are_what_is_counted(tmp_path: Path) -> None:
    sliced = statuses(tmp_path, read(), {"sliced": 5.0})["sliced"]
    assert sliced.counts is not None
    assert (sliced.counts.bad, sliced.counts.total) == (7 * 24, 7 * 24)
    assert sliced.state is SloState.EXHAUSTED


@pytest.mark.parametrize(
    ("missing", "success"), [("no_data", None), ("ignore", 0.995), ("bad", 1 - (2 * 0.005 + 1) / 3)]
)
def test_a_member_that_was_never_seen(tmp_path: Path, missing: str, success: float | None) -> None:
    whole = statuses(tmp_path, read(missing), {"orders": 0.5})["whole"]
    assert (whole.state is SloState.NO_DATA) == (success is None)
    assert whole.success_ratio == (None if success is None else pytest.approx(success))


def test_nothing_is_counted_for_a_composite_itself() -> None:
    configuration = read()
    plan = counting_plan(configuration.slos)
    assert [key.slo_id for key in plan.keys] == ["shop/orders", "shop/search", "shop/sliced"]
    assert list(plan.longest_steps.values()) == [HOUR]


def test_rules_leave_them_out_and_dashboards_show_them(tmp_path: Path) -> None:
    configuration = read()
    (rules,) = rule_files(configuration).values()
    assert "# Without rules: whole, because its members are measured and weighed by the daemon." in rules
    assert "# Without rules: sliced, because" in rules
    assert "shop/whole" not in rules
    assert "SUCCESS" in check_rules(rules, tmp_path)
    boards = "".join(dashboard_files(configuration).values())
    assert "shop/whole" in boards
    assert "shop/sliced" in boards
