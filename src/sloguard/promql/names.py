"""Every name that sloguard gives to a metric, a label, a rule group, an alert or a generated file."""

from datetime import timedelta

from sloguard.model.duration import format_duration

# Labels: the same on recorded rules, on alerts and on the daemon's own metrics, so that either can stand in.
LABEL_ID = "slo_id"
LABEL_SERVICE = "slo_service"
LABEL_NAME = "slo_name"
LABEL_SEVERITY = "severity"
LABEL_WINDOW = "window"

# Series that the rules record.
BAD_EVENTS_RATE = "sloguard:bad_events:rate5m"
EVENTS_RATE = "sloguard:events:rate5m"
BAD_EVENTS_INCREASE = "sloguard:bad_events:increase10m"
EVENTS_INCREASE = "sloguard:events:increase10m"
OBJECTIVE = "sloguard:objective:ratio"
WINDOW_ERROR_RATIO = "sloguard:error_ratio:window"
"""Bad to total events over the SLO's own window: one name for all SLOs, whatever the window's length."""

# Metrics that the daemon exports, by SLO.
METRIC_OBJECTIVE = "sloguard_objective_ratio"
METRIC_SUCCESS = "sloguard_success_ratio"
METRIC_BUDGET_REMAINING = "sloguard_error_budget_remaining_ratio"
METRIC_BUDGET_CONSUMED = "sloguard_error_budget_consumed_ratio"
METRIC_BURN_RATE = "sloguard_burn_rate"
METRIC_HEALTH = "sloguard_slo_health_score"
METRIC_SERVICE_HEALTH = "sloguard_service_health_score"
METRIC_EVENTS = "sloguard_window_events"
METRIC_BAD_EVENTS = "sloguard_window_bad_events"
METRIC_ADJUSTED_EVENTS = "sloguard_window_adjusted_events"
METRIC_ADJUSTED_BAD_EVENTS = "sloguard_window_adjusted_bad_events"
METRIC_COVERAGE = "sloguard_coverage_ratio"
METRIC_WATERMARK = "sloguard_watermark_timestamp_seconds"
METRIC_ALERT = "sloguard_alert_firing"
METRIC_GROUP = "sloguard_slo_group"

# Metrics that the daemon exports about itself.
METRIC_EVALUATIONS = "sloguard_evaluations_total"
METRIC_EVALUATION_DURATION = "sloguard_evaluation_duration_seconds"
METRIC_LAST_EVALUATION = "sloguard_last_evaluation_timestamp_seconds"
METRIC_TRANSITIONS = "sloguard_alert_transitions_total"
METRIC_HELD_BACK = "sloguard_alerts_held_back_total"
METRIC_NOTIFICATIONS = "sloguard_notifications_sent"
METRIC_OUTBOX = "sloguard_outbox_entries"
METRIC_REPLICA_UP = "sloguard_prometheus_replica_up"
METRIC_REPLICA_IN_USE = "sloguard_prometheus_replica_in_use"
METRIC_REPLAY = "sloguard_replay_progress_ratio"
METRIC_GROUPS_LEFT_OUT = "sloguard_groups_left_out"
METRIC_RECOUNTED = "sloguard_recounted_slos_total"
METRIC_LAST_BACKUP = "sloguard_last_backup_timestamp_seconds"
METRIC_LEADER = "sloguard_leader"
METRIC_BUILD = "sloguard_build_info"
LABEL_RESULT = "result"
LABEL_TRANSITION = "transition"
LABEL_REASON = "reason"
LABEL_RECEIVER = "receiver"
LABEL_OUTCOME = "outcome"
LABEL_STATE = "state"
LABEL_URL = "url"
RESULT_SUCCESS = "success"
RESULT_PROMETHEUS_ERROR = "prometheus_error"
RESULT_FAILURE = "failure"

ALERT_BURN = "SLOErrorBudgetBurn"
OWN_ALERT_PREFIX = "Sloguard"
"""Of the alerts about sloguard itself, in alerting-rules/sloguard.yaml."""

OVERVIEW_FILE = "overview"
"""The dashboard of all SLOs."""
SELF_FILE = "sloguard"
"""What is about sloguard's own daemon: a dashboard, and rules that people write."""


def error_ratio_name(window: timedelta) -> str:
    """Name of the recorded ratio of bad to total events over a window."""
    return f"sloguard:error_ratio:{format_duration(window)}"


def rule_group_name(service: str, part: str) -> str:
    """Of a group that a service's SLOs share."""
    return f"sloguard-{service}/{part}"


def slo_group_name(service: str, slo: str, part: str) -> str:
    return f"sloguard-{service}-{slo}/{part}"


def funnels_stem(service: str) -> str:
    """Name of the dashboard of a service's funnels, without suffix. `_` keeps it apart from every service's."""
    return f"_funnels_{service}"


def file_stem(service: str) -> str:
    """Name of a service's generated files, without suffix. No service's name begins with `_`: none is taken twice."""
    return f"_{service}" if service in {OVERVIEW_FILE, SELF_FILE} else service
