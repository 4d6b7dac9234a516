"""Killed before any statement of anything that it does to its store, sloguard has done a whole step of it or none."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sloguard.evaluation.history import History, WindowSum
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.recount import known_of
from sloguard.model.measurement import Slice
from sloguard.model.recount import Known, Recounted
from sloguard.ports import LedgerKey, LedgerMark
from sloguard.store import Store, open_store
from tests.store import killed_work, postgres
from tests.store.killed_cycle import outcome
from tests.store.killed_work import (
    COUNTED_FROM,
    DAY,
    HOUR,
    KEPT,
    MINUTE,
    NOW,
    PLAN,
    RECOUNTED_FROM,
    REMOVED,
    REPLAYED_FROM,
)
from tests.store.test_processes import cycles_in
from tests.support.incidents import NOON
from tests.support.killing import Kill, each_death, killer
from tests.support.scripted import events

WINDOWS = (5 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 30 * DAY)
"""All that an SLO may promise, and that end now, at a full hour."""
EXPIRED = NOW // DAY * DAY - 45 * DAY


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    with killer("tests.store.killed_work") as serving:
        yield serving


@dataclass(frozen=True)
class Content:
    """All that the store tells of the ledger."""

    slices: Mapping[LedgerKey, Sequence[Slice]]
    marks: Mapping[LedgerKey, LedgerMark]
    replayed: Mapping[LedgerKey, tuple[int, int]]
    holes: Mapping[LedgerKey, Sequence[tuple[int, int]]]

    @classmethod
    def of(cls, store: Store) -> "Content":
        marks = store.ledger.marks()
        slices = {key: store.ledger.slices(key, 0, NOW + DAY) for key in marks}
        return cls(slices, marks, store.ledger.replayed(), store.ledger.holes())

    def windows(self, key: LedgerKey) -> Sequence[WindowSum]:
        history = History.of(self.slices[key])
        return [history.sum(NOW - length, NOW) for length in WINDOWS]

    def known(self, key: LedgerKey, since: int = 0) -> Known:
        return known_of(part for part in self.slices[key] if part.start >= since)


def prepared(directory: Path, work: str) -> tuple[Path, Content]:
    file = directory / "prepared.db"
    store = open_store(f"sqlite:///{file}")
    getattr(killed_work, f"prepare_{work}")(store)
    content = Content.of(store)
    store.close()
    assert not file.with_name("prepared.db-wal").exists(), "the file alone is the store"
    return file, content


@dataclass
class Course:
    """What was found after each death, and that another run always comes to the same end."""

    work: str
    found: list[Content] = field(default_factory=list)
    ends: list[Content] = field(default_factory=list)

    def note(self, store: Store) -> Content:
        now = Content.of(store)
        if now not in self.found[-1:]:  # one transaction further; in between all deaths are alike
            self.found.append(now)
            getattr(killed_work, self.work)(store)
            self.ends.append(Content.of(store))
        return now

    @property
    def end(self) -> Content:
        assert self.found[-1] == self.ends[-1], "nothing was left to do"
        assert all(end == self.ends[-1] for end in self.ends)
        return self.ends[-1]

    @property
    def counts(self) -> Sequence[int]:
        return [sum(map(len, content.slices.values())) for content in self.found]


def test_a_cycle_is_there_as_a_whole_or_not_at_all(kill: Kill, tmp_path: Path) -> None:
    file, _ = prepared(tmp_path, "cycle")
    deaths = 0
    for killed, store in each_death(kill, "cycle", file):
        assert cycles_in(store) == ((1,) * 6 if killed else (2,) * 6)
        store.alerts.commit_cycle(outcome(1), NOON)  # the store goes on working
        assert cycles_in(store)[:2] == (2, 2)
        deaths += killed
    assert deaths > 8


def check_upkeep(before: Content, now: Content) -> None:
    for key in map(ledger_key, KEPT):
        assert now.windows(key) == before.windows(key)
        is_expired = now.marks[key].first == EXPIRED
        since = EXPIRED if is_expired else COUNTED_FROM
        assert now.known(key) == before.known(key, since), "what is past is gone as a whole, or there"
        assert now.marks[key] == LedgerMark(since, NOW)
        assert now.replayed[key] == (since, NOW)
        neighbours = itertools.pairwise(now.slices[key])
        assert all(one.end == other.start for one, other in neighbours), "all time is there once"


def test_upkeep_changes_no_sum_wherever_it_dies(kill: Kill, tmp_path: Path) -> None:
    file, before = prepared(tmp_path, "upkeep")
    course = Course("upkeep")
    for _, store in each_death(kill, "upkeep", file):
        check_upkeep(before, course.note(store))
    assert course.counts == sorted(course.counts, reverse=True), "each death comes later than the one before"
    assert len(course.counts) > 5, "there were several transactions"
    assert REMOVED not in course.end.marks


@pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL is not installed")
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_upkeep_that_dies_again_and_again_comes_to_its_end(kill: Kill, store: Store, store_url: str) -> None:
    """On PostgreSQL, one store, and each time a statement later."""
    killed_work.prepare_upkeep(store)
    before = Content.of(store)
    deaths = 0
    while kill("upkeep", store_url, deaths + 1):
        deaths += 1
        check_upkeep(before, Content.of(store))
    assert deaths > 8
    course = Course("upkeep")
    check_upkeep(before, course.note(store))
    assert REMOVED not in course.end.marks


def test_a_recount_is_journalled_if_and_only_if_it_is_applied(kill: Kill, tmp_path: Path) -> None:
    file, before = prepared(tmp_path, "recount")
    course = Course("recount")
    for _, store in each_death(kill, "recount", file):
        journal = [record.change for record in store.recounts.recounts(1000)]
        now = course.note(store)
        for key in now.marks:
            check_journal(before.slices[key], now.slices[key], [each for each in journal if each.slo_id == key.slo_id])
        assert len(store.recounts.recounts(1000)) in {len(journal), 4}, "nothing is journalled twice"
    assert len(course.found) == 3, "both late times were found in a transaction of their own"
    for key in course.end.marks:
        known = course.end.known(key)
        assert (known.bad, known.total) == events(key.slo_id.partition("/")[0], RECOUNTED_FROM, NOW)


def check_journal(before: Sequence[Slice], now: Sequence[Slice], journal: Sequence[Recounted]) -> None:
    for change in journal:
        for slices, known in ((before, change.before), (now, change.after)):
            assert known_of(part for part in slices if change.start <= part.start < change.end) == known

    def others(slices: Sequence[Slice]) -> Sequence[Slice]:
        return [part for part in slices if not any(each.start <= part.start < each.end for each in journal)]

    assert others(now) == others(before), "nothing is changed without an entry"


def test_a_chunk_of_replay_is_counted_if_and_only_if_it_is_noted(kill: Kill, tmp_path: Path) -> None:
    file, before = prepared(tmp_path, "replay")
    assert before.holes
    course = Course("replay")
    for _, store in each_death(kill, "replay", file):
        now = course.note(store)
        for key in PLAN.keys:
            check_replayed(now, key)
    assert course.counts == sorted(course.counts)
    assert len(course.counts) > 4
    assert course.end.replayed == dict.fromkeys(PLAN.keys, (REPLAYED_FROM, NOW))
    assert not course.end.holes


def check_replayed(now: Content, key: LedgerKey) -> None:
    """What was asked for is counted, all of it and nothing else."""
    span, holes = now.replayed[key], now.holes.get(key, ())
    job, known = key.slo_id.partition("/")[0], now.known(key)
    for index, counted in enumerate((known.bad, known.total)):
        assert counted == events(job, *span)[index] - sum(events(job, *hole)[index] for hole in holes)
    assert known.seen_seconds == span[1] - span[0] - sum(high - low for low, high in holes)
