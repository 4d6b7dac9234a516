"""What is asked of Prometheus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sloguard.model.series import Sample, Series

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Proof:
    """That a server was watching at an instant: the expression has a value there, whatever it is."""

    promql: str
    at: datetime


class MetricsSource(Protocol):
    """A Prometheus-compatible query API. Every method raises PrometheusError; a partial answer raises too."""

    def on_one_replica(self, work: Callable[["MetricsSource"], _Answer], proof: Proof | None = None) -> _Answer:
        """What `work` finds when all of its questions go to the same server: replicas' samples differ in time.

        Where there are several servers, one that fails in the middle has `work` done again by another.

        Args:
            work: asks the source that it is given, and nobody else.
            proof: what another server than the one before must answer to be asked.

        Raises:
            UnwatchedError: those that answer cannot give the proof.
        """
        ...

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        """Instant vector at an instant."""
        ...

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        """Instant query of a range selector: the raw samples."""
        ...

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        """Values at start, start + step, ... up to and including end."""
        ...


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """One of the servers that can be asked."""

    url: str
    in_use: bool
    problem: str | None
    """Why it gave no usable answer when it was asked last; empty if it did, None if nobody asked."""


class InstantQueries(Protocol):
    """Occasional questions outside of the evaluation's way. Raises PrometheusError."""

    def query(self, promql: str, at: datetime) -> Sequence[Sample]: ...
