"""A database that goes away in the middle of a cycle: nothing is lost, and nothing is there twice."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from sloguard.errors import StoreError
from sloguard.ports import CycleOutcome
from sloguard.store import open_store
from tests.store import postgres
from tests.store.killed_cycle import outcome
from tests.store.test_processes import cycles_in
from tests.support.incidents import NOON


def cycle(number: int) -> CycleOutcome:
    whole = outcome(number)
    return replace(whole, ranges=whole.ranges[:5])


@pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL is not installed")
def test_postgresql_is_restarted_before_a_statement_of_a_cycle() -> None:
    with postgres.server_of_its_own() as server:
        store = open_store(server.url)
        store.alerts.commit_cycle(cycle(0), NOON)
        seen, fatal = 0, 0

        def step(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == fatal:
                server.restart()

        event.listen(store.engine, "before_cursor_execute", step)
        event.listen(store.engine, "commit", step)
        store.alerts.commit_cycle(cycle(1), NOON)
        statements, done = seen, 2
        for last in (1, statements // 2, statements):
            seen, fatal = 0, last
            with pytest.raises(StoreError, match="could not be used"):
                store.alerts.commit_cycle(cycle(done), NOON)
            fatal = 0
            assert cycles_in(store) == (done,) * 6, "the cycle is not there at all"
            store.alerts.commit_cycle(cycle(done), NOON)  # the same cycle again, by the same process
            done += 1
            assert cycles_in(store) == (done,) * 6
        store.close()
