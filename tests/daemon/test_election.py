"""Which daemon evaluates: never two, soon another one when it dies, and no clock that is set has a say in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.daemon.election import Election
from sloguard.errors import StoreError
from sloguard.model.lease import Lease, is_free, lease_length
from tests.daemon.leasing import MemoryLease
from tests.support.incidents import NOON

LENGTH = timedelta(seconds=60)
LOOK_SECONDS = 15.0


@dataclass
class Clocks:
    """Of one host."""

    steady: float = 0.0
    wall: datetime = NOON

    def pass_by(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass
class World:
    """Some daemons on one store, each on a host of its own."""

    store: MemoryLease = field(default_factory=MemoryLease)
    clocks: list[Clocks] = field(default_factory=list)
    daemons: list[Election] = field(default_factory=list)

    @classmethod
    def of(cls, count: int) -> "World":
        world = cls()
        for number in range(count):
            clocks = Clocks(1_000.0 * number)
            world.clocks.append(clocks)
            world.daemons.append(_daemon(world.store, clocks))
        return world

    def pass_by(self, seconds: float) -> None:
        for clocks in self.clocks:
            clocks.pass_by(seconds)

    @property
    def leaders(self) -> list[int]:
        return [number for number, daemon in enumerate(self.daemons) if daemon.leadership.leads]

    def tokens(self) -> Sequence[int]:
        return [daemon.held.token for daemon in self.daemons if daemon.held]


def _daemon(store: MemoryLease, clocks: Clocks) -> Election:
    return Election(store, LENGTH, now=lambda: clocks.wall, monotonic=lambda: clocks.steady)


@pytest.mark.parametrize(("interval", "length"), [(1, 6), (2, 6), (5, 15), (15, 45), (20, 60), (30, 60), (3_600, 60)])
def test_a_lease_is_three_intervals_within_bounds(interval: int, length: int) -> None:
    assert lease_length(timedelta(seconds=interval)) == timedelta(seconds=length)


def test_when_a_lease_is_free() -> None:
    held = Lease(1, "a:1:x", 0, NOON, NOON, NOON + LENGTH)
    assert is_free(None, timedelta(0))
    assert is_free(Lease(1, None, 0, NOON, NOON, NOON + LENGTH), timedelta(0))
    assert not is_free(held, LENGTH - timedelta.resolution)
    assert is_free(held, LENGTH)


def test_the_first_one_leads_at_once_and_the_second_one_waits() -> None:
    world = World.of(2)
    first, second = world.daemons
    assert first.look()
    assert second.look() is None
    assert world.leaders == [0]
    assert first.leadership.holder == second.leadership.holder


def test_who_renews_goes_on_for_ever() -> None:
    world = World.of(2)
    for _ in range(50):
        assert world.daemons[0].look()
        assert world.daemons[1].look() is None
        world.pass_by(LOOK_SECONDS)
    assert world.tokens() == [1]


def test_after_a_death_another_one_leads_within_a_length_and_a_look() -> None:
    world = World.of(2)
    world.daemons[0].look()
    waited = 0.0
    while not world.daemons[1].look():
        world.pass_by(1.0)
        waited += 1.0
    assert waited == LENGTH.total_seconds()
    assert world.leaders == [1]


def test_of_one_that_is_surely_dead_the_lease_is_taken_at_once() -> None:
    world = World.of(1)
    held = world.daemons[0].look()
    assert held
    dead: set[str | None] = set()
    neighbour = Election(world.store, LENGTH, gone=dead.__contains__)
    assert neighbour.look() is None
    dead.add(held.holder)
    assert neighbour.look()


def test_what_is_given_back_is_taken_at_once() -> None:
    world = World.of(2)
    world.daemons[0].look()
    world.daemons[1].look()
    world.daemons[0].give_back()
    assert world.leaders == []
    assert world.daemons[1].look()
    world.daemons[0].give_back()
    assert world.leaders == [1]


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_wall_clock_that_is_set_changes_nothing(jump: timedelta) -> None:
    world = World.of(2)
    for which in (0, 1, 0, 1):
        world.daemons[0].look()
        assert world.daemons[1].look() is None
        world.clocks[which].wall += jump
        world.pass_by(LOOK_SECONDS)
    world.daemons[0].look()
    world.pass_by(LENGTH.total_seconds() - 1)
    assert world.daemons[1].look() is None
    world.pass_by(LENGTH.total_seconds())
    assert world.daemons[1].look()


def test_while_the_store_is_away_the_lease_runs_out_and_comes_back_unless_somebody_took_it() -> None:
    world = World.of(2)
    world.daemons[0].look()
    world.daemons[1].look()
    world.store.away = True
    for _ in range(5):
        world.pass_by(LOOK_SECONDS)
        for daemon in world.daemons:
            with pytest.raises(StoreError):
                daemon.look()
    assert world.leaders == []
    world.store.away = False
    assert world.daemons[0].look()
    assert world.daemons[1].look() is None
    assert world.tokens() == [1]


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.integers(0, 2)),
        st.tuples(st.just("pass"), st.integers(0, 45)),
        st.tuples(st.just("give back"), st.integers(0, 2)),
        st.tuples(st.just("set the clock"), st.integers(0, 2)),
        st.tuples(st.just("restart"), st.integers(0, 2)),
        st.tuples(st.just("the store goes or comes"), st.just(0)),
    ),
    max_size=60,
)


@given(_STEPS)
def test_never_two_rely_on_it_and_tokens_only_grow(steps: list[tuple[str, int]]) -> None:
    world, newest = World.of(3), 0
    for what, number in steps:
        if what == "pass":
            world.pass_by(number)
        elif what == "set the clock":
            world.clocks[number].wall += timedelta(days=(-1) ** number * 40)
        elif what == "restart":
            world.daemons[number] = _daemon(world.store, world.clocks[number])
        elif what == "the store goes or comes":
            world.store.away = not world.store.away
        else:
            _try(world.daemons[number], what)
        assert len(world.leaders) <= 1
        token = world.store.lease.token if world.store.lease else 0
        assert token >= newest
        newest = token


def _try(daemon: Election, what: str) -> None:
    try:
        daemon.look() if what == "look" else daemon.give_back()
    except StoreError:
        return


@given(_STEPS)
def test_whatever_happened_one_leads_in_the_end(steps: list[tuple[str, int]]) -> None:
    world = World.of(3)
    for what, number in steps:
        if what == "pass":
            world.pass_by(number)
        elif what in {"look", "give back"}:
            _try(world.daemons[number], what)
    for _ in range(round(2 * LENGTH.total_seconds() / LOOK_SECONDS) + 1):
        for daemon in world.daemons:
            daemon.look()
        world.pass_by(LOOK_SECONDS)
    assert len(world.leaders) == 1
