"""A Prometheus that is written down: counters of which it is known how many events each minute had."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sloguard.model.series import Sample, Series
from sloguard.ports import MetricsSource, Proof
from sloguard.promql.counting import TAG

_Answer = TypeVar("_Answer")
_JOBS = re.compile(r'job=~?"([^"]*)"')
MINUTE = 60


def events(job: str, start: int, end: int) -> tuple[int, int]:
    """(bad, total) of a job between two full minutes."""
    shift = sum(map(ord, job))
    minutes = range(start // MINUTE + shift, end // MINUTE + shift)
    return sum(minute % 7 for minute in minutes), sum(7 + minute % 101 for minute in minutes)


@dataclass
class ScriptedSource:
    """Implements MetricsSource for `slo_of(job)` SLOs: their series are steady, so there is no closer look.

    `is_known` tells of a job and the start of a minute whether Prometheus has samples of it.
    """

    is_known: Callable[[str, int], bool] = lambda _job, _start: True

    def on_one_replica(self, work: Callable[[MetricsSource], _Answer], proof: Proof | None = None) -> _Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        raise AssertionError(f"only ranges are written down: {promql} at {at}")

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        raise AssertionError(f"steady series need no closer look: {promql} at {at}")

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        if "sum" not in promql:
            return []
        seconds = round(step.total_seconds())
        ends = range(round(start.timestamp()), round(end.timestamp()) + 1, seconds)
        return [row for job in _jobs(promql) for row in self._rows(job, seconds, ends)]

    def _rows(self, job: str, step: int, ends: Iterable[int]) -> Iterator[Series]:
        known = [at for at in ends if all(self.is_known(job, minute) for minute in range(at - step, at, MINUTE))]
        for tag in (0, 1):
            points = tuple((float(at), float(events(job, at - step, at)[tag])) for at in known)
            yield Series({TAG: str(tag), "job": job}, points)


def _jobs(promql: str) -> Sequence[str]:
    found = _JOBS.search(promql)
    assert found, promql
    return found[1].split("|")
