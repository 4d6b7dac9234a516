"""Ratios: how many events a slice had, as their expressions estimate it. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sloguard.ledger.plan import Increase, RatioPlan
from sloguard.promql.ratio import Unit, ratio_queries
from sloguard.promql.terms import Outcome

_SCRAPES_IN_A_WINDOW = 4
"""A rate needs two samples in its window; twice that lets one scrape fail."""


class _Part(StrEnum):
    MEASURED = "measured"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class RatioQuestions:
    """The expressions of some ratios over an interval, and what their answers mean."""

    ratios: Sequence[RatioPlan]
    length: timedelta
    """Of the interval whose events are estimated."""
    scrape_interval: timedelta

    @property
    def expressions(self) -> Mapping[str, str]:
        """PromQL of single values, by tag."""
        texts: dict[str, str] = {}
        for index, ratio in enumerate(self.ratios):
            queries = ratio_queries(ratio.terms.expression, self._window)
            texts |= {_tag(index, _Part.MEASURED): queries.measured, _tag(index, _Part.TOTAL): queries.total}
        return texts

    def ratio_of(self, tag: str) -> RatioPlan:
        """Whose expression it is."""
        return self.ratios[int(tag.partition("/")[0])]

    def increases(self, answers: Mapping[str, float]) -> Iterable[tuple[RatioPlan, Increase]]:
        """The ratios that had an answer, by tag, with their events in the interval."""
        for index, ratio in enumerate(self.ratios):
            value = answers.get(_tag(index, _Part.TOTAL))
            if value is not None and math.isfinite(value):
                yield ratio, self._increase(ratio, answers.get(_tag(index, _Part.MEASURED), 0.0), value)

    @property
    def _window(self) -> timedelta:
        """The slice's own time, or as much as a rate needs: then neighbouring slices share samples."""
        return max(self.length, _SCRAPES_IN_A_WINDOW * self.scrape_interval)

    def _increase(self, ratio: RatioPlan, measured: float, total: float) -> Increase:
        queries = ratio_queries(ratio.terms.expression, self._window)
        events = {
            Unit.PER_SECOND: self.length.total_seconds(),
            Unit.PER_WINDOW: self.length / self._window,
            Unit.PER_SLICE: 1.0,
        }[queries.unit]
        share = min(measured, total)  # both are extrapolated, each in its own way
        names_bad = (ratio.terms.outcome is Outcome.BAD) is not queries.complement
        return Increase(bad=events * (share if names_bad else total - share), total=events * total)


def _tag(index: int, part: _Part) -> str:
    return f"{index}/{part.value}"
