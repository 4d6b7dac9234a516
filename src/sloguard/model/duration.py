"""Durations as Prometheus writes them: `timedelta` inside, `30d` outside."""

import re
from datetime import timedelta
from decimal import Decimal

_UNIT_MILLISECONDS = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_DURATION = re.compile("".join(rf"(?:(\d{{1,9}}){unit})?" for unit in _UNIT_MILLISECONDS))


def parse_duration(text: str) -> timedelta:
    """Read a Prometheus duration such as `1h30m` or `300ms`.

    Raises:
        ValueError: it is no duration, or it is zero.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is not a duration")
    parts = zip(match.groups(), _UNIT_MILLISECONDS.values(), strict=True)
    milliseconds = sum(int(count or 0) * unit for count, unit in parts)
    if milliseconds <= 0:
        raise ValueError("a duration must be longer than zero")
    try:
        return timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error


def format_duration(duration: timedelta) -> str:
    """Write a duration in as few units as are exact: 30 days are `30d`, 90 minutes `1h30m`.

    Years and weeks are written in days, so that windows keep the names people use for them.
    """
    rest = duration // timedelta(milliseconds=1)
    text = ""
    for unit, size in _UNIT_MILLISECONDS.items():
        if unit in {"y", "w"}:
            continue
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def seconds_text(duration: timedelta) -> str:
    """Seconds as a plain decimal number without trailing zeros: 300 ms are `0.3`, 30 s are `30`."""
    text = format(Decimal(duration // timedelta(microseconds=1)) / 1_000_000, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
