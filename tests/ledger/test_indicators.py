"""Every kind of indicator against the truth, live and replayed, on a real Prometheus."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.ledger.reporting import stored_status
from sloguard.model.measurement import Slice
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    RatioIndicator,
    Slo,
    ThresholdIndicator,
)
from sloguard.model.window import RollingWindow
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from tests.ledger.conftest import at
from tests.support.engines import ENGINES, PROMETHEUS, VICTORIA_METRICS, engine_with
from tests.support.slos import configuration_of

MINUTE, HOUR = 60, 3_600
END = 1_795_000_000 // HOUR * HOUR
START = END - 4 * HOUR
SCRAPE = 15
BUSY = (START + HOUR, START + 2 * HOUR)
DOWN = (START + 2 * HOUR, START + 2 * HOUR + 10 * MINUTE)
UNKNOWN = (START + 3 * HOUR + MINUTE, START + 3 * HOUR + 6 * MINUTE)
ABSENT = (START + 3 * HOUR + 10 * MINUTE, START + 3 * HOUR + 30 * MINUTE)
LATE = START + 2 * HOUR
"""When the first order of the second shop fails."""


def requests(when: int) -> int:
    """Requests of the scrape interval that ends then, of which one fails."""
    return 100 if BUSY[0] < when <= BUSY[1] else 4


def probe(when: int) -> float | None:
    """One sample a minute; a while without any, and a while with one that says nothing."""
    if ABSENT[0] <= when < ABSENT[1]:
        return None
    if UNKNOWN[0] <= when < UNKNOWN[1]:
        return math.nan
    return 0.0 if DOWN[0] <= when < DOWN[1] else 1.0


# Events of each counter in the scrape interval that ends at an instant.
COUNTERS: dict[str, Callable[[int], int]] = {
    'requests_total{code="200"}': lambda when: requests(when) - 1,
    'requests_total{code="500"}': lambda _: 1,
    'shop_orders_total{region="eu"}': lambda _: 3,
    'shop_failures_total{region="eu"}': lambda _: 1,
    'depot_orders_total{region="eu"}': lambda _: 5,
    'depot_failures_total{region="eu"}': lambda when: 2 if when > LATE else 0,
    'work_seconds_bucket{le="0.25"}': lambda _: 6,
    'work_seconds_bucket{le="0.5"}': lambda _: 9,
    'work_seconds_bucket{le="+Inf"}': lambda _: 10,
    "work_seconds_count": lambda _: 10,
}
DIVIDED = 'sum(rate(requests_total{code="500"}[$window])) / sum(rate(requests_total[$window]))'
UNDIVIDED = f"clamp_max({DIVIDED}, 1)"
GOOD = 'sum(increase(requests_total{code!="500"}[$window])) / sum(increase(requests_total[$window]))'


def lines() -> Iterator[str]:
    values = dict.fromkeys(COUNTERS, 0)
    for when in range(START, END + 1, SCRAPE):
        for series, events in COUNTERS.items():
            values[series] += events(when) if when > START else 0
            if values[series] or not series.startswith("depot_failures") or when > LATE:
                yield f"{series} {values[series]} {when}"
        yield f"backup_timestamp_seconds {START if when < DOWN[0] else DOWN[0]} {when}"
        value = probe(when)
        if when % MINUTE == 0 and value is not None:
            yield f"probe_success {value} {when}"


def slo_of(name: str, indicator: Indicator) -> Slo:
    window = RollingWindow(timedelta(days=30))
    return Slo("shop", name, Decimal("0.99"), window, indicator, AlertPolicy())


FAILURES = ('shop_failures_total{region="eu"}', 'depot_failures_total{region="eu"}')
ORDERS = ('shop_orders_total{region="eu"}', 'depot_orders_total{region="eu"}', "never_seen_total")
SUMMED = slo_of("summed", EventsIndicator(total=ORDERS, bad=FAILURES))
ERROR_RATIO = slo_of("error-ratio", RatioIndicator(error=DIVIDED))
SUCCESS_RATIO = slo_of("success-ratio", RatioIndicator(success=GOOD))
COMPLEMENT = slo_of("complement", RatioIndicator(success=f"1 - ({DIVIDED})"))
SAME_WEIGHT = slo_of("same-weight", RatioIndicator(error=UNDIVIDED))
NO_ERRORS = slo_of("no-errors", RatioIndicator(error=DIVIDED.replace("500", "503")))
NEVER_SEEN = slo_of("never-seen", RatioIndicator(error=DIVIDED.replace("requests_total", "never_total")))
AMBIGUOUS = "sum(rate(requests_total[$window]) + on () rate(requests_total[$window])) / sum(requests_total)"
MISTYPED = slo_of("mistyped", RatioIndicator(error=AMBIGUOUS))
QUARTER, HALF = timedelta(milliseconds=250), timedelta(milliseconds=500)
INTERPOLATED = slo_of(
    "interpolated", LatencyIndicator("work_seconds", "", timedelta(milliseconds=300), neighbours=(QUARTER, HALF))
)
BY_BUCKET = slo_of("by-bucket", LatencyIndicator("work_seconds", "", QUARTER))
PROBE = slo_of("probe", ThresholdIndicator("probe_success", Comparison.EQUALS, Decimal(1)))
FRESHNESS = slo_of(
    "freshness", ThresholdIndicator("time() - backup_timestamp_seconds", Comparison.BELOW, Decimal(5_400))
)
SLOS = (
    *(SUMMED, ERROR_RATIO, SUCCESS_RATIO, COMPLEMENT, SAME_WEIGHT, NO_ERRORS, NEVER_SEEN, MISTYPED),
    *(INTERPOLATED, BY_BUCKET, PROBE, FRESHNESS),
)


def truth(series: str, start: int, end: int) -> int:
    return sum(COUNTERS[series](when) for when in range(start + SCRAPE, end + 1, SCRAPE) if when > START)


def expected(slo: Slo, start: int, end: int) -> tuple[float, float]:
    """Bad and total events between two instants in which every SLO was seen."""
    slices = (end - start) // MINUTE
    ends = range(start + MINUTE, end + 1, MINUTE)
    failed, fine = (truth(f'requests_total{{code="{code}"}}', start, end) for code in ("500", "200"))
    requested = (failed, failed + fine)
    failures, orders = (sum(truth(each, start, end) for each in some) for some in (FAILURES, ORDERS[:2]))
    backups = {when: START if when < DOWN[0] else DOWN[0] for when in ends}
    return {
        SUMMED.name: (failures, orders),
        ERROR_RATIO.name: requested,
        SUCCESS_RATIO.name: requested,
        COMPLEMENT.name: requested,
        NO_ERRORS.name: (0, failed + fine),
        SAME_WEIGHT.name: (sum(1 / requests(when) for when in ends), slices),
        INTERPOLATED.name: (slices * 4 * (10 - 6 - 0.2 * 3), slices * 4 * 10),
        BY_BUCKET.name: (slices * 4 * 4, slices * 4 * 10),
        PROBE.name: (sum(probe(when) == 0 for when in ends), slices),
        FRESHNESS.name: (sum(when - backup >= 5_400 for when, backup in backups.items()), slices),
    }[slo.name]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[PrometheusClient]:
    directory: Path = tmp_path_factory.mktemp("kinds")
    with engine_with(engine, directory, lines()) as url, PrometheusClient(PrometheusSettings(url=url)) as client:
        yield client


@pytest.fixture(params=["slices", "hours"], scope="module")
def replayed(
    client: PrometheusClient, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Store:
    """Replayed in slices as the recent past is, and in steps of an hour as the older one is."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/store.db")
    until = END if request.param == "slices" else END + 4 * 24 * HOUR
    outcome = Replay(client, store.ledger, timedelta(minutes=1)).run(counting_plan(SLOS), at(START), at(until))
    assert set(outcome.refused) == {ledger_key(MISTYPED)}
    assert outcome.unseen == {ledger_key(NEVER_SEEN)}
    return store


def counted(store: Store, slo: Slo, start: int, end: int) -> Sequence[Slice]:
    return store.ledger.slices(ledger_key(slo), start, end)


def events(slices: Sequence[Slice]) -> tuple[float, float]:
    return sum(part.bad for part in slices), sum(part.total for part in slices)


SEEN = [slo for slo in SLOS if slo not in {NEVER_SEEN, MISTYPED}]


@pytest.mark.parametrize("slo", SEEN, ids=lambda slo: slo.name)
def test_replay_tells_the_truth(replayed: Store, slo: Slo) -> None:
    end = START + 3 * HOUR
    assert events(counted(replayed, slo, START, end)) == pytest.approx(expected(slo, START, end), rel=0.001)


@pytest.mark.parametrize("slo", SEEN, ids=lambda slo: slo.name)
def test_counting_live_tells_the_same(client: PrometheusClient, tmp_path: Path, slo: Slo) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo])
    ledger = LiveLedger(client, store.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=SCRAPE), plan)
    start, end = BUSY[1] - 10 * MINUTE, BUSY[1] + 10 * MINUTE
    for now in range(start, end + 1, MINUTE):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    assert events(counted(store, slo, start, end)) == pytest.approx(expected(slo, start, end), rel=0.001)
    (tail,) = ledger.tail(settled, at(end + 30)).values()
    weighs_as_a_whole = slo in {SAME_WEIGHT, PROBE, FRESHNESS}
    assert tail.total == pytest.approx(expected(slo, end, end + MINUTE)[1] / (1 if weighs_as_a_whole else 2))
    store.close()


def test_slices_weigh_as_much_as_they_had_traffic(replayed: Store) -> None:
    """One of a hundred fails in the busy hour, one of four in the others."""
    weighted, plain = (events(counted(replayed, slo, START, START + 3 * HOUR)) for slo in (ERROR_RATIO, SAME_WEIGHT))
    assert weighted[0] / weighted[1] == pytest.approx(3 / 108, rel=0.001)
    assert plain[0] / plain[1] == pytest.approx((0.25 + 0.01 + 0.25) / 3, rel=0.001)


def test_a_step_of_which_something_is_missing_covers_only_what_was_seen(engine: str, replayed: Store) -> None:
    # To VictoriaMetrics NaN is no sample, and in a range query one stands for its scrape interval, not for 5 minutes.
    missing = {PROMETHEUS: 5 + 15, VICTORIA_METRICS: 4 + 19}[engine] * MINUTE
    whole, gappy = (counted(replayed, slo, START + 3 * HOUR, END) for slo in (FRESHNESS, PROBE))
    assert sum(part.seconds for part in whole) == HOUR
    assert sum(part.seconds for part in gappy) == MINUTE * sum(part.total for part in gappy)
    assert sum(part.seconds for part in gappy) == pytest.approx(HOUR - missing, abs=MINUTE)


def test_status_tells_what_is_approximate(replayed: Store) -> None:
    estimated, exact = {ERROR_RATIO, SAME_WEIGHT, INTERPOLATED}, {SUMMED, BY_BUCKET, FRESHNESS}
    # A window that reaches back beyond what was replayed would be approximate by itself.
    slos = [replace(slo, window=RollingWindow(timedelta(hours=2))) for slo in (*estimated, *exact)]
    report = stored_status(configuration_of(*slos), replayed, at(END))
    found = {slo.name for service in report.services for slo in service.slos if slo.approximate}
    assert found == {slo.name for slo in estimated}


def test_what_nobody_looked_at_is_no_data_and_is_not_bridged(
    engine: str, client: PrometheusClient, tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([PROBE])
    Replay(client, store.ledger, timedelta(minutes=1)).run(plan, at(START), at(END))
    live = open_store(f"sqlite:///{tmp_path}/live.db")
    ledger = LiveLedger(client, live.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(minutes=1), plan)
    for now in range(START + 3 * HOUR - 5 * MINUTE, END + 1, MINUTE):
        settled = ledger.settle(at(now))
        live.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    for found in (store, live):
        slices = counted(found, PROBE, START + 3 * HOUR, END)
        starts = [part.start for part in slices]
        assert not any(part.bridged for part in slices)
        assert events(slices)[0] == 0
        # The verdict of a slice is that of its end; a sample stands for five minutes, and NaN for none.
        unseen = {start for start in range(START + 3 * HOUR, END, MINUTE) if start not in starts}
        nan = set(range(UNKNOWN[0] - MINUTE, UNKNOWN[1] - MINUTE, MINUTE))
        absent = set(range(ABSENT[0] + 4 * MINUTE, ABSENT[1] - MINUTE, MINUTE))
        assert absent <= unseen
        if engine == PROMETHEUS:
            assert nan <= unseen
            assert len(unseen - nan - absent) <= 1
        found.close()
