"""A Prometheus that is written down: counters of which it is known how many events each minute had."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sloguard.model.duration import parse_duration
from sloguard.model.series import Sample, Series
from sloguard.ports import MetricsSource, Proof
from sloguard.promql.counting import TAG

_Answer = TypeVar("_Answer")
_JOBS = re.compile(r'job=~?"([^"]*)"')
_SUMMED = re.compile(r"\bsum\b[^{]*\{([^}]*)\}")
"""The matchers of each sum in a query; series that are looked at one by one are exceptional, and there are none."""
_OFFSET = re.compile(r"offset (\w+)")
_END_SECONDS = 300
"""A series that was silent for longer has ended."""
MINUTE = 60


def events(job: str, start: int, end: int) -> tuple[int, int]:
    """(bad, total) of a job between two full minutes."""
    shift = sum(map(ord, job))
    minutes = range(start // MINUTE + shift, end // MINUTE + shift)
    return sum(minute % 7 for minute in minutes), sum(7 + minute % 101 for minute in minutes)


@dataclass
class ScriptedSource:
    """Implements MetricsSource for `slo_of(job)` SLOs: their series are steady, so there is no closer look."""

    is_known: Callable[[str, int], bool] = lambda _job, _start: True
    """Whether there are samples of a job and the minute that begins at an instant."""
    now: int = sys.maxsize
    """What happens later it does not know yet (Unix seconds)."""

    def on_one_replica(self, work: Callable[[MetricsSource], _Answer], proof: Proof | None = None) -> _Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        offset = _OFFSET.search(promql)
        assert offset, promql
        step = round(parse_duration(offset[1]).total_seconds())
        rows = self._rows(promql, step, [round(at.timestamp())])
        return [Sample(row.labels, row.points[0][1]) for row in rows if row.points]

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        raise AssertionError(f"steady series need no closer look: {promql} at {at}")

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        seconds = round(step.total_seconds())
        ends = range(round(start.timestamp()), round(end.timestamp()) + 1, seconds)
        return list(self._rows(promql, seconds, ends))

    def _rows(self, promql: str, step: int, ends: Iterable[int]) -> Iterator[Series]:
        summed = _SUMMED.findall(promql)
        for tag, matchers in enumerate(summed):
            (jobs,) = _JOBS.findall(matchers)
            for job in jobs.split("|"):
                seen = [at for at in ends if self._sees(job, at - step, at)]
                points = ((float(at), float(self._events(job, at - step, at)["code" not in matchers])) for at in seen)
                yield Series({TAG: str(tag), "job": job} if len(summed) > 1 else {"job": job}, tuple(points))

    def _sees(self, job: str, start: int, end: int) -> bool:
        is_ended = self.now <= min(start, end - _END_SECONDS)
        return not is_ended and all(self.is_known(job, minute) for minute in range(start, end, MINUTE))

    def _events(self, job: str, start: int, end: int) -> tuple[int, int]:
        return events(job, min(start, self.now), min(end, self.now))
