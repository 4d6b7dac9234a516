"""A past for the demonstration: days of the model's traffic, written into Prometheus' storage with known truth."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sloguard.demo import traffic
from sloguard.demo.chance import poisson, split
from sloguard.demo.faults import Fault, activities
from sloguard.demo.prometheus import backfill
from sloguard.demo.traffic import DAY_SECONDS, Activity, Labels, Latency

STEP_SECONDS = 60
"""Between two samples, as if Prometheus had scraped once a minute."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault of the past. Its time of day is fixed, so that it hits the same traffic whenever the past ends."""

    fault: Fault
    days_ago: int
    """Counted from the UTC day in which the past ends."""
    hour: float
    minutes: float

    def interval(self, end: float) -> tuple[float, float]:
        start = (end // DAY_SECONDS - self.days_ago) * DAY_SECONDS + self.hour * 3600
        return start, start + self.minutes * 60


# Long ones lie more than three days back: the slowest alert looks that far, and nothing shall fire at the start.
INCIDENTS = (
    Incident(Fault.DATABASE_DOWN, days_ago=5, hour=10.25, minutes=6),
    Incident(Fault.MAIL_OUTAGE, days_ago=4, hour=14.1, minutes=68),
    Incident(Fault.THROTTLING, days_ago=4, hour=17.5, minutes=45),
    Incident(Fault.SLOW_DATABASE, days_ago=2, hour=15.0, minutes=20),
    Incident(Fault.PARSER_CRASH, days_ago=2, hour=9.5, minutes=12),
)


@dataclass(frozen=True, slots=True)
class Past:
    """What to generate. The same values give the same samples."""

    end: float
    """Unix seconds: the instant of the last sample."""
    days: float = 7
    seed: int = 1
    target: Labels = (("instance", "workload-past:8000"), ("job", "workload"))
    """The target's labels, as a scrape would add them."""
    incidents: tuple[Incident, ...] = INCIDENTS

    @property
    def instants(self) -> list[int]:
        """Unix seconds of the samples, in order. The first sample of every counter is 0."""
        count = int(self.days * DAY_SECONDS // STEP_SECONDS)
        return [int(self.end) - STEP_SECONDS * back for back in range(count, -1, -1)]

    def faults(self, at: float) -> frozenset[Fault]:
        spans = [(incident.fault, *incident.interval(self.end)) for incident in self.incidents]
        return frozenset(fault for fault, start, stop in spans if start <= at < stop)


@dataclass(slots=True)
class Truth:
    """How many events really happened, by series without the target's labels."""

    events: dict[tuple[str, Labels], int] = field(default_factory=dict)
    samples: int = 0

    def count(self, name: str, **labels: str | tuple[str, ...]) -> int:
        """The events of all series of a metric whose labels have the given values (one of several, if a tuple)."""
        return sum(
            count
            for (metric, series), count in self.events.items()
            if metric == name and all(_fits(dict(series).get(label, ""), wanted) for label, wanted in labels.items())
        )


def _fits(value: str, wanted: str | tuple[str, ...]) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted


class Counters:
    """The counters of the past process: their values, and their lines in OpenMetrics text."""

    def __init__(self, past: Past) -> None:
        self._target = past.target
        self._random = Random(past.seed)  # noqa: S311 - a simulation, no secret
        self._values: dict[str, float] = {}
        self._keys: dict[tuple[str, Labels], str] = {}
        self._plans: dict[frozenset[Fault], list[tuple[Activity, list[str], list[str], list[float]]]] = {}

    def advance(self, at: float, faults: frozenset[Fault], seconds: float) -> None:
        """All that happens in the `seconds` before `at`; with 0 seconds the series are declared only."""
        middle = at - seconds / 2
        for activity, outcome_keys, bucket_keys, probabilities in self._plan(faults):
            times = poisson(self._random, activity.expected(middle, seconds)) if seconds else 0
            for key, count in zip(outcome_keys, split(self._random, times, probabilities), strict=True):
                self._values[key] += count
            if activity.latency is not None:
                self._observe(activity.latency, bucket_keys, times)
        self._values[self._key(traffic.BACKUP, (("service", "onboarding"),))] = traffic.last_backup(at)

    def lines(self, at: int) -> Iterator[str]:
        return (f"{key} {value:.10g} {at}\n" for key, value in self._values.items())

    def truth(self, samples: int) -> Truth:
        gauges = {traffic.BACKUP}
        events = {
            (name, labels): round(self._values[key]) for (name, labels), key in self._keys.items() if name not in gauges
        }
        return Truth(events, samples)

    def _observe(self, latency: Latency, keys: list[str], times: int) -> None:
        *buckets, count_key, sum_key = keys
        below = 0
        for key, count in zip(buckets, split(self._random, times, latency.bucket_shares), strict=True):
            below += count
            self._values[key] += below
        self._values[count_key] += times
        self._values[sum_key] += times * latency.mean_seconds

    def _plan(self, faults: frozenset[Fault]) -> list[tuple[Activity, list[str], list[str], list[float]]]:
        if faults not in self._plans:
            self._plans[faults] = [
                (
                    activity,
                    [self._key(activity.counter, activity.series(outcome)) for outcome in activity.outcomes],
                    self._histogram_keys(activity.latency) if activity.latency is not None else [],
                    [outcome.probability for outcome in activity.outcomes],
                )
                for activity in activities(faults)
            ]
        return self._plans[faults]

    def _histogram_keys(self, latency: Latency) -> list[str]:
        """The keys of the buckets, then of count and sum."""
        bounds = (*(str(bound) for bound in traffic.BUCKETS[latency.histogram]), "+Inf")
        bucket, labels = f"{latency.histogram}_bucket", latency.labels
        keys = [self._key(bucket, (*labels, ("le", bound))) for bound in bounds]
        return [*keys, self._key(f"{latency.histogram}_count", labels), self._key(f"{latency.histogram}_sum", labels)]

    def _key(self, name: str, labels: Labels) -> str:
        if (name, labels) not in self._keys:
            pairs = ",".join(f'{label}="{value}"' for label, value in sorted((*labels, *self._target)))
            self._keys[name, labels] = f"{name}{{{pairs}}}"
            self._values[f"{name}{{{pairs}}}"] = 0
        return self._keys[name, labels]


def chunks(past: Past, counters: Counters) -> Iterator[tuple[list[str], int]]:
    """The samples as OpenMetrics text, a chunk for each UTC day (so that no block is read twice), and their number."""
    chunk: list[str] = []
    samples = 0
    previous: int | None = None
    for at in past.instants:
        if previous is not None and at // DAY_SECONDS != previous // DAY_SECONDS:
            yield [*chunk, "# EOF\n"], samples
            chunk, samples = [], 0
        counters.advance(at, past.faults(at), 0 if previous is None else at - previous)
        lines = list(counters.lines(at))
        chunk.extend(lines)
        samples += len(lines)
        previous = at
    yield [*chunk, "# EOF\n"], samples


def write_past(past: Past, data_dir: Path, scratch: Path) -> Truth:
    """Generate the past and write it into Prometheus' storage. The server must not run yet.

    A day is imported while the next is generated.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    counters = Counters(past)
    total = 0
    importer = ThreadPoolExecutor(max_workers=1)
    try:
        imports: list[Future[None]] = []
        for number, (text, samples) in enumerate(chunks(past, counters)):
            file = scratch / f"day-{number}.om"
            with file.open("w", encoding="utf-8") as out:
                out.writelines(text)
            imports.append(importer.submit(_import, data_dir, file))
            total += samples
        for done in imports:
            done.result()
    finally:
        importer.shutdown(cancel_futures=True)
    return counters.truth(total)


def _import(data_dir: Path, file: Path) -> None:
    backfill(data_dir, file)
    file.unlink()
