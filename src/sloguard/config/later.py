"""Keys that belong to the language but not to this version, and what to write instead."""

LATER_KEYS = {
    "webhook": "Use slack or pagerduty.",
    "alertmanager": "Use slack or pagerduty.",
}
