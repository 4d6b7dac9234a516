"""Problems of single values: objectives, durations, numbers, addresses."""

from sloguard.config.codes.code import Code, Scope
from sloguard.config.problem import Level

OBJECTIVE = Code(
    "SG011",
    "Not an objective in percent",
    "An objective is the share of good events in percent, above 1 and below 100: 99.9 means that one event in a "
    "thousand may be bad. 0.999 would be a ratio.",
    "Write it in percent, without the sign.",
    "objective: 0.999\n",
)

OBJECTIVE_TOO_HIGH = Code(
    "SG012",
    "The objective leaves no error budget",
    "An objective of 100 % forbids every single failure: the error budget is zero, burn rates are infinite, and no "
    "alert can tell a bad day from a catastrophe.",
    "Use at most 99.999, or what your users would notice.",
    "objective: 100\n",
)

OBJECTIVE_TOO_PRECISE = Code(
    "SG013",
    "The objective has too many decimals",
    "More than seven decimals of a percent are one bad event in a thousand million: nobody can measure that.",
    "Use at most seven decimals.",
    "objective: 99.999999995\n",
)

DURATION = Code(
    "SG030",
    "Not a duration",
    "Durations are written as Prometheus does: whole numbers with units, the largest first: y, w, d, h, m, s, ms. "
    "1.5 s are `1s500ms`, an hour and a half is `1h30m`. A plain number has no unit.",
    "Add the unit, and use a smaller one for fractions.",
    "indicator: {latency: {histogram: http_request_duration_seconds, below: 0.3}}\n",
)

WINDOW = Code(
    "SG031",
    "Not a usable window",
    "An SLO's window is a whole number of hours, from 1h to 365d, or a period of the calendar: a week, month, quarter "
    "or year.",
    "Use 7d, 28d, 30d or 90d, or {calendar: month, timezone: Europe/Paris}.",
    "window: 90m\n",
)

SLICE = Code(
    "SG032",
    "Not a usable slice, interval or delay",
    "Events are counted per slice of time: a slice divides an hour into equal parts of at least ten whole seconds. "
    "The evaluation's interval is between 1s and 1h; settling takes no longer than an hour.",
    "Use a slice of 30s, 60s or 5m, an interval of 30s, and settle: 15s.",
    "evaluation: {slice: 7m}\n",
    Scope.TOP,
)

NUMBER = Code(
    "SG033",
    "The number is out of range",
    "Weights and factors are above zero.",
    "Use a number above zero.",
    "weight: 0\n",
)

URL = Code(
    "SG034",
    "Not a web address",
    "Addresses start with http:// or https:// and name a host.",
    "Write the whole address.",
    "runbook_url: runbooks/shop\n",
)

BUDGETING = Code(
    "SG036",
    "Not a usable budgeting",
    "Timeslices need a length and an objective of their own. They are aligned to the hour, so their length divides it, "
    "and they consist of whole slices of the evaluation.",
    "Write budgeting: {method: timeslices, slice: 5m, objective: 95}, or leave it out to count events.",
    "budgeting: {method: timeslices, slice: 7m, objective: 95}\n",
)

ZONE = Code(
    "SG035",
    "Not a time zone",
    "A calendar period begins at midnight somewhere: its zone is a name of the IANA time zone database, which knows "
    "when clocks change there. It is looked up where this command runs.",
    "Write a name like Europe/Paris or UTC. If the name is right, install the system's tzdata.",
    "window: {calendar: month, timezone: Europe/Pari}\n",
)

TOO_STRICT = Code(
    "SG121",
    "Stricter than its slices can show",
    "Where slices of time are counted (`threshold`, `freshness`, `timeslices`), the smallest thing that can go wrong "
    "is one bad slice. Here that alone is more than the error budget of a whole window: the SLO is met without a "
    "single bad slice, or not at all.",
    "Use a lower objective, a longer window or shorter slices.",
    "objective: 99.99\nwindow: 1d\nindicator: {threshold: {query: up, above: 0}}\n",
    level=Level.WARNING,
)
