"""The same past, counted live with accidents and replayed in one go, has the same counts."""

import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.errors import PrometheusUnavailableError
from sloguard.ledger.batches import TermAsker
from sloguard.ledger.chunk_counting import ChunkCounter
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CountingPlan, counting_plan, ledger_key, summed
from sloguard.ledger.replay import Replay
from sloguard.model.measurement import Slice
from sloguard.model.series import Sample, Series
from sloguard.model.settings import EvaluationSettings
from sloguard.store import Store, open_store
from tests.ledger.conftest import Past, at, slo_of
from tests.ledger.test_replay import Refusing
from tests.ledger.worlds import BIRTH, END, HALF, HOUR, OUTAGE, START
from tests.support.engines import VICTORIA_METRICS

MINUTE = timedelta(minutes=1)
SPANS = {
    "resets": START + 35 * HOUR,
    "churn": START + 30 * HOUR,
    "errors-born-late": BIRTH,
    "label-added": HALF // HOUR * HOUR,
    "renamed-and-goes-on": HALF // HOUR * HOUR,
    "renamed-and-restarted": HALF // HOUR * HOUR,
    "crash-loop": OUTAGE[0],
    "all-at-once": START + 50 * HOUR,
    "histogram": OUTAGE[0],
}
"""Where something happens: an hour before and an hour after it are lived through."""


class Failing(Refusing):
    """A Prometheus that is away now and then."""

    away = False

    def query(self, promql: str, at: "object") -> Sequence[Sample]:
        self._fail()
        return super().query(promql, at)  # type: ignore[arg-type]

    def query_raw(self, promql: str, at: "object") -> Sequence[Series]:
        self._fail()
        return super().query_raw(promql, at)  # type: ignore[arg-type]

    def _fail(self) -> None:
        if self.away:
            raise PrometheusUnavailableError("it is away")


def lived(past: Past, store: Store, plan: CountingPlan, span: tuple[int, int], chance: random.Random) -> None:
    """Count live, cycle by cycle: late, not at all, without Prometheus, with restarts, with a clock that jumps."""
    source = Failing(past.client)

    def started() -> LiveLedger:
        return LiveLedger(source, store.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=15), plan)

    ledger = started()
    now = float(span[0])
    while True:
        source.away = chance.random() < 0.2 and span[0] < now < span[1]
        ahead = 600 if chance.random() < 0.05 and now < span[1] - 900 else 0
        try:
            settled = ledger.settle(at(min(now + ahead, span[1])))
        except PrometheusUnavailableError:
            pass
        else:
            if chance.random() < 0.1 and now < span[1]:
                ledger = started()  # it dies before it has committed
            else:
                store.ledger.write_ranges(settled.ranges)
                ledger.committed(settled)
        if now >= span[1]:
            return
        if chance.random() < 0.1:
            ledger = started()
        pause = chance.choice((30, 61, 90, 200, 900)) + chance.random() * 20
        now = min(now + pause, float(span[1]))


def hourly(slices: Sequence[Slice], span: tuple[int, int]) -> list[tuple[float, float, int]]:
    return [
        (
            round(sum(part.bad for part in slices if start <= part.start < start + HOUR), 6),
            round(sum(part.total for part in slices if start <= part.start < start + HOUR), 6),
            sum(part.seconds for part in slices if start <= part.start < start + HOUR),
        )
        for start in range(*span, HOUR)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_live_equals_replayed(past: Past, tmp_path: Path, seed: int) -> None:
    for job, event in list(SPANS.items())[seed % 3 :: 3]:
        plan, key = counting_plan([slo_of(job)]), ledger_key(slo_of(job))
        span = (event - HOUR, event + HOUR)
        assert span[1] <= END
        live = open_store(f"sqlite:///{tmp_path}/{job}-live.db")
        lived(past, live, plan, span, random.Random(f"{seed} {job}"))
        replayed = open_store(f"sqlite:///{tmp_path}/{job}-replayed.db")
        Replay(past.client, replayed.ledger, MINUTE).run(plan, at(span[0]), at(span[1]))
        found, expected = (store.ledger.slices(key, *span) for store in (live, replayed))
        # VictoriaMetrics sees a reset at the very edge of a window otherwise; a crash loop has hundreds of them.
        slack = 1 if past.engine == VICTORIA_METRICS and job == "crash-loop" else 0
        for one, other in zip(hourly(found, span), hourly(expected, span), strict=True):
            assert one == pytest.approx(other, abs=slack, rel=0), job
        bad, total = past.truths[job].between(*span)
        assert sum(part.total for part in found) == pytest.approx(total, rel=0.002, abs=60), job
        assert sum(part.bad for part in found) == pytest.approx(bad, rel=0.01, abs=3), job
        live.close()
        replayed.close()


def test_an_hour_counts_the_same_in_one_step_as_in_sixty_slices(past: Past) -> None:
    plan = counting_plan([slo_of(job) for job in SPANS])
    counter = ChunkCounter(past.client, MINUTE, timedelta(seconds=15))
    for job, event in SPANS.items():
        (key,) = (key for key in plan.keys if key.slo_id.startswith(f"{job}/"))
        start, end = event - HOUR, event + HOUR
        only = plan.only([key])
        hours, slices = (
            counter.count(only, TermAsker(only.terms), Chunk(start, end, step)).steps[key] for step in (HOUR, 60)
        )
        assert (len(hours), len(slices)) == (2, 120), job
        for hour in hours:
            within = [step.increase for step in slices if hour.start <= step.start < hour.end]
            assert hour.increase == summed(within), job
