"""Budgets day by day as JSON, as comma-separated values, and as rows of text for a table or Markdown."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sloguard.model.daily import BudgetDay, BudgetHistory
from sloguard.model.measurement import NoDataReason
from sloguard.presentation.csv_text import csv_text
from sloguard.presentation.markdown import markdown_table, plain
from sloguard.presentation.numbers import events, number, time
from sloguard.presentation.status_words import ADJUSTED_MARK
from sloguard.presentation.words import count, percent, rfc3339, window

SCHEMA = "sloguard/history/v1"
HEADER = ("Day", "Bad", "Events", "Success", "Budget spent", "Left at its end", "Seen", "")
WORDS = frozenset({"Day", ""})
"""The columns that are no numbers."""
_NO_DATA_WORDS = {
    NoDataReason.NEVER_SEEN: "no data: not seen yet",
    NoDataReason.STALE: "no data: samples had stopped",
    NoDataReason.LOW_COVERAGE: "no data: too little was seen",
    NoDataReason.NOT_COUNTED: "no data: not counted",
}
_CSV_HEADER = (
    "id",
    "date",
    "timezone",
    "start",
    "end",
    "whole",
    "good",
    "bad",
    "total",
    "success_ratio",
    "spent_ratio",
    "remaining_ratio",
    "coverage_ratio",
    "first_seen",
    "approximate",
    "adjusted",
    "no_data_reason",
)


def history_document(histories: Sequence[BudgetHistory], as_of: datetime) -> dict[str, object]:
    return {"schema": SCHEMA, "as_of": rfc3339(as_of), "slos": [_slo(history) for history in histories]}


def history_csv(histories: Sequence[BudgetHistory]) -> str:
    return csv_text(_CSV_HEADER, (row for history in histories for row in _csv_rows(history)))


def history_rows(history: BudgetHistory) -> Iterator[tuple[str, ...]]:
    """Cells that go with `HEADER`, the newest day first. Days without data of which the same is said are one row."""
    rows = ((day, _row(day, history.zone)) for day in reversed(history.days))
    for (unknown, words), alike in groupby(rows, key=lambda row: (row[0].no_data is not None, row[1][1:])):
        days = [day.day.isoformat() for day, _ in alike]
        if unknown and len(days) > 1:
            yield (f"{days[-1]} – {days[0]}", *words)
        else:
            yield from ((day, *words) for day in days)


def history_title(history: BudgetHistory) -> str:
    return f"{history.slo.id}: {promise_words(history)}"


def promise_words(history: BudgetHistory) -> str:
    """`objective 99.9 % over 30 d, days in UTC`."""
    slo = history.slo
    return f"objective {percent(slo.objective_ratio)} over {window(slo.window)}, days in {history.zone}"


def history_markdown(histories: Sequence[BudgetHistory]) -> str:
    """One table for each SLO."""
    return "\n".join(
        f"**{plain(history_title(history))}**\n\n{markdown_table(HEADER, history_rows(history), WORDS)}"
        for history in histories
    )


def _slo(history: BudgetHistory) -> dict[str, object]:
    slo = history.slo
    return {
        "id": slo.id,
        "service": slo.service,
        "name": slo.title,
        "objective_ratio": number(slo.objective_ratio),
        "window": str(slo.window),
        "timezone": history.zone,
        "days": [_day(day) for day in history.days],
    }


def _day(day: BudgetDay) -> dict[str, object]:
    counts = day.counts
    return {
        "date": day.day.isoformat(),
        "start": rfc3339(day.start_at),
        "end": rfc3339(day.end_at),
        "whole": day.whole,
        "counts": {
            "good": events(counts.good) if counts else None,
            "bad": events(counts.bad) if counts else None,
            "total": events(counts.total) if counts else None,
        },
        "success_ratio": number(day.success_ratio),
        "spent_ratio": number(day.spent_ratio),
        "remaining_ratio": number(day.remaining_ratio),
        "coverage_ratio": number(day.coverage_ratio),
        "first_seen": time(day.first_seen_at),
        "approximate": day.approximate,
        "adjusted": day.adjusted,
        "no_data_reason": day.no_data.value if day.no_data else None,
    }


def _csv_rows(history: BudgetHistory) -> Iterator[tuple[str | float | bool | None, ...]]:
    for day in history.days:
        counts = day.counts
        yield (
            history.slo.id,
            day.day.isoformat(),
            history.zone,
            rfc3339(day.start_at),
            rfc3339(day.end_at),
            day.whole,
            events(counts.good) if counts else None,
            events(counts.bad) if counts else None,
            events(counts.total) if counts else None,
            number(day.success_ratio),
            number(day.spent_ratio),
            number(day.remaining_ratio),
            number(day.coverage_ratio),
            time(day.first_seen_at),
            day.approximate,
            day.adjusted,
            day.no_data.value if day.no_data else None,
        )


def _row(day: BudgetDay, zone: str) -> tuple[str, ...]:
    return (
        day.day.isoformat(),
        count(day.counts.bad if day.counts else None),
        count(day.counts.total if day.counts else None),
        _marked(percent(day.success_ratio), day),
        _marked(percent(day.spent_ratio), day),
        percent(day.remaining_ratio),
        percent(day.coverage_ratio),
        day_words(day, zone),
    )


def day_words(day: BudgetDay, zone: str) -> str:
    """What is peculiar about a day: why nothing is known, or that it is partial."""
    if day.no_data is not None:
        return _NO_DATA_WORDS[day.no_data]
    first = day.first_seen_at.astimezone(ZoneInfo(zone)) if day.first_seen_at else None
    begun = f"partial: first seen at {first:%H:%M}" if first else ""
    return ", ".join(filter(None, (begun, "" if day.over else "not over yet")))


def _marked(text: str, day: BudgetDay) -> str:
    if text == "–":
        return text
    return f"{'≈ ' if day.approximate else ''}{text}{ADJUSTED_MARK if day.adjusted else ''}"
