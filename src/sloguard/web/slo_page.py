"""What an SLO's own page says: its budget day by day, drawn and in a table. Pure."""

from dataclasses import dataclass

from sloguard.model.daily import BudgetDay, BudgetHistory
from sloguard.model.status import SloStatus
from sloguard.presentation.history_text import HEADER, day_words, history_rows, promise_words
from sloguard.presentation.status_words import budget_sentence, success_words, why_unknown_words
from sloguard.presentation.words import budget_left, count, percent, sentence, window

WIDTH, HEIGHT = 720, 160
_LOWEST_RATIO = -1.0
"""A budget overspent by more than this is drawn as if by this much."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart."""

    x: str
    width: str
    y: str
    height: str
    style: str
    """`spent`, or `unknown` for a day without data."""
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    """Part of the window's budget that each day spent, from the top down."""
    line: tuple[str, ...]
    """The budget left at each day's end: points of polylines, broken where it is not known."""
    zero: str
    """Height at which nothing is left."""


@dataclass(frozen=True, slots=True)
class SloPage:
    id: str
    promise: str
    provisional: str
    """What is known of its window now, while that is provisional."""
    summary: str
    """The chart in words, for those who do not see it."""
    chart: Chart
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The newest day first."""


def slo_page(history: BudgetHistory, status: SloStatus | None = None) -> SloPage:
    """`status` is the newest one of the same SLO, if there is one."""
    worst = max(history.days, key=lambda day: day.spent_ratio or 0.0)
    now = budget_left(history.days[-1].remaining_ratio)
    provisional = _provisional(status) if status else ""
    summary = f"Error budget left at the end of each of {len(history.days)} days."
    if not provisional:
        summary += f" Now {now}."
    if worst.spent_ratio:
        summary += f" Most was spent on {worst.day.isoformat()}: {percent(worst.spent_ratio)}."
    rows = tuple(history_rows(history))
    promise = sentence(promise_words(history))
    return SloPage(history.slo.id, promise, provisional, summary, _chart(history), HEADER, rows)


def _provisional(status: SloStatus) -> str:
    if status.provisional is None:
        return ""
    good = f"{success_words(status)} of the events are good, {budget_sentence(status)}"
    why = status.provisional.why
    return " ".join(
        (
            sentence(f"provisional, over {window(status.window)}: {good}"),
            sentence(why_unknown_words(status)),
            *([sentence(f"one estimate over the whole window is not to be had: {why}")] if why else ()),
        )
    )


def _chart(history: BudgetHistory) -> Chart:
    known = [day.remaining_ratio for day in history.days if day.remaining_ratio is not None]
    lowest = max(_LOWEST_RATIO, min([0.0, *known]))
    step = WIDTH / len(history.days)
    bars = tuple(
        _bar(day, day_words(day, history.zone), index * step, step, lowest) for index, day in enumerate(history.days)
    )
    return Chart(bars, _lines(history.days, step, lowest), _number(_y(0.0, lowest)))


def _bar(day: BudgetDay, note: str, x: float, step: float, lowest: float) -> Bar:
    if day.spent_ratio is None:
        words = f"{day.day.isoformat()}: {note or 'no data'}"
        return Bar(_number(x), _number(step), "0", _number(HEIGHT), "unknown", words)
    bad = count(day.counts.bad if day.counts else None)
    words = f"{day.day.isoformat()}: {percent(day.spent_ratio)} of the budget spent, {bad} bad"
    words += f" ({note})" if note else ""
    height = min(HEIGHT, _y(1.0 - day.spent_ratio, lowest))
    return Bar(_number(x + step * 0.1), _number(step * 0.8), "0", _number(height), "spent", words)


def _lines(days: tuple[BudgetDay, ...], step: float, lowest: float) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for index, day in enumerate(days):
        if day.remaining_ratio is None:
            lines.append([])
        else:
            lines[-1].append(f"{_number((index + 1) * step)},{_number(_y(day.remaining_ratio, lowest))}")
    return tuple(" ".join(points) for points in lines if points)


def _y(ratio: float, lowest: float) -> float:
    """1 is at the top, `lowest` at the bottom."""
    return HEIGHT * (1.0 - (min(1.0, max(lowest, ratio)) - lowest) / (1.0 - lowest))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
