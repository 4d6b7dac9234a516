"""An indicator made of other SLOs."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class MissingMember(StrEnum):
    """What a member without data means for the whole."""

    NO_DATA = "no_data"
    """There is no answer."""
    IGNORE = "ignore"
    """It is left out, and the others weigh more."""
    BAD = "bad"
    """All of its events count as bad."""


@dataclass(frozen=True, slots=True)
class Member:
    slo_id: str
    weight: Decimal = Decimal(1)
    """Above 0, relative to the other members."""


@dataclass(frozen=True, slots=True)
class CompositeIndicator:
    """The error ratio over any window is the weighted mean of the members' error ratios over that window."""

    members: tuple[Member, ...]
    """Each SLO once; no SLO is a member of itself, however indirectly."""
    missing: MissingMember = MissingMember.NO_DATA
