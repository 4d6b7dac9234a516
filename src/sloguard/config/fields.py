"""The kinds of values that slo.yaml is made of: how each is read, refused, and described to editors."""

import re
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema
from pydantic.config import JsonDict

from sloguard.config.codes import settings, shape, values
from sloguard.config.refusal import refusal
from sloguard.model.duration import format_duration, parse_duration, seconds_text
from sloguard.model.secret import Secret

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_OWN_HEADERS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})
_NUMBER_TEXT = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_FRACTION = re.compile(r"([0-9]{1,9}\.[0-9]{1,9})(ms|s|m|h|d|w)")
_UNIT_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION_PATTERN = r"^([0-9]+(y|w|d|h|m|s|ms))+$|\$[({]"
_MAX_DECIMALS = 7
_LONGEST_WINDOW = timedelta(days=365)
_LONGEST_ZONE = 50
_ODD_ZONES = frozenset({"localtime", "posixrules", "Factory", "posix", "right"})
"""They stand beside the zones, and mean another thing on each machine, or count leap seconds."""


def _read_name(value: str) -> str:
    if _NAME.fullmatch(value):
        return value
    fitting = re.sub(r"[^A-Za-z0-9_.-]+", "-", value).strip("-._")[:100]
    do = "Use letters, digits, `_`, `.` and `-`, a letter or digit first, at most 100 characters"
    raise refusal(shape.NAME, "is not a valid name", f"{do}: {fitting}." if fitting else f"{do}.", safe_do=f"{do}.")


def _read_label(value: str) -> str:
    if _LABEL.fullmatch(value):
        return value
    raise refusal(shape.LABEL, "is not a label name", "Write the label as the metric has it, without quotes or {}.")


def _read_header(value: str) -> str:
    if _HEADER.fullmatch(value) and value.lower() not in _OWN_HEADERS:
        return value
    raise refusal(settings.HEADER, "is not a header that can be set here", "Use letters, digits and `-`.")


def as_number(value: object) -> Decimal | None:
    """A number, also one that stands in quotes or came from the environment."""
    if isinstance(value, str) and _NUMBER_TEXT.fullmatch(value.strip()):
        return Decimal(value.strip())
    return value if isinstance(value, Decimal) else None


def _read_positive(value: object) -> Decimal:
    number = as_number(value)
    if number is None:
        raise refusal(shape.WRONG_TYPE, "must be a number", "Write a plain decimal number.")
    if number <= 0:
        raise refusal(values.NUMBER, "must be above zero", "Use a number above zero.")
    return number


def _read_objective(value: object) -> Decimal:
    """The objective as a ratio, exact."""
    number = as_number(value.rstrip("% ") if isinstance(value, str) else value)
    if number is None or (isinstance(value, str) and "%" in value):
        do = "Write the percentage alone, like 99.9."
        raise refusal(values.OBJECTIVE, "must be a number of percent", do)
    if number >= 100:  # noqa: PLR2004 - percent
        why = "it leaves no error budget"
        raise refusal(values.OBJECTIVE_TOO_HIGH, "must be below 100", "Use at most 99.999.", why=why)
    if number <= 1:
        do = "Write 99.9 for 99.9 %."
        if number > 0:
            do = f"Write {(number * 100).normalize():f}." if number < 1 else "Write at most 99.999."
        raise refusal(values.OBJECTIVE, "must be in percent, above 1", do, safe_do="Write 99.9 for 99.9 %.")
    if number != round(number, _MAX_DECIMALS):
        do = f"Use at most {_MAX_DECIMALS} decimals."
        raise refusal(values.OBJECTIVE_TOO_PRECISE, f"has more than {_MAX_DECIMALS} decimals", do)
    return number.normalize().scaleb(-2)


def _read_slice_objective(value: object) -> Decimal:
    """Like an objective, but no bad event at all may be asked for."""
    return Decimal(1) if as_number(value) == 100 else _read_objective(value)  # noqa: PLR2004 - percent


def read_duration(value: object) -> timedelta:
    """A duration as Prometheus writes it."""
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError:
            fitting = _nearest_duration(value)
    else:
        number = as_number(value)
        fitting = f"{seconds}, if seconds were meant" if number and (seconds := _in_seconds(number)) else ""
    general = "Write whole numbers with units, like 300ms, 30s, 5m, 1h30m or 30d."
    do = f"Write {fitting}." if fitting else general
    raise refusal(values.DURATION, "is not a duration", do, safe_do=general)


def _nearest_duration(text: str) -> str:
    number = as_number(text)
    if number:
        seconds = _in_seconds(number)
        return f"{seconds}, if seconds were meant" if seconds else ""
    match = _FRACTION.fullmatch(text.replace(" ", ""))
    if match is None:
        return ""
    return _in_seconds(Decimal(match[1]) * _UNIT_MILLISECONDS[match[2]] / 1000)


def _in_seconds(seconds: Decimal) -> str:
    if not 0 < seconds < 10**9:
        return ""
    length = timedelta(milliseconds=int(seconds * 1000))
    return format_duration(length) if length else ""


def _read_delay(value: object) -> timedelta:
    """A duration that may be zero."""
    zero = as_number(value) == 0 or (isinstance(value, str) and re.fullmatch("0+(ms|s|m|h)", value))
    return timedelta(0) if zero else read_duration(value)


def read_rolling(value: object) -> timedelta:
    """The length of a rolling window."""
    if as_number(value) is not None:
        raise refusal(values.DURATION, "is not a duration", "Write the unit too: 30d for 30 days.")
    window = read_duration(value)
    if window % timedelta(hours=1) or not timedelta(hours=1) <= window <= _LONGEST_WINDOW:
        what = "must be a whole number of hours, from 1h to 365d"
        raise refusal(values.WINDOW, what, "Use a window such as 7d, 28d, 30d or 90d.")
    return window


def _read_timeslice(value: object) -> timedelta:
    length = read_duration(value)
    if timedelta(hours=1) % length:
        what = "must divide an hour"
        raise refusal(values.BUDGETING, what, "Use a timeslice of 1m, 5m, 10m or 1h.")
    return length


def _read_zone(value: str) -> str:
    if _is_zone(value):
        return value
    near = _nearest_zone(value)
    general = "Write an IANA name like Europe/Paris or UTC."
    raise refusal(values.ZONE, "is not a time zone", f"Did you mean {near}?" if near else general, safe_do=general)


def _is_zone(name: str) -> bool:
    if name.partition("/")[0] in _ODD_ZONES:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such file; no plain path; a directory, or a name too long
        return False
    return True


def _nearest_zone(text: str) -> str:
    """By its whole name, or by the city alone."""
    known = {name.lower(): name for name in sorted(available_timezones())}
    by_city = {name.rpartition("/")[2]: zone for name, zone in known.items()}
    wanted = text.strip().lower().replace(" ", "_")
    for names in (known, by_city):
        close = get_close_matches(wanted[:_LONGEST_ZONE], names, n=1, cutoff=0.75)
        if close:
            return names[close[0]]
    return ""


def _read_bound(value: object) -> Decimal:
    """A number, or a duration in seconds."""
    number = as_number(value)
    if number is not None:
        return number
    try:
        return Decimal(seconds_text(parse_duration(value if isinstance(value, str) else "")))
    except ValueError:
        what = "must be a number or a duration"
        raise refusal(shape.WRONG_TYPE, what, "Write a number in the query's unit, or a duration like 25h.") from None


def _read_truth(value: object) -> bool:
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    if isinstance(value, bool):
        return value
    raise refusal(shape.WRONG_TYPE, "must be true or false", "Write true or false.")


def _read_url(value: str) -> str:
    """A web address; an empty text stays empty, for a reference whose variable is empty."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if value and (not usable or not value.isprintable() or " " in value):
        do = "Write the whole address, like https://runbooks.example.com/shop."
        raise refusal(values.URL, "must be an address that starts with http:// or https://", do, hidden="@" in value)
    return value


def _read_server_url(value: str) -> str:
    """The address of a server that is asked for data, without a trailing slash."""
    parts = urlsplit(_read_url(value))
    if parts.username is not None or parts.password is not None:
        do = 'Use basic_auth: {username: …, password: "${PROMETHEUS_PASSWORD}"}.'
        raise refusal(settings.URL_CREDENTIALS, "holds credentials", do, hidden=True)
    if parts.query or parts.fragment:
        raise refusal(values.URL, "must be a bare address", "Leave out what follows `?` or `#`.")
    return value.rstrip("/")


def _read_secret(value: object) -> Secret:
    if not isinstance(value, str):
        raise refusal(shape.WRONG_TYPE, "must be text", "Put it into quotes.")
    return Secret(value.strip())


def _listed(value: object) -> object:
    """One text stands for a list of one."""
    return [value] if isinstance(value, str) else value


# `x-takes` is the word for it in the reference; editors do not see it.
_DURATION_SCHEMA: JsonDict = {"type": "string", "pattern": _DURATION_PATTERN, "x-takes": "duration"}
_NUMBER_SCHEMA: JsonDict = {"type": ["number", "string"], "x-takes": "number"}

ONE_OR_MORE = BeforeValidator(_listed, json_schema_input_type=str | list[str])
"""For lists that a single text may stand for."""

Text = str
Name = Annotated[
    str,
    AfterValidator(_read_name),
    WithJsonSchema({"type": "string", "pattern": rf"^{_NAME.pattern}$|\$[({{]", "x-takes": "name"}),
]
NameKey = Annotated[str, AfterValidator(_read_name)]
Label = Annotated[str, AfterValidator(_read_label)]
Labels = Annotated[list[Label], ONE_OR_MORE]
HeaderName = Annotated[str, AfterValidator(_read_header)]
Positive = Annotated[Decimal, PlainValidator(_read_positive), WithJsonSchema({**_NUMBER_SCHEMA, "exclusiveMinimum": 0})]
Objective = Annotated[
    Decimal,
    PlainValidator(_read_objective),
    WithJsonSchema({**_NUMBER_SCHEMA, "exclusiveMinimum": 1, "exclusiveMaximum": 100}),
]
SliceObjective = Annotated[
    Decimal,
    PlainValidator(_read_slice_objective),
    WithJsonSchema({**_NUMBER_SCHEMA, "exclusiveMinimum": 1, "maximum": 100}),
]
Duration = Annotated[timedelta, PlainValidator(read_duration), WithJsonSchema(_DURATION_SCHEMA)]
Delay = Annotated[
    timedelta,
    PlainValidator(_read_delay),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, {"const": 0}], "x-takes": "duration, or 0"}),
]
RollingLength = Annotated[timedelta, PlainValidator(read_rolling), WithJsonSchema(_DURATION_SCHEMA)]
TimesliceLength = Annotated[timedelta, PlainValidator(_read_timeslice), WithJsonSchema(_DURATION_SCHEMA)]
Zone = Annotated[str, AfterValidator(_read_zone), WithJsonSchema({"type": "string", "x-takes": "time zone"})]
Bound = Annotated[
    Decimal, PlainValidator(_read_bound), WithJsonSchema({**_NUMBER_SCHEMA, "x-takes": "number or duration"})
]
Truth = Annotated[
    bool, PlainValidator(_read_truth), WithJsonSchema({"type": ["boolean", "string"], "x-takes": "true or false"})
]
Url = Annotated[str, AfterValidator(_read_url), WithJsonSchema({"type": "string", "x-takes": "address"})]
ServerUrl = Annotated[str, AfterValidator(_read_server_url), WithJsonSchema({"type": "string", "x-takes": "address"})]
ServerUrls = Annotated[list[ServerUrl], ONE_OR_MORE]
SecretText = Annotated[
    Secret, PlainValidator(_read_secret), WithJsonSchema({"type": "string", "x-takes": "secret text"})
]
References = Annotated[list[str], ONE_OR_MORE]
