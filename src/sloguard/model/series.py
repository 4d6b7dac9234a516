"""What Prometheus answers, decoded."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of an instant query."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a range: times in Unix seconds, ascending."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]
