"""A status report as comma-separated values: one row per SLO, numbers in full."""

from collections.abc import Callable
from datetime import timedelta

from sloguard.model.status import SloStatus, StatusReport
from sloguard.presentation.csv_text import Cell, csv_text
from sloguard.presentation.numbers import events, number, seconds, time
from sloguard.presentation.status_words import HOUR, told_words
from sloguard.presentation.words import rfc3339

_COLUMNS: tuple[tuple[str, Callable[[SloStatus], Cell]], ...] = (
    ("id", lambda slo: slo.id),
    ("service", lambda slo: slo.service),
    ("name", lambda slo: slo.name),
    ("objective_ratio", lambda slo: number(slo.objective_ratio)),
    ("window", lambda slo: str(slo.window)),
    ("state", lambda slo: slo.state.value),
    ("no_data_reason", lambda slo: slo.no_data.reason.value if slo.no_data else None),
    ("good", lambda slo: events(slo.counts.good) if slo.counts else None),
    ("bad", lambda slo: events(slo.counts.bad) if slo.counts else None),
    ("total", lambda slo: events(slo.counts.total) if slo.counts else None),
    ("success_ratio", lambda slo: number(slo.success_ratio)),
    ("consumed_ratio", lambda slo: number(slo.budget.consumed_ratio) if slo.budget else None),
    ("remaining_ratio", lambda slo: number(slo.budget.remaining_ratio) if slo.budget else None),
    ("burn_rate_1h", lambda slo: number(slo.burn_rates.get(HOUR))),
    ("time_to_exhaustion_seconds", lambda slo: seconds(slo.time_to_exhaustion)),
    ("coverage_ratio", lambda slo: number(slo.coverage_ratio)),
    ("approximate", lambda slo: slo.approximate),
    ("provisional", lambda slo: slo.provisional is not None),
    ("replayed_ratio", lambda slo: number(slo.provisional.replayed_ratio) if slo.provisional else None),
    ("adjusted", lambda slo: slo.adjusted is not None),
    ("excluded_seconds", lambda slo: seconds(slo.adjusted.excluded if slo.adjusted else timedelta(0))),
    ("bad_taken_out", lambda slo: events(slo.adjusted.bad_taken_out) if slo.adjusted else 0),
    ("total_taken_out", lambda slo: events(slo.adjusted.total_taken_out) if slo.adjusted else 0),
    ("health_score", lambda slo: number(slo.health_score)),
    ("watermark_at", lambda slo: time(slo.watermark_at)),
    ("alerts", told_words),
)


def status_csv(report: StatusReport) -> str:
    header = ("as_of", *(name for name, _ in _COLUMNS))
    as_of = rfc3339(report.as_of)
    return csv_text(header, ((as_of, *(value(slo) for _, value in _COLUMNS)) for slo in report.slos))
