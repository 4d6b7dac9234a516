"""Numbers, durations and instants as a tired person wants to read them. The only place that rounds."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sloguard.model.alert import OtherAlert, OtherState
from sloguard.model.window import RollingWindow, Window

_NEARLY_ALL_PERCENT = 0.01
_SMALLEST_RATE = 0.01
_WHOLE_RATE = 100
_BEFORE_UNIT = re.compile(r"(?<=[\d,]) (?=(?:%|×|d|h|min|s)(?!\w))")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def percent(ratio: float | Decimal | None) -> str:
    """A ratio in percent: two decimals, and near 100 % as many as keep it from reading `100 %` when it is less.

    Signed with a minus that no line begins after: `−72.8 %`.
    """
    if ratio is None:
        return "–"
    value = float(ratio) * 100
    decimals = 2
    if 0 < abs(100 - value) < _NEARLY_ALL_PERCENT:
        decimals = min(8, 1 - math.floor(math.log10(abs(100 - value))))
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text.replace('-', '−')} %"


def budget_left(ratio: float | None, said: Callable[[float], str] = percent) -> str:
    """What is left of an error budget, signed, as half a sentence: the only place that has words for an overspent one.

    `28 % of the error budget is left`, `the error budget is overspent by 72 %`. `said` puts a ratio into words.
    """
    if ratio is None:
        return "it is not known how much of the error budget is left"
    if ratio < 0:
        return f"the error budget is overspent by {said(-ratio)}"
    return f"{said(ratio)} of the error budget is left"


def budget_left_briefly(ratio: float | None) -> str:
    """The same beside a heading that says what it is about: `28 %`, `overspent by 72 %`."""
    return f"overspent by {percent(-ratio)}" if ratio is not None and ratio < 0 else percent(ratio)


def sentence(text: str) -> str:
    """Half a sentence as a whole one."""
    return f"{text[:1].upper()}{text[1:]}."


def unbroken(text: str) -> str:
    """Keeps a number and its unit on one line."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def duration(length: timedelta | None) -> str:
    """The two largest units: `5 h 10 min`."""
    if length is None:
        return "–"
    rest = round(length.total_seconds())
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def window(length: Window) -> str:
    """`30 d`, `this month (Europe/Paris)`."""
    if isinstance(length, RollingWindow):
        return duration(length.length)
    return f"this {length.period}" + ("" if length.zone == "UTC" else f" ({length.zone})")


def instant(at: datetime | None) -> str:
    """`2026-11-22 03:00 UTC`."""
    return "–" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def rfc3339(at: datetime) -> str:
    """`2026-11-22T03:00:00Z`, with microseconds only where there are some."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def other_words(other: OtherAlert) -> str:
    """Another alert of an incident, in a line."""
    match other.state:
        case OtherState.FIRING:
            return f"{other.severity.value}: {other.summary}"
        case OtherState.HELD_BACK:
            return f"held back, depends on what fails here: {other.summary}"
        case OtherState.OVER:
            return other.summary


def rate(value: float | None) -> str:
    """A burn rate in a sentence: `14.4 ×`; never in powers of ten, which nobody reads at night."""
    if value is None:
        return "–"
    if 0 < value < _SMALLEST_RATE:
        return f"< {_SMALLEST_RATE} ×"
    if value < 1:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " ×"
    return f"{value:.3g} ×" if value < _WHOLE_RATE else f"{count(value)} ×"


def rate_in_column(value: float | None) -> str:
    """A burn rate below others, with as many decimals as they have: `14.40 ×`."""
    if value is None or 0 < value < _SMALLEST_RATE:
        return rate(value)
    return f"{value:,.2f} ×".replace(",", "\N{NARROW NO-BREAK SPACE}")


def count(events: float | None) -> str:
    """A number of events with thousands separated by thin spaces: `12 345`."""
    return "–" if events is None else f"{events:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
