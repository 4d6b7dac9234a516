"""Keys that belong to the language but not to this version, and what to write instead."""

LATER_KEYS = {
    "depends_on": "Leave it out: each SLO alerts on its own.",
    "webhook": "Use slack or pagerduty.",
    "alertmanager": "Use slack or pagerduty.",
}
