"""A clock that jumps around evaluations. Prometheus' samples bear its own clock's times, and none is of the future."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.recount import Recount, known_of
from sloguard.ledger.replay import Replay
from sloguard.model.settings import EvaluationSettings
from sloguard.store import Store, open_store
from tests.ledger.conftest import at, slo_of
from tests.support.scripted import ScriptedSource, events

MINUTE, HOUR, DAY = 60, 3_600, 86_400
START = 1_795_000_000 // DAY * DAY
SLICE, SCRAPE = timedelta(minutes=1), timedelta(seconds=15)
SLO = slo_of("shop")
PLAN = counting_plan([SLO])
KEY = ledger_key(SLO)
CYCLE = 30


class Daemon:
    """The counting half of a daemon, whose clock may be wrong."""

    def __init__(self, store: Store, source: ScriptedSource) -> None:
        self.store = store
        self.source = source
        self.start()

    def start(self) -> None:
        self.ledger = LiveLedger(self.source, self.store.ledger, EvaluationSettings(), SCRAPE, PLAN)

    def live(self, times: Iterable[int], *, ahead: int = 0) -> None:
        for now in times:
            self.source.now = now
            settled = self.ledger.settle(at(now + ahead))
            self.ledger.tail(settled, at(now + ahead))
            self.store.ledger.write_ranges(settled.ranges)
            self.ledger.committed(settled)

    def replay(self, now: int) -> None:
        """What it does when it has started."""
        self.source.now = now
        Replay(self.source, self.store.ledger, SLICE).run(PLAN, at(now - 3 * DAY), at(now))

    def recount(self, now: int) -> None:
        Recount(self.source, self.store.recounts, SLICE, SCRAPE).run(PLAN, at(now - HOUR), at(now), at(now))


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    return Daemon(open_store(f"sqlite:///{tmp_path}/store.db"), ScriptedSource())


def is_exact(store: Store, start: int, end: int) -> bool:
    known = known_of(store.ledger.slices(KEY, start, end))
    return (known.bad, known.total, known.seen_seconds) == (*events("shop", start, end), end - start)


@pytest.mark.parametrize("ahead", [45, 3 * HOUR, 30 * DAY, -45, -3 * HOUR])
@pytest.mark.parametrize("cycles", [1, 12])
def test_what_was_counted_by_a_wrong_clock_is_put_right(daemon: Daemon, ahead: int, cycles: int) -> None:
    wrong, right, end = START + 600, START + 600 + cycles * CYCLE, START + 25 * MINUTE
    daemon.live(range(START, wrong, CYCLE))
    daemon.live(range(wrong, right, CYCLE), ahead=ahead)
    daemon.live(range(right, end + MINUTE, CYCLE))
    daemon.recount(end)
    assert is_exact(daemon.store, START, end)
    daemon.store.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_after_a_clock_was_ahead_an_absence_is_caught_up(daemon: Daemon, restarted: bool) -> None:
    """What was asked of the future was not answered, and is asked again when it is there."""
    daemon.live(range(START, START + 600, CYCLE))
    daemon.live([START + 600], ahead=30 * DAY)
    if restarted:
        daemon.start()
    daemon.live(range(START + 630, START + 1200, CYCLE))
    back = START + 2 * DAY
    daemon.start()
    daemon.live([back])
    daemon.replay(back)
    end = back - MINUTE
    assert is_exact(daemon.store, START, end)
    daemon.store.close()


def test_a_clock_that_was_behind_has_nothing_counted_again(daemon: Daemon) -> None:
    """Prometheus may have forgotten since what the ledger knows."""
    daemon.live(range(START, START + 1200, CYCLE))
    daemon.replay(START + 1200)
    known = daemon.store.ledger.slices(KEY, 0, START + DAY)
    daemon.source.is_known = lambda _, minute: minute >= START + 900
    daemon.start()
    daemon.live([START + 1200], ahead=-2 * DAY)
    daemon.start()
    daemon.live([START + 1230])
    daemon.replay(START + 1230)
    found = daemon.store.ledger.slices(KEY, 0, START + DAY)
    assert found[: len(known)] == known
    assert daemon.store.ledger.holes() == {}
    daemon.store.close()
