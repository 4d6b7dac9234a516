"""The demonstration: a workload, a Prometheus with a past, and stand-ins for Slack and PagerDuty."""
