"""Keys that belong to the language but not to this version, and what to write instead."""

LATER_KEYS = {
    "ratio": "Use `events` with plain counters, or a `threshold` on the expression.",
    "group_by": "Write one SLO per label value, each with its own selector.",
    "budgeting": "Leave it out: events are counted. A `threshold` indicator is judged per slice of time.",
    "timeslices": "Leave it out: events are counted. A `threshold` indicator is judged per slice of time.",
    "composite": "Write the members as SLOs of one service; its health score weighs them by `weight`.",
    "calendar": "Use a rolling window such as 30d.",
    "timezone": "Use a rolling window such as 30d.",
    "include": "Keep all services in one file, or validate and run several files on their own.",
    "template": "Use `defaults`, or YAML anchors: `&name`, then `<<: *name`.",
    "templates": "Use `defaults`, or YAML anchors: `&name`, then `<<: *name`.",
    "depends_on": "Leave it out: each SLO alerts on its own.",
    "webhook": "Use slack or pagerduty.",
    "alertmanager": "Use slack or pagerduty.",
    "success_rate": "Use burn-rate tiers.",
    "exhaustion": "Use burn-rate tiers: one with factor 1 tells that the budget will not last.",
    "no_data": "Leave it out: while there are no data, alerts keep their state.",
}
