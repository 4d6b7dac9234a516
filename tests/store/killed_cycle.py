"""Run as a program: commits a cycle and kills itself, as kill -9 would, before its n-th statement, for each n.

Usage: killed_cycle.py DIRECTORY. Leaves a store for each n; prints how many there are. Before the last one's cycle
nothing kills.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from sloguard.model.alert import AlertKey, AlertRecord
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.told import HeldBack
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from sloguard.store import Store, open_store
from tests.store.test_ledger import minutes
from tests.support.incidents import NOON, notification, record, told

_MOST_STATEMENTS = 100


def outcome(number: int) -> CycleOutcome:
    """The cycle with this number: counts of 300 SLOs, an alert that changes, one that goes, and notifications."""
    keys = [LedgerKey(f"service/{slo}", "f") for slo in range(300)]
    start = 300 * number
    ranges = tuple(CountedRange(key, start, start + 300, minutes(5 * number, 5, total=number)) for key in keys)
    key = AlertKey(f"service/{number}")
    held = HeldBack(NOON, key, Severity.PAGE, Quiet(QuietReason.SILENCED, "7"))
    return CycleOutcome(
        ranges,
        alerts(number),
        tuple(notification() for _ in range(20)),
        {("slack.oncall", key): told(key.slo_id)},
        held_back=(held,),
        fired=(key,),
        taken_up=(key,),
    )


def alerts(number: int) -> dict[AlertKey, AlertRecord | None]:
    fires = {AlertKey(f"service/{number}"): record()}
    return {**fires, AlertKey(f"service/{number - 1}"): None} if number else {**fires}


def commit_and_die(store: Store, before_statement: int) -> None:
    seen = 0

    def step(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == before_statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(store.engine, "before_cursor_execute", step)
    event.listen(store.engine, "commit", step)
    store.alerts.commit_cycle(outcome(1), NOON)


def main(directory: Path) -> None:
    for number in range(1, _MOST_STATEMENTS):
        child = os.fork()
        if child == 0:
            store = open_store(f"sqlite:///{directory / f'{number}.db'}")
            store.alerts.commit_cycle(outcome(0), NOON)
            commit_and_die(store, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            sys.stdout.write(f"{number}\n")
            return
    sys.exit("the cycle never ended")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
