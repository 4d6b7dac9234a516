"""A recount begins anywhere in time, and old time is known in long slices."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.recount import Recount, known_of
from sloguard.ledger.replay import Replay
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store
from tests.ledger.conftest import at, slo_of
from tests.support.scripted import ScriptedSource, events

MINUTE, HOUR, DAY = 60, 3_600, 86_400
END = 1_795_000_000 // DAY * DAY
START = END - 26 * HOUR
SLICE, SCRAPE = timedelta(minutes=1), timedelta(seconds=15)
SLO = slo_of("shop")
PLAN, KEY = counting_plan([SLO]), ledger_key(SLO)


@pytest.mark.parametrize("late", [0, 17])
@pytest.mark.parametrize("shift", [0, 7, 59])
def test_what_crosses_its_beginning_is_counted_once(tmp_path: Path, shift: int, late: int) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    now = END + shift * MINUTE
    gap = range(now - 23 * HOUR, now - 23 * HOUR + late * MINUTE)
    early = ScriptedSource(lambda _, minute: minute not in gap)
    Replay(early, store.ledger, SLICE).run(PLAN, at(START), at(now))
    found = Recount(ScriptedSource(), store.recounts, SLICE, SCRAPE).run(PLAN, at(now - DAY), at(now), at(now))
    assert len(found) == (1 if late else 0)
    slices = store.ledger.slices(KEY, START, now)
    assert all(before.end <= after.start for before, after in pairwise(slices))
    known = known_of(slices)
    assert (known.bad, known.total) == events("shop", START, now)
    assert known.seen_seconds == now - START
    store.close()


def test_what_is_known_as_one_sum_only_is_left_as_it_is(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    whole = Slice(END - DAY, DAY, 1.0, 2.0)
    store.ledger.write_ranges([CountedRange(KEY, whole.start, whole.end, (whole,))])
    since = at(END - 4 * HOUR)
    assert Recount(ScriptedSource(), store.recounts, SLICE, SCRAPE).run(PLAN, since, at(END), at(END)) == ()
    assert store.ledger.slices(KEY, START, END) == [whole]
    store.close()


def test_what_was_never_asked_for_is_no_late_data(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    Replay(ScriptedSource(), store.ledger, SLICE).run(PLAN, at(END - HOUR), at(END))
    assert (
        Recount(ScriptedSource(), store.recounts, SLICE, SCRAPE).run(PLAN, at(END - 2 * HOUR), at(END), at(END)) == ()
    )
    assert store.ledger.marks()[KEY].first == END - HOUR
    store.close()
