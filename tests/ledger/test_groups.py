"""One SLO per tenant, against the truth of each tenant: born late, gone, without the label, with an awkward name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.measure import ObservedSlices
from sloguard.ledger.groups import Places
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import CountingPlan, Increase, counting_plan, group_key, increases_of, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.model.group import Group
from sloguard.model.measurement import Measurement, Slice
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Service, Slo, grouped
from sloguard.model.window import RollingWindow
from sloguard.ports import LedgerMark
from sloguard.promql.bundles import Term, alone
from sloguard.promql.counting import Looked, exceptions_query, increases_query, steady_increases_query
from sloguard.promql.stepwise import steady_query
from sloguard.store import Store, open_store
from tests.ledger.conftest import Past, at, slo_of
from tests.ledger.worlds import AWKWARD, BIRTH, DAY, END, HOUR, START, TENANTS

MINUTE = timedelta(minutes=1)
SCRAPES = timedelta(seconds=15)


def template(*, limit: int = 100, window: timedelta = timedelta(days=30)) -> Slo:
    return replace(slo_of("tenants"), group_by=("tenant",), group_limit=limit, window=RollingWindow(window))


def counted(store: Store, tenant: str, start: int, end: int) -> Sequence[Slice]:
    return store.ledger.slices(ledger_key(grouped(template(), (("tenant", tenant),))), start, end)


def sums(slices: Sequence[Slice]) -> tuple[float, float]:
    return sum(part.bad for part in slices), sum(part.total for part in slices)


def new_store(directory: Path) -> Store:
    return open_store(f"sqlite:///{directory}/store.db")


def names(slos: Sequence[Slo]) -> list[str]:
    return [dict(slo.group).get("tenant", "the template") for slo in slos]


def observed(histories: Histories, slo: Slo, until: int) -> ObservedSlices:
    found = histories.observed(slo, {}, at(until))
    assert isinstance(found, ObservedSlices)
    return found


@pytest.fixture(scope="module")
def replayed(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = new_store(tmp_path_factory.mktemp("groups"))
    outcome = Replay(past.client, store.ledger, MINUTE).run(counting_plan([template()]), at(END - 30 * DAY), at(END))
    assert outcome.complete
    assert not outcome.unseen
    assert set(outcome.left_out.values()) == {0}
    return store


@pytest.mark.parametrize("tenant", TENANTS)
def test_replay_tells_the_truth_of_each_tenant(past: Past, replayed: Store, tenant: str) -> None:
    bad, total = past.tenants[tenant].between(START, END)
    counted_bad, counted_total = sums(counted(replayed, tenant, 0, END))
    assert counted_total == pytest.approx(total, rel=0.001)
    assert counted_bad == pytest.approx(bad, rel=0.001, abs=2)


def test_the_template_has_the_sum(past: Past, replayed: Store) -> None:
    bad, total = sums(replayed.ledger.slices(ledger_key(template()), 0, END))
    each = [sums(counted(replayed, tenant, 0, END)) for tenant in TENANTS]
    assert (bad, total) == pytest.approx((sum(part[0] for part in each), sum(part[1] for part in each)))


def test_the_template_itself_is_observed_as_the_sum(past: Past, replayed: Store) -> None:
    histories = Histories(replayed.ledger, MINUTE)
    histories.load([template()], at(END))
    measured = observed(histories, template(), END).since(at(END - HOUR))
    assert isinstance(measured, Measurement)
    total = sum(truth.between(END - HOUR, END)[1] for truth in past.tenants.values())
    assert measured.counts.total == pytest.approx(total, rel=0.001)


def test_a_tenant_is_covered_for_as_long_as_it_lived(replayed: Store) -> None:
    assert sum(part.seconds for part in counted(replayed, "born-late", 0, END)) == pytest.approx(END - BIRTH, abs=HOUR)
    assert sum(part.seconds for part in counted(replayed, "gone", 0, END)) == pytest.approx(
        END - 3 * DAY - START, abs=HOUR
    )


LIVE = {
    "all-is-steady": (END - 2 * HOUR, END - HOUR),
    "one-is-born": (BIRTH - 1800, BIRTH + 1800),
    "one-goes": (END - 3 * DAY - 1800, END - 3 * DAY + 1800),
    "one-restarts": (START + 50 * HOUR - 1800, START + 50 * HOUR + 1800),
}


@pytest.mark.parametrize("span", LIVE)
def test_counting_live_is_exact_for_each_tenant(past: Past, tmp_path: Path, span: str) -> None:
    store = new_store(tmp_path)
    start, end = LIVE[span]
    settings = EvaluationSettings(settle=timedelta(0))
    ledger = LiveLedger(past.client, store.ledger, settings, SCRAPES, counting_plan([template()]))
    for now in range(start, end + 1, 120):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    for tenant, truth in past.tenants.items():
        assert sums(counted(store, tenant, start, end)) == truth.between(start, end), tenant
    store.close()


def test_the_tail_is_told_apart_too(past: Past, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    plan = counting_plan([template()])
    ledger = LiveLedger(past.client, store.ledger, EvaluationSettings(), SCRAPES, plan)
    now = END - HOUR + 44
    tail = ledger.tail(ledger.settle(at(now)), at(now))
    seen = tail[group_key(plan.keys[0], (("tenant", "acme"),))]
    assert (seen.bad, seen.total) == past.tenants["acme"].between(END - HOUR, now)
    store.close()


@pytest.mark.parametrize(
    ("days", "until", "expected"),
    [
        (30, END, ["", AWKWARD, "acme", "born-late", "errors-late", "gone"]),
        (2, END, ["", AWKWARD, "acme", "born-late", "errors-late"]),
        (2, BIRTH - HOUR, ["", AWKWARD, "acme", "errors-late", "gone"]),
    ],
)
def test_tenants_appear_and_disappear_with_the_data(
    replayed: Store, days: int, until: int, expected: list[str]
) -> None:
    declared = template(window=timedelta(days=days))
    histories = Histories(replayed.ledger, MINUTE)
    histories.load([declared], at(until))
    (service,) = histories.services([Service("tenants", (declared,))], at(until))
    assert names(service.slos) == expected
    assert sum(slo.weight for slo in service.slos) == pytest.approx(declared.weight)
    for slo in service.slos:
        assert observed(histories, slo, until).history.first is not None
        assert observed(histories, slo, until).counted_from == END - 30 * DAY, "all of its time was asked for"


def test_a_template_without_data_stands_for_itself(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    histories = Histories(store.ledger, MINUTE)
    histories.load([template()], at(END))
    assert histories.expanded(template(), at(END)) == (template(),)
    store.close()


def test_at_the_limit_the_first_are_kept_and_the_others_are_counted(past: Past, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    declared = template(limit=3)
    plan = counting_plan([declared])
    outcome = Replay(past.client, store.ledger, MINUTE).run(plan, at(END - 6 * HOUR), at(END - HOUR))
    assert outcome.left_out == {plan.keys[0]: 2}, "of five that are alive"
    settings = EvaluationSettings(settle=timedelta(0))
    ledger = LiveLedger(past.client, store.ledger, settings, SCRAPES, plan)
    settled = ledger.settle(at(END - HOUR + 120))
    store.ledger.write_ranges(settled.ranges)
    assert settled.left_out == {plan.keys[0]: 2}
    histories = Histories(store.ledger, MINUTE)
    histories.load([declared], at(END))
    assert names(histories.expanded(declared, at(END)))[2:] == ["acme"]
    assert not counted(store, "born-late", 0, END)
    total = sums(store.ledger.slices(plan.keys[0], END - HOUR, END - HOUR + 120))[1]
    everybody = [truth.between(END - HOUR, END - HOUR + 120)[1] for truth in past.tenants.values()]
    assert total == sum(everybody), "the template counts those too that have no place"
    store.close()


def test_one_that_had_to_wait_for_its_place_is_marked_approximate(past: Past, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    few, more = template(limit=4), template(limit=5)
    Replay(past.client, store.ledger, MINUTE).run(counting_plan([few]), at(END - 6 * HOUR), at(END - HOUR))
    settings = EvaluationSettings(settle=timedelta(0))
    ledger = LiveLedger(past.client, store.ledger, settings, SCRAPES, counting_plan([more]))
    store.ledger.write_ranges(ledger.settle(at(END - HOUR + 120)).ranges)
    histories = Histories(store.ledger, MINUTE)
    histories.load([more], at(END))
    since = {names([slo])[0]: observed(histories, slo, END).counted_from for slo in histories.expanded(more, at(END))}
    assert since["acme"] == END - 6 * HOUR
    assert since["errors-late"] == END - HOUR
    store.close()


def test_what_is_not_grouped_is_asked_for_as_ever() -> None:
    plain, by_tenant = (alone(Term("x", ("x",), by)) for by in ((), ("tenant", "zone")))
    looked = Looked(MINUTE, SCRAPES)
    assert increases_query([plain], looked) == (
        "sum(((last_over_time(x[5m]) - last_over_time(x[5m] offset 1m) >= 0) "
        "unless (resets(x[1m30s]) > 0)) or last_over_time(x[5m]) + Inf)"
    )
    assert steady_query([plain], MINUTE, SCRAPES) == steady_increases_query([plain], looked)
    increases = [increases_query([bundle], looked) for bundle in (plain, by_tenant)]
    replays = [steady_query([bundle], MINUTE, SCRAPES) for bundle in (plain, by_tenant)]
    for ungrouped_text, text in (increases, replays):
        assert text == ungrouped_text.replace("sum(", "sum by (tenant, zone) (", 1)
    assert exceptions_query([plain], looked) == exceptions_query([by_tenant], looked)
    ungrouped = slo_of("steady")
    assert ledger_key(ungrouped) == ledger_key(replace(ungrouped, group_limit=7))
    assert ledger_key(ungrouped).fingerprint != ledger_key(replace(ungrouped, group_by=("tenant",))).fingerprint


def test_bad_events_of_a_group_without_a_total_show_as_bad() -> None:
    (plan,) = plan_of(100).counters
    (total,), (bad,) = plan.total, plan.measured
    seen = {total: {group("a"): 10.0, group("b"): 5.0}, bad: {group("a"): 1.0, group(""): 3.0, group("idle"): 0.0}}
    assert increases_of(plan, seen) == {
        group("a"): Increase(1.0, 10.0),
        group("b"): Increase(0.0, 5.0),
        group(""): Increase(3.0, 3.0),
    }


def test_an_slo_that_is_not_grouped_is_unseen_without_its_total() -> None:
    (plan,) = counting_plan([slo_of("steady")]).counters
    assert increases_of(plan, {plan.measured[0]: {(): 3.0}}) == {}


def plan_of(limit: int) -> CountingPlan:
    return counting_plan([template(limit=limit)])


def group(name: str) -> Group:
    return (("tenant", name),)


NAMES = st.sets(st.text(max_size=3), max_size=12)


@given(NAMES, NAMES, st.integers(1, 8))
def test_places_are_kept_and_free_ones_given_by_name(known: set[str], seen: set[str], limit: int) -> None:
    plan = plan_of(limit)
    key = plan.keys[0]
    marks = {group_key(key, group(name)): LedgerMark(0, 600) for name in known}
    places = Places(plan, marks, 600)
    kept = places.admitted({key: {group(name): name for name in seen}})
    old = sorted(known)[:limit]
    expected = [*(name for name in old if name in seen), *sorted(seen - set(old))[: limit - len(old)]]
    assert sorted(kept.values()) == sorted(expected)
    assert all(found == group_key(key, group(name)) for found, name in kept.items())
    assert places.left_out == {key: len(seen) - len(expected)}
    assert places.admitted({key: {group(name): name for name in seen}}) == kept, "again the same"


def test_a_group_that_has_not_been_seen_for_the_window_frees_its_place() -> None:
    plan = plan_of(1)
    key = plan.keys[0]
    month = 30 * DAY
    for last, kept in ((600, "new"), (601, "old")):
        places = Places(plan, {group_key(key, group("old")): LedgerMark(0, last)}, 600 + month)
        assert list(places.admitted({key: {group("new"): "new", group("old"): "old"}}).values()) == [kept]
