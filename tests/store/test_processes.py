"""Several processes on one store, and processes that are killed."""

import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from sloguard.ports import CycleOutcome
from sloguard.store import Store, open_store
from tests.support.incidents import NOON, notification

_BEFORE = NOON - timedelta(days=1)


def cycles_in(store: Store) -> tuple[int, ...]:
    """How many cycles each part of the store knows of: slices, alerts, outbox, incidents, journal, firings."""
    wanted = dict.fromkeys(store.ledger.marks(), (0, 10**9))
    per_slo = [len(slices.start) / 5 for _, slices in store.ledger.columns(wanted)]
    assert len(per_slo) == len(wanted)
    assert len(set(per_slo)) <= 1, "some SLOs have more cycles than others"
    ended = [int(key.slo_id.removeprefix("service/")) + 1 for key in store.alerts.alerts()]
    journal = (len(store.alerts.incidents()), len(store.quiet.held_back(NOON, 10**6)), len(store.alerts.fired(_BEFORE)))
    return (int(per_slo[0]) if per_slo else 0, sum(ended), store.outbox.depth()["pending"] // 20, *journal)


def test_cycles_killed_at_any_instant_are_there_once_committed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url).close()
    program = f"""
from sloguard.store import open_store
from tests.store.killed_cycle import outcome
from tests.support.incidents import NOON
store = open_store({url!r})
first = len(store.ledger.slices(next(iter(store.ledger.marks())), 0, 10**9)) // 5 if store.ledger.marks() else 0
for number in range(first, first + 10_000):
    store.alerts.commit_cycle(outcome(number), NOON)
    print(number + 1, flush=True)
"""
    chance = random.Random(1)
    committed = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()  # it is at work
            time.sleep(chance.random() / 2)
            writer.kill()
            told = writer.stdout.read().split()
        committed = int(told[-1]) if told else committed + 1
        store = open_store(url)
        parts = cycles_in(store)
        store.close()
        # What was told is there; the cycle that was being committed is there as a whole or not at all.
        assert set(parts) <= {committed, committed + 1}
        assert len(set(parts)) == 1
        committed = parts[0]


def test_two_processes_never_get_the_same_entry(store: Store, store_url: str) -> None:
    entries = [notification(key=f"k{number % 40}") for number in range(120)]
    store.alerts.commit_cycle(CycleOutcome(notifications=tuple(entries)), NOON)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.claiming", store_url, f"w{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(3)
    ]
    answers = []
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        said, _ = worker.communicate(timeout=120)
        assert worker.returncode == 0
        answers.append([int(number) for number in said.split()])
    ids = [number for answer in answers for number in answer]
    assert sorted(ids) == list(range(1, 121))
