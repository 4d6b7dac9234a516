"""Whether an objective can be told from its slices of time: one bad slice must not be the whole error budget."""

from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

from sloguard.config.codes import values
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.model.duration import format_duration
from sloguard.model.slo import Slo, ThresholdIndicator
from sloguard.promql.text import decimal_text

_FINEST_PERCENT = Decimal("0.001")


def warn_if_too_strict(slo: Slo, path: Path, evaluation_slice: timedelta, report: Report) -> None:
    """Note an objective that a single bad slice breaks for a whole window.

    Args:
        slo: as declared.
        path: where it stands.
        evaluation_slice: the slice of a threshold, which is one event.
        report: takes the warning.
    """
    if slo.timeslices is not None:
        length = slo.timeslices.length
    elif isinstance(slo.indicator, ThresholdIndicator):
        length = evaluation_slice
    else:
        return
    slices = slo.window.nominal // length
    allowed = slo.budget_ratio * slices
    if allowed >= 1:
        return
    what = f"one bad slice of {format_duration(length)} is more than the whole error budget of {slo.name}"
    share = decimal_text(slo.budget_ratio)
    why = (
        f"its window of {slo.window} has {slices:,} slices, and {share} of them is {decimal_text(allowed.normalize())}"
    )
    highest = (100 - Decimal(100) / slices).quantize(_FINEST_PERCENT, ROUND_DOWN)
    do = "Use a longer window or shorter slices."
    if highest > 1:
        do = f"Use an objective of at most {decimal_text(highest)}, a longer window or shorter slices."
    report.at(values.TOO_STRICT, (*path, "objective"), what, do, why=why)
