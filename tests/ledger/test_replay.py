"""Replay: what is missing is filled in once, whatever happens meanwhile."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from sloguard.errors import QueryRejectedError
from sloguard.ledger.asking_ahead import Load, ask_ahead
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import CountingPlan, counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.model.series import Sample, Series
from sloguard.model.settings import EvaluationSettings
from sloguard.ports import MetricsSource, Proof
from sloguard.store import Store, open_store
from tests.ledger.conftest import Past, at, slo_of
from tests.ledger.worlds import DAY, DAYS, END, HOUR, START

Answer = TypeVar("Answer")
MINUTE = timedelta(minutes=1)
SCRAPES = timedelta(seconds=15)
JOBS = ("steady", "resets", "churn")


def new_store(tmp_path: Path, name: str = "store") -> Store:
    return open_store(f"sqlite:///{tmp_path}/{name}.db")


def counts(store: Store, job: str, start: int = 0, end: int = END) -> Sequence[tuple[int, int, float, float]]:
    keys = [key for key in store.ledger.marks() if key.slo_id == f"{job}/availability"]
    slices = [part for key in keys for part in store.ledger.slices(key, start, end)]
    return [(part.start, part.seconds, round(part.bad, 6), round(part.total, 6)) for part in slices]


def live(past: Past, store: Store, plan: CountingPlan) -> LiveLedger:
    return LiveLedger(past.client, store.ledger, EvaluationSettings(settle=timedelta(0)), SCRAPES, plan)


def settle(ledger: LiveLedger, store: Store, now: float) -> None:
    settled = ledger.settle(at(now))
    store.ledger.write_ranges(settled.ranges)
    ledger.committed(settled)


def test_an_slo_that_was_away_for_days_is_caught_up_even_if_that_is_interrupted(past: Past, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    left, both = END - 3 * DAY, counting_plan([slo_of("steady"), slo_of("day-and-night")])
    Replay(past.client, store.ledger, MINUTE).run(both, at(END - 4 * DAY), at(left))
    # It is taken out of the file for three days, while the other one is counted on.
    Replay(past.client, store.ledger, MINUTE).run(counting_plan([slo_of("day-and-night")]), at(left), at(END - HOUR))
    ledger = live(past, store, both)
    settle(ledger, store, END - HOUR + 300)
    asked: list[int] = []
    replay = Replay(past.client, store.ledger, MINUTE)
    replay.run(
        both,
        at(END - 4 * DAY),
        at(END - HOUR + 300),
        on_progress=lambda progress: asked.append(progress.done),
        stopped=lambda: asked[-1:] == [4],
    )
    settle(ledger, store, END - HOUR + 600)  # the daemon goes on, dies, and is started again
    again = live(past, store, both)
    settle(again, store, END - HOUR + 720)
    assert replay.run(both, at(END - 4 * DAY), at(END - HOUR + 720)).complete
    assert store.ledger.holes() == {}
    for job in ("steady", "day-and-night"):
        slices = store.ledger.slices(ledger_key(slo_of(job)), END - 4 * DAY, END)
        bad, total = past.truths[job].between(END - 4 * DAY, END - HOUR + 720)
        assert sum(part.seconds for part in slices) == 4 * DAY - HOUR + 720
        assert sum(part.total for part in slices) == total
        assert sum(part.bad for part in slices) == bad
    store.close()


def test_replaying_the_old_before_the_new_leaves_no_hole(past: Past, tmp_path: Path) -> None:
    store, whole = new_store(tmp_path), new_store(tmp_path, "whole")
    plan = counting_plan([slo_of(job) for job in JOBS])
    replay = Replay(past.client, store.ledger, MINUTE)
    replay.run(plan, at(END - 4 * DAY), at(END - 3 * DAY))
    replay.run(plan, at(END - DAY), at(END))
    replay.run(plan, at(END - 4 * DAY), at(END))
    Replay(past.client, whole.ledger, MINUTE).run(plan, at(END - 4 * DAY), at(END))
    for job in JOBS:
        assert sums(store, job) == pytest.approx(sums(whole, job))
        assert sum(part[1] for part in counts(store, job)) == 4 * DAY
    store.close()
    whole.close()


def test_time_that_is_left_out_swallows_nothing_of_what_comes_after_it(past: Past, tmp_path: Path) -> None:
    """Nobody has asked for it: it is no gap in the samples, over which what comes then could be spread."""
    store, plan = new_store(tmp_path), counting_plan([slo_of("steady")])
    replay = Replay(past.client, store.ledger, MINUTE)
    for since, until in ((20, 14), (6, 5), (3, 2)):
        replay.run(plan, at(END - since * HOUR), at(END - until * HOUR))
        for start, end in ((END - since * HOUR, END - until * HOUR), (0, END - until * HOUR - 1)):
            slices = store.ledger.slices(plan.keys[0], start, end)
            assert not any(part.bridged for part in slices)
    replay.run(plan, at(END - 10 * HOUR), at(END - 4 * HOUR))
    replay.run(plan, at(END - 20 * HOUR), at(END))
    assert store.ledger.holes() == {}
    assert sums(store, "steady") == past.truths["steady"].between(END - 20 * HOUR, END)
    assert sum(part[1] for part in counts(store, "steady")) == 20 * HOUR
    store.close()


def sums(store: Store, job: str) -> tuple[float, float]:
    return sum(part[2] for part in counts(store, job)), sum(part[3] for part in counts(store, job))


class Refusing:
    """A Prometheus that refuses some of the past: too many samples, say. It knows how many ask at once."""

    def __init__(self, source: MetricsSource, span: tuple[int, int] = (0, 0)) -> None:
        self._source = source
        self._span = span
        self._lock = threading.Lock()
        self._now = 0
        self.most_at_once = 0

    def on_one_replica(self, work: Callable[[MetricsSource], Answer], proof: Proof | None = None) -> Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        return self._source.query(promql, at)

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        return self._source.query_raw(promql, at)

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        if start.timestamp() < self._span[1] and end.timestamp() > self._span[0]:
            raise QueryRejectedError("would load too many samples")
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return self._source.query_range(promql, start, end, step)
        finally:
            with self._lock:
                self._now -= 1


def test_what_prometheus_refuses_is_asked_for_again_next_time(past: Past, tmp_path: Path) -> None:
    store, plan = new_store(tmp_path), counting_plan([slo_of("steady")])
    refusing = Refusing(past.client, (END - 3 * DAY, END - 2 * DAY))
    outcome = Replay(refusing, store.ledger, MINUTE).run(plan, at(START), at(END))
    assert "too many samples" in outcome.refused[plan.keys[0]]
    known = sum(part[1] for part in counts(store, "steady"))
    assert DAYS * DAY - 2 * DAY < known < DAYS * DAY
    outcome = Replay(past.client, store.ledger, MINUTE).run(plan, at(START), at(END))
    assert not outcome.refused
    assert sum(part[1] for part in counts(store, "steady")) == pytest.approx(DAYS * DAY, abs=HOUR)
    assert sums(store, "steady") == pytest.approx(past.truths["steady"].between(START, END), rel=0.001)
    store.close()


@pytest.mark.parametrize("load", [Load(3), Load(2, timedelta(milliseconds=200))], ids=["at-once", "with-rests"])
def test_however_much_is_asked_at_once_the_same_is_counted(past: Past, tmp_path: Path, load: Load) -> None:
    one, many = new_store(tmp_path, "one"), new_store(tmp_path, "many")
    plan = counting_plan([slo_of(job) for job in (*JOBS, "long-gap")])
    Replay(past.client, one.ledger, MINUTE).run(plan, at(END - 3 * DAY), at(END))
    source = Refusing(past.client)
    Replay(source, many.ledger, MINUTE, load=load).run(plan, at(END - 3 * DAY), at(END))
    assert 1 < source.most_at_once <= load.concurrency
    for job in (*JOBS, "long-gap"):
        assert counts(many, job) == counts(one, job)
    one.close()
    many.close()


def test_answers_come_in_order_and_no_more_is_asked_once_it_is_stopped() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        time.sleep(0.02 / (number + 1))
        return number * number

    answers = list(ask_ahead(ask, range(20), Load(4), lambda: False))
    assert answers == [(number, number * number) for number in range(20)]
    asked.clear()
    seen: list[int] = []
    for number, _ in ask_ahead(ask, range(100), Load(4), lambda: len(seen) >= 3):
        seen.append(number)
    assert seen == [0, 1, 2]
    assert len(asked) <= 3 + 4


def test_a_fault_reaches_the_caller_and_stops_the_asking() -> None:
    def ask(number: int) -> int:
        raise QueryRejectedError(f"number {number}")

    with pytest.raises(QueryRejectedError, match="number 0"):
        list(ask_ahead(ask, range(1000), Load(2), lambda: False))


SLO_YAML = """\
version: 1
prometheus: {{url: "{url}"}}
services:
""" + "".join(
    f"""\
  - name: {job}
    slos:
      - name: availability
        objective: 99
        indicator:
          events:
            bad: 'requests_total{{{{job="{job}",code=~"5.."}}}}'
            total: 'requests_total{{{{job="{job}"}}}}'
"""
    for job in JOBS
)


def command(past: Past, directory: Path, store: str, *more: str) -> list[str]:
    (directory / "slo.yaml").write_text(SLO_YAML.format(url=past.url), encoding="utf-8")
    program = [sys.executable, "-m", "sloguard", "replay", "--config", str(directory / "slo.yaml")]
    return [*program, "--store", f"sqlite:///{directory}/{store}.db", "--since", "4d", "--until", str(END), *more]


def wait_for_rows(store: Store, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while sum(len(counts(store, job)) for job in JOBS) < count:
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_replay_that_is_killed_goes_on_and_counts_nothing_twice(past: Past, tmp_path: Path) -> None:
    whole, killed = new_store(tmp_path, "whole"), new_store(tmp_path, "killed")
    done = subprocess.run(command(past, tmp_path, "whole"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for rows in (1, 1500):
        arguments = command(past, tmp_path, "killed", "--pause", "500ms", "--concurrency", "1")
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_for_rows(killed, rows, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    done = subprocess.run(command(past, tmp_path, "killed"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for job in JOBS:
        assert counts(killed, job) == counts(whole, job)
        bad, total = past.truths[job].between(END - 4 * DAY, END)
        assert sums(whole, job) == pytest.approx((bad, total), rel=0.001)
    whole.close()
    killed.close()


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(past: Past, tmp_path: Path) -> None:
    store = new_store(tmp_path, "interrupted")
    arguments = command(past, tmp_path, "interrupted", "--pause", "1h", "--concurrency", "1", "--format", "json")
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for_rows(store, 1, process)
    process.send_signal(signal.SIGINT)
    answer, words = process.communicate(timeout=30)
    assert process.returncode == 130, words
    assert json.loads(answer)["complete"] is False
    assert "run the same command to go on" in words
    assert "Traceback" not in words
    for job in JOBS:
        slices = counts(store, job)
        truth = past.truths[job].between(slices[0][0], END)
        assert sums(store, job) == pytest.approx(truth, rel=0.001), "whole chunks, nothing else"
    store.close()


@pytest.mark.parametrize(
    ("option", "value"), [("--concurrency", "0"), ("--concurrency", "65"), ("--pause", "soon"), ("--pause", "-1s")]
)
def test_a_load_that_makes_no_sense_is_refused(past: Past, tmp_path: Path, option: str, value: str) -> None:
    arguments = command(past, tmp_path, "refused", option, value)
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert option in done.stderr or value in done.stderr
    assert "Traceback" not in done.stderr
