"""Observations of an SLO, written down as events per minute."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.model.measurement import Slice

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def observed(
    minutes: Iterable[tuple[float, float] | None], *, at: datetime = NOW, ended: timedelta = timedelta(0)
) -> ObservedSlices:
    """(bad, total) of each minute up to `ended` before `at`, oldest first; None for a minute that was not seen."""
    rows = list(minutes)
    end = int((at - ended).timestamp())
    start = end - 60 * len(rows)
    slices = [Slice(start + 60 * index, 60, *row) for index, row in enumerate(rows) if row is not None]
    return ObservedSlices(History.of(slices), None, at, MINUTE, counted_from=start)
