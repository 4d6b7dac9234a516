"""Problems of alerting: what can never fire or never be over, pages that reach nobody."""

from sloguard.config.codes.code import Code, Scope
from sloguard.config.problem import Level

UNREACHABLE = Code(
    "SG060",
    "A tier that can never fire",
    "A tier fires when the burn rate exceeds its factor. The highest burn rate there is, with every single event bad, "
    "is 1 / (1 - objective): a factor at or above it is never exceeded.",
    "Use the factor that the message names, or a higher objective.",
    "objective: 90\nalerting: {tiers: [{severity: page, long: 1h, short: 5m, factor: 14.4}]}\n",
)

TIER_WINDOWS = Code(
    "SG061",
    "A tier's windows do not fit",
    "A tier's short window is at least two slices, its long window is longer than the short one and at most the SLO's "
    "window, and both are whole numbers of slices.",
    "Use a long window with a twelfth of it as the short one: 1h and 5m, 6h and 30m, 1d and 2h, 3d and 6h.",
    "alerting: {tiers: [{severity: page, long: 5m, short: 1h, factor: 14.4}]}\n",
)

TIER_TWICE = Code(
    "SG062",
    "Two tiers of the same severity and windows",
    "The one with the higher factor never decides anything.",
    "Remove one of them.",
    """alerting:
  tiers:
    - {severity: page, long: 1h, short: 5m, factor: 14.4}
    - {severity: page, long: 1h, short: 5m, factor: 10}
""",
)

SHARE = Code(
    "SG063",
    "Not a share",
    "How far the success ratio has dropped, and how much of the budget is left, are shares: `25%`, or 0.25. A plain 25 "
    "could be either.",
    "Write the percent sign, or a number below 1.",
    "alerting: {budget: [{severity: ticket, remaining: 25}]}\n",
)

DROP = Code(
    "SG064",
    "A success-rate tier that says nothing",
    "A success-rate tier alerts when the success ratio is a share of the objective below it: with a drop of 0 every "
    "missed objective would alert. Its window is at least two slices, a whole number of them, and at most the SLO's.",
    "Use a drop such as 5%, and a window such as 1h.",
    "alerting: {success_rate: [{severity: ticket, drop: 0%}]}\n",
)

BUDGET_THRESHOLD = Code(
    "SG065",
    "A threshold of the budget that could never be over",
    "A threshold that was crossed is over when 5 % of the budget more are left. Of a budget no more than 100 % can be "
    "left, so at 95 % and above the alert would never resolve.",
    "Use a threshold below 95 %, such as 50%, 25%, 10% or 0%.",
    "alerting: {budget: [{severity: ticket, remaining: 97%}]}\n",
)

FORECAST = Code(
    "SG066",
    "A forecast that says nothing",
    "At a burn rate of 1 a whole budget lasts for the SLO's window. A forecast as long as that would alert at every "
    "burn rate above 1; one below an hour looks at less than the hour by which the pace is measured.",
    "Use something between, such as 3d for a window of 30d.",
    "alerting: {forecast: {severity: ticket, within: 30d}}\n",
)

SILENCE = Code(
    "SG067",
    "A time without data that does not fit",
    "Prometheus goes on to show a series for 5 minutes after its last sample, so a shorter silence of an SLO cannot be "
    "told. Longer than the SLO's window, the alert would come when nothing is known any more.",
    "Use at least 5m (1m for `self_alert`), and at most the SLO's window.",
    "alerting: {no_data: {after: 2m}}\n",
)

SIGNAL_TWICE = Code(
    "SG068",
    "Said twice",
    "Two success-rate tiers of the same drop and window, or two equal thresholds of the budget: the less severe one "
    "never decides anything.",
    "Remove one of them.",
    "alerting: {budget: [{severity: ticket, remaining: 25%}, {severity: page, remaining: 0.25}]}\n",
)

NO_RUNBOOK = Code(
    "SG101",
    "A page without a runbook",
    "This SLO can wake somebody up, and the message will not say what to do.",
    "Set runbook_url at the SLO, its service or under defaults.",
    """version: 1
services:
  - name: shop
    slos:
      - {name: availability, objective: 99.9, indicator: {events: {bad: errors_total, total: requests_total}}}
""",
    Scope.FILE,
    Level.WARNING,
)

PAGE_TO_NOBODY = Code(
    "SG105",
    "Pages go to nobody",
    "There are receivers, but no route leads pages to one of them: such alerts are kept and shown, not sent.",
    "Add `page` to routes.",
    "notify: {slack: {team: {token: xoxb-1, channel: '#team'}}}\nroutes: {ticket: [slack.team]}\n",
    Scope.TOP,
    Level.WARNING,
)

WINDOW_TOO_SHORT = Code(
    "SG106",
    "The window is too short for the standard policy",
    "The standard tiers scale with the SLO's window; here two of them would look at the same stretch of time, or at "
    "one that is as long as its own short window.",
    "Use a longer window, a shorter evaluation.slice, or own tiers.",
    "window: 6h\n",
    level=Level.WARNING,
)

FACTOR_REPLACED = Code(
    "SG201",
    "A standard factor was replaced",
    "With every event bad, the burn rate is 1 / (1 - objective). At low objectives that is below a factor of the "
    "standard policy, whose tier could never fire: it fires when more than 80 % of the events are bad instead.",
    "Nothing needs doing. Declare own tiers to choose other numbers.",
    "objective: 90\n",
    level=Level.NOTE,
)
