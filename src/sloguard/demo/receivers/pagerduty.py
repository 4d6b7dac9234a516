"""A stand-in for PagerDuty's Events API v2.

Source of its rules: https://developer.pagerduty.com/docs/send-alert-event
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from sloguard.demo.receivers.server import Answer, StandIn, json_answer

_KEY_LENGTH = 32
_LONGEST_SUMMARY = 1_024
_LONGEST_DEDUP_KEY = 255
_SEVERITIES = ("critical", "error", "warning", "info")
_ACTIONS = ("trigger", "acknowledge", "resolve")

Json = Mapping[str, Any]


class AlertState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class PagerDutyAlert:
    dedup_key: str
    state: AlertState
    summary: str
    severity: str
    payload: Json
    events: int = 1
    """Triggers that went into it."""


class PagerDutyStandIn(StandIn):
    """Keeps an alert per dedup key. `pages` counts the alerts that were opened: each would call somebody."""

    longest_body = 524_288

    def __init__(
        self, *, routing_key: str | None = None, port: int = 0, on_event: Callable[[str], None] | None = None
    ) -> None:
        """Takes any routing key of the right length, unless one is given."""
        super().__init__(port=port, on_event=on_event)
        self._routing_key = routing_key
        self._alerts: dict[str, PagerDutyAlert] = {}
        self._pages = 0

    @property
    def alerts(self) -> Mapping[str, PagerDutyAlert]:
        """The newest alert of each dedup key."""
        with self.lock:
            return dict(self._alerts)

    @property
    def pages(self) -> int:
        with self.lock:
            return self._pages

    def respond(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:  # noqa: ARG002 - needs no header
        if path != "/v2/enqueue":
            return json_answer(HTTPStatus.NOT_FOUND, {"status": "not found"})
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return _invalid(["Event is not valid JSON"])
        errors = _errors(event, self._routing_key)
        if errors:
            return _invalid(errors)
        dedup_key = event.get("dedup_key") or f"generated-{len(self._alerts)}"
        self._take(event["event_action"], dedup_key, event.get("payload", {}))
        return json_answer(
            HTTPStatus.ACCEPTED, {"status": "success", "message": "Event processed", "dedup_key": dedup_key}
        )

    def _take(self, action: str, dedup_key: str, payload: Json) -> None:
        alert = self._alerts.get(dedup_key)
        is_open = alert is not None and alert.state is not AlertState.RESOLVED
        if action == "trigger":
            self._trigger(dedup_key, payload, alert if is_open else None)
        elif alert is None or not is_open:
            self.say(f"PagerDuty  {action} without an open alert, dropped  {dedup_key}")
        else:
            state = AlertState.RESOLVED if action == "resolve" else AlertState.ACKNOWLEDGED
            self._alerts[dedup_key] = replace(alert, state=state)
            self.say(f"PagerDuty  {state.value.upper()}  {dedup_key}  {alert.summary}")

    def _trigger(self, dedup_key: str, payload: Json, known: PagerDutyAlert | None) -> None:
        if known:
            self._alerts[dedup_key] = replace(known, events=known.events + 1)
            self.say(f"PagerDuty  update ({payload['severity']})  {dedup_key}  {payload['summary']}")
            return
        self._pages += 1
        self._alerts[dedup_key] = PagerDutyAlert(
            dedup_key, AlertState.TRIGGERED, payload["summary"], payload["severity"], payload
        )
        self.say(f"PagerDuty  PAGE ({payload['severity']})  {dedup_key}  {payload['summary']}")


def _invalid(errors: Sequence[str]) -> Answer:
    return json_answer(
        HTTPStatus.BAD_REQUEST,
        {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)},
    )


def _errors(event: object, routing_key: str | None) -> Sequence[str]:
    if not isinstance(event, dict):
        return ["Event is not an object"]
    errors = []
    key = event.get("routing_key")
    if not isinstance(key, str) or not key:
        errors.append("'routing_key' is missing or blank")
    elif len(key) != _KEY_LENGTH:
        errors.append(f"Length of 'routing_key' is incorrect (should be {_KEY_LENGTH} characters)")
    elif routing_key is not None and key != routing_key:
        errors.append("'routing_key' is invalid")
    action = event.get("event_action")
    if action not in _ACTIONS:
        errors.append(f"'event_action' is missing or not one of {', '.join(_ACTIONS)}")
    dedup_key = event.get("dedup_key", "")
    if not isinstance(dedup_key, str) or len(dedup_key) > _LONGEST_DEDUP_KEY:
        errors.append(f"'dedup_key' is no string of at most {_LONGEST_DEDUP_KEY} characters")
    elif not dedup_key and action in ("acknowledge", "resolve"):
        errors.append("'dedup_key' is missing or blank")
    return [*errors, *(_payload_errors(event.get("payload")) if action == "trigger" else ())]


def _payload_errors(payload: object) -> Sequence[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    errors = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source", "severity")
        if not isinstance(payload.get(name), str) or not payload[name].strip()
    ]
    if len(str(payload.get("summary", ""))) > _LONGEST_SUMMARY:
        errors.append(f"'payload.summary' is longer than {_LONGEST_SUMMARY} characters")
    if isinstance(payload.get("severity"), str) and payload["severity"] not in _SEVERITIES:
        errors.append(f"'payload.severity' is not one of {', '.join(_SEVERITIES)}")
    return errors
