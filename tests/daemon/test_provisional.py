"""When the daemon asks for provisional numbers, and that it takes no harm where it gets none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sloguard.daemon.provisional import ASK_INTERVAL, Provisionally, provisional_chore
from sloguard.errors import PrometheusUnavailableError, QueryRejectedError
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.provisional import ProvisionalCounting
from sloguard.ledger.replaying import Replaying
from sloguard.model.policy import AlertPolicy
from sloguard.model.series import Sample
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.store import Store, open_store

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
END = int(NOW.timestamp())
LOOK = timedelta(seconds=5)
MONTH = timedelta(days=30)
SLO = Slo(
    "shop",
    "orders",
    Decimal("0.99"),
    RollingWindow(MONTH),
    EventsIndicator(total=("orders_total",), bad=("orders_failed_total",)),
    AlertPolicy(),
)
KEY = ledger_key(SLO)


@dataclass
class Source:
    """Says 1 bad of 100, or fails."""

    error: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:  # noqa: ARG002 - whenever it is
        self.asked.append(promql)
        if self.error is not None:
            raise self.error
        return [Sample({"sloguard_term": "0"}, 1.0), Sample({"sloguard_term": "1"}, 100.0)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def provisionally(store: Store, source: Source) -> Provisionally:
    counting = ProvisionalCounting(source, store.provisional)
    replaying = Replaying(store.ledger, store.provisional, [SLO])
    return Provisionally(counting, replaying, store.provisional, (SLO,), lambda: False)


def replay(store: Store, ratio: float) -> None:
    """So much of the window is replayed, and a little more: the window goes on."""
    store.ledger.write_replayed([], {KEY: (END - round(ratio * MONTH.total_seconds()), END)})


def test_it_asks_where_replay_does_not_get_on(store: Store) -> None:
    source = Source()
    job = provisionally(store, source)
    job.run(NOW)
    assert not source.asked, "the pace is not known yet"
    job.run(NOW + LOOK)
    assert len(source.asked) == 1
    counts = store.provisional.provisional()[KEY].counts
    assert counts is not None
    assert (counts.bad, counts.total) == (1.0, 100.0)


@pytest.mark.parametrize(("ratio", "asks"), [(0.5, False), (0.05, True)])
def test_it_does_not_ask_for_what_is_replayed_in_a_moment(store: Store, ratio: float, *, asks: bool) -> None:
    source = Source()
    job = provisionally(store, source)
    job.run(NOW)
    replay(store, ratio)
    job.run(NOW + LOOK)
    assert bool(source.asked) is asks


def test_it_asks_again_every_ten_minutes_until_all_is_replayed_and_then_no_more(store: Store) -> None:
    source = Source()
    job = provisionally(store, source)
    for seconds in range(0, 1300, 5):
        job.run(NOW + timedelta(seconds=seconds))
    assert len(source.asked) == 3
    replay(store, 1.0)
    job.run(NOW + 4 * ASK_INTERVAL)
    assert store.provisional.provisional() == {}
    store.close()
    (Path(store.engine.url.database or "")).unlink()
    job.run(NOW + 9 * ASK_INTERVAL)
    assert len(source.asked) == 3


def test_a_daemon_that_is_started_anew_asks_anew(store: Store) -> None:
    source = Source()
    for start in (NOW, NOW + timedelta(minutes=1)):
        job = provisionally(store, source)
        job.run(start)
        job.run(start + LOOK)
    assert len(source.asked) == 2
    assert store.provisional.provisional()[KEY].asked_at == NOW + timedelta(minutes=1) + LOOK


def test_a_prometheus_that_is_away_is_told_of_once_and_changes_nothing(store: Store) -> None:
    replay(store, 0.1)
    before = store.ledger.marks(), store.ledger.replayed(), store.ledger.holes()
    job = provisionally(store, Source(PrometheusUnavailableError("It is away.")))
    with capture_logs() as logs:
        for number in range(4):
            job.run(NOW + number * ASK_INTERVAL)
    assert [(each["event"], each["error"]) for each in logs] == [("provisional_numbers_unknown", "It is away.")]
    assert store.provisional.provisional() == {}
    assert (store.ledger.marks(), store.ledger.replayed(), store.ledger.holes()) == before


def test_what_prometheus_refuses_is_named_once(store: Store) -> None:
    source = Source(QueryRejectedError("Too many samples."))
    job = provisionally(store, source)
    with capture_logs() as logs:
        for number in range(4):
            job.run(NOW + number * ASK_INTERVAL)
    (said,) = logs
    assert (said["event"], said["slos"], said["slo"]) == ("provisional_numbers_refused", 1, "shop/orders")
    assert "Too many samples." in said["reason"]


def test_the_chore_looks_from_the_start_on(store: Store) -> None:
    chore = provisional_chore(provisionally(store, Source()))
    assert (chore.name, chore.interval, chore.delay) == ("provisional", LOOK, timedelta(0))
