"""Histories of counters whose true number of events is known: written as OpenMetrics, counted by simulation."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Rate = Callable[[float], float]
"""Events a second at an instant (Unix seconds)."""


@dataclass(frozen=True, slots=True)
class Pod:
    """One process: it lives from `born` until `died`, restarts at `restarts`, and exports its own counters."""

    name: str
    born: float
    died: float
    restarts: tuple[float, ...] = ()
    initial: int = 0
    """Events it had counted before the history begins."""
    relabelled: tuple[float, str] | None = None
    """From an instant on its series have these labels instead of `instance="name"`; its counters go on."""

    def target_labels(self, at: float) -> str:
        if self.relabelled is not None and at >= self.relabelled[0]:
            return self.relabelled[1]
        return f'instance="{self.name}"'


@dataclass(frozen=True, slots=True)
class World:
    """A service as it was, and how Prometheus looked at it."""

    start: int
    end: int
    pods: Sequence[Pod]
    requests: Rate
    """Per pod."""
    error_ratio: Rate
    errors_from: float = 0.0
    """Before this instant no error has happened, and the error series does not exist."""
    shows_zero: bool = False
    """Each process shows its error series before its first error. Where one does not, a restart between two errors
    goes unseen: 1, nothing, 1 again looks like one error."""
    scrape_interval: int = 15
    blind: tuple[tuple[float, float], ...] = ()
    """When Prometheus was down."""
    missed_ratio: float = 0.0
    nan: tuple[float, float] | None = None
    """When the first pod's counters show NaN."""
    jitter_seconds: float = 0.0
    """A scrape may be so late."""
    histogram: bool = False
    """Its counters are buckets: `seconds_bucket{le="0.3"}` of good ones, `seconds_count` of all."""
    job: str = "shop"
    seed: int = 1
    labels: str = ""
    """More labels of its series, as `,tenant="acme"`."""


@dataclass(slots=True)
class Truth:
    """Events by the second-resolution end of the scrape interval in which they happened."""

    bad: list[tuple[float, int]] = field(default_factory=list)
    total: list[tuple[float, int]] = field(default_factory=list)

    def between(self, start: float, end: float) -> tuple[int, int]:
        """(bad, total) in start < time <= end."""
        return (
            sum(count for at, count in self.bad if start < at <= end),
            sum(count for at, count in self.total if start < at <= end),
        )


@dataclass(slots=True)
class _Counter:
    good: int = 0
    bad: int = 0


def simulate(world: World) -> tuple[Truth, list[str]]:
    """Live through the world once: what really happened, and the samples that Prometheus wrote down of it."""
    truth = Truth()
    samples: dict[str, list[str]] = {}
    for index, pod in enumerate(world.pods):
        _live(world, pod, random.Random(world.seed * 1000 + index), truth, samples)
    return truth, [line for series in sorted(samples) for line in samples[series]]


def openmetrics(samples: Iterable[str]) -> str:
    return "\n".join([*samples, "# EOF", ""])


def _live(world: World, pod: Pod, chance: random.Random, truth: Truth, samples: dict[str, list[str]]) -> None:
    counter = _Counter(good=pod.initial)
    restarts = list(pod.restarts)
    error_seen = False
    for at in _scrapes(world, pod, chance):
        while restarts and restarts[0] <= at:
            restarts.pop(0)
            counter = _Counter()
            error_seen = False
        events = _poisson_like(world.requests(at) * world.scrape_interval, chance)
        ratio = world.error_ratio(at) if at >= world.errors_from else 0.0
        bad = sum(chance.random() < ratio for _ in range(events)) if ratio else 0
        counter.good += events - bad
        counter.bad += bad
        error_seen = error_seen or counter.bad > 0
        truth.bad.append((at, bad))
        truth.total.append((at, events))
        if any(start <= at < end for start, end in world.blind) or chance.random() < world.missed_ratio:
            continue
        is_nan = pod is world.pods[0] and world.nan is not None and world.nan[0] <= at < world.nan[1]
        for series, value in _exposed(
            world, pod.target_labels(at), counter, with_errors=error_seen or world.shows_zero
        ):
            samples.setdefault(series, []).append(f"{series} {'NaN' if is_nan else value} {at:.3f}")


def _exposed(world: World, target: str, counter: _Counter, *, with_errors: bool) -> Iterator[tuple[str, int]]:
    labels = f'job="{world.job}",{target}{world.labels}'
    if world.histogram:
        yield f'seconds_bucket{{{labels},le="0.3"}}', counter.good
        yield f'seconds_bucket{{{labels},le="+Inf"}}', counter.good + counter.bad
        yield f"seconds_count{{{labels}}}", counter.good + counter.bad
        return
    yield f'requests_total{{{labels},code="200"}}', counter.good
    if with_errors:
        yield f'requests_total{{{labels},code="500"}}', counter.bad


def _scrapes(world: World, pod: Pod, chance: random.Random) -> Iterator[float]:
    offset = sum(map(ord, pod.name)) % world.scrape_interval
    at = float(max(world.start, pod.born) // world.scrape_interval * world.scrape_interval + offset)
    while at < min(world.end, pod.died):
        if at >= max(world.start, pod.born):
            yield at + round(chance.random() * world.jitter_seconds, 3) if world.jitter_seconds else at
        at += world.scrape_interval


def _poisson_like(mean: float, chance: random.Random) -> int:
    whole = int(mean)
    return whole + (chance.random() < mean - whole)
