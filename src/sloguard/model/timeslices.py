"""Budgeting by slices of time: a slice that meets its own objective is one good event, any other a bad one."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum


class EmptySlices(StrEnum):
    """What a slice without events is."""

    IGNORE = "ignore"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Timeslices:
    length: timedelta
    """A whole number of the evaluation's slices; divides an hour. Timeslices are aligned to the Unix epoch."""
    objective_ratio: Decimal
    """0 < objective_ratio <= 1: the success ratio that makes a slice good."""
    empty: EmptySlices = EmptySlices.IGNORE
