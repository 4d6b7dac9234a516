"""What the daemon tells of itself: its own Prometheus metrics."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sloguard.daemon.delivery_run import DeliveryReport
from sloguard.model.alert import AlertDecision, AlertKey
from sloguard.model.quiet import QuietReason
from sloguard.model.told import HeldBack
from sloguard.ports import ReplicaState
from sloguard.promql import names

_EVALUATION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Telemetry:
    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        self._evaluations = Counter(
            names.METRIC_EVALUATIONS, "Evaluations, by result.", [names.LABEL_RESULT], registry=registry
        )
        self._duration = Histogram(
            names.METRIC_EVALUATION_DURATION,
            "How long an evaluation took.",
            buckets=_EVALUATION_BUCKETS,
            registry=registry,
        )
        self._last_success = Gauge(
            names.METRIC_LAST_EVALUATION,
            "When the last evaluation with complete answers from Prometheus was made.",
            registry=registry,
        )
        self._add_alerts(registry)
        self._replica_up = Gauge(
            names.METRIC_REPLICA_UP,
            "1 if a Prometheus server answered when it was asked last, else 0.",
            [names.LABEL_URL],
            registry=registry,
        )
        self._replica_in_use = Gauge(
            names.METRIC_REPLICA_IN_USE,
            "1 for the Prometheus server that is asked at present, 0 for its replicas.",
            [names.LABEL_URL],
            registry=registry,
        )
        self._replay = Gauge(names.METRIC_REPLAY, "How much of the missing history is replayed.", registry=registry)
        self._left_out = Gauge(
            names.METRIC_GROUPS_LEFT_OUT,
            "Groups of an SLO that have no place because of its group_limit.",
            [names.LABEL_ID],
            registry=registry,
        )
        self._recounted = Counter(
            names.METRIC_RECOUNTED,
            "Times that late data have changed counts of an SLO.",
            registry=registry,
        )
        self._last_backup = Gauge(
            names.METRIC_LAST_BACKUP,
            "When the newest scheduled backup was made; 0 while there is none.",
            registry=registry,
        )
        self._leader = Gauge(
            names.METRIC_LEADER,
            "1 if this daemon evaluates, 0 while it stands by because another one on the same store does.",
            registry=registry,
        )
        build = Gauge(names.METRIC_BUILD, "The running version.", ["version"], registry=registry)
        build.labels(version).set(1)
        for result in (names.RESULT_SUCCESS, names.RESULT_PROMETHEUS_ERROR, names.RESULT_FAILURE):
            self._evaluations.labels(result)

    def _add_alerts(self, registry: CollectorRegistry) -> None:
        """What is decided, held back, and sent."""
        self._transitions = Counter(
            names.METRIC_TRANSITIONS,
            "Changes of alerts, by what happened and why.",
            [names.LABEL_TRANSITION, names.LABEL_REASON],
            registry=registry,
        )
        self._held_back = Counter(
            names.METRIC_HELD_BACK,
            "Alerts of which nothing, or nothing more, was said, by reason.",
            [names.LABEL_REASON],
            registry=registry,
        )
        for reason in QuietReason:
            self._held_back.labels(reason.value)
        self._notifications = Gauge(
            names.METRIC_NOTIFICATIONS,
            "Answers of receivers since the daemon started, by receiver and outcome.",
            [names.LABEL_RECEIVER, names.LABEL_OUTCOME],
            registry=registry,
        )
        self._outbox = Gauge(
            names.METRIC_OUTBOX, "Notifications in the outbox, by state.", [names.LABEL_STATE], registry=registry
        )

    def leading(self, leads: Callable[[], bool]) -> None:
        """Have it asked from now on whether this daemon evaluates."""
        self._leader.set_function(lambda: float(leads()))

    def stand_by(self) -> None:
        """Stop telling what another daemon knows better now."""
        for gauge in (self._outbox, self._left_out, self._replica_up, self._replica_in_use):
            gauge.clear()

    def evaluated(self, result: str, seconds: float, now: datetime) -> None:
        self._evaluations.labels(result).inc()
        self._duration.observe(seconds)
        if result == names.RESULT_SUCCESS:
            self._last_success.set(now.timestamp())

    def decided(self, decisions: Mapping[AlertKey, AlertDecision]) -> None:
        for decision in decisions.values():
            self._transitions.labels(decision.transition.value, decision.reason.code.value).inc()

    def held_back(self, entries: Sequence[HeldBack]) -> None:
        for entry in entries:
            self._held_back.labels(entry.quiet.reason.value).inc()

    def replicas(self, states: Sequence[ReplicaState]) -> None:
        for state in states:
            self._replica_in_use.labels(state.url).set(state.in_use)
            if state.problem is not None:
                self._replica_up.labels(state.url).set(not state.problem)

    def left_out(self, counts: Mapping[str, int]) -> None:
        for slo_id, count in counts.items():
            self._left_out.labels(slo_id).set(count)

    def delivered(self, report: DeliveryReport, depth: Mapping[str, int]) -> None:
        for (receiver, outcome), count in report.counts.items():
            self._notifications.labels(receiver, outcome.value).set(count)
        for state, count in depth.items():
            self._outbox.labels(state).set(count)

    def recounted(self, slos: int) -> None:
        self._recounted.inc(slos)

    def backed_up(self, newest_at: datetime | None) -> None:
        if newest_at is not None:
            self._last_backup.set(newest_at.timestamp())

    def replayed(self, ratio: float) -> None:
        self._replay.set(ratio)
