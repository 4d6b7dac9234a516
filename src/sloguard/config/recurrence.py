"""Which recurrence rules a maintenance may have: those that come to pass sooner or later.

A rule that never does would be looked through until the year 9999, which takes seconds; so what can contradict itself
is left out of the language: two ways of choosing days, and days that a month does not have.
"""

import re
from collections.abc import Mapping

_LONGEST = 300
_MOST_STEPS = 100
_WEEK = 7
_MOST_WEEKS = 5
_EVERY = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "UNTIL"})
_OF_MONTHS = _EVERY | {"BYMONTHDAY", "BYSETPOS"}
_PARTS: Mapping[str, frozenset[str]] = {
    "DAILY": _EVERY,
    "WEEKLY": _EVERY | {"WKST"},
    "MONTHLY": _OF_MONTHS,
    "YEARLY": _OF_MONTHS,
}
_DAY = re.compile(r"([-+]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[-+]?[0-9]{1,3}")
_LAST_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_usable(text: str) -> bool:
    """Whether the text has only parts that a maintenance's rule may have, and they do not contradict each other."""
    if len(text) > _LONGEST:
        return False
    pairs = [part.partition("=")[::2] for part in text.split(";")]
    parts = dict(pairs)
    if len(parts) < len(pairs) or not parts.keys() <= _PARTS.get(parts.get("FREQ", ""), frozenset()):
        return False
    return _is_step(parts) and _are_days(parts)


def _is_step(parts: Mapping[str, str]) -> bool:
    step = _numbers(parts.get("INTERVAL", "1"))
    if len(step) != 1 or not 1 <= step[0] <= _MOST_STEPS:
        return False
    # Every 14 days is always the same day of the week.
    return not (parts["FREQ"] == "DAILY" and "BYDAY" in parts and step[0] % _WEEK == 0)


def _are_days(parts: Mapping[str, str]) -> bool:
    days = [_DAY.fullmatch(day) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if None in days or (days and "BYMONTHDAY" in parts):
        return False
    if "BYSETPOS" in parts:
        places = _numbers(parts["BYSETPOS"])
        plain = bool(days) and not any(day and day[1] for day in days)
        return plain and bool(places) and all(0 < abs(place) <= _MOST_WEEKS for place in places)
    if "BYMONTHDAY" in parts:
        months = [each for each in _numbers(parts.get("BYMONTH", "1")) if 1 <= each <= len(_LAST_DAYS)]
        ends = [_LAST_DAYS[month - 1] for month in months]
        return any(0 < abs(day) <= end for day in _numbers(parts["BYMONTHDAY"]) for end in ends)
    return True


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if _NUMBER.fullmatch(part)]
