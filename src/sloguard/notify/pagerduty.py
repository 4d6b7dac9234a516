"""PagerDuty, by its Events API v2. The only file that knows pdpyras, so that its successor is a change of one file."""

import warnings
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from requests import Response
from requests.exceptions import Timeout, TooManyRedirects

from sloguard.model.alert import AlertKind, Contributor, Incident
from sloguard.model.delivery import (
    Delivered,
    DeliveryResult,
    Notification,
    NotificationKind,
    OutboxEntry,
    Rejected,
    Retry,
)
from sloguard.model.policy import Severity
from sloguard.model.settings import PagerDutyReceiver
from sloguard.notify.answers import TIMEOUT_SECONDS, failed, is_web_link, shortened, without
from sloguard.notify.sdk_log import quiet_logger
from sloguard.notify.wording import Wording
from sloguard.presentation.messages import MessageText
from sloguard.presentation.words import budget_left_briefly, duration, instant, other_words, percent

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message='The package "pdpyras" is deprecated')
    from pdpyras import EventsAPISession, PDClientError, URLError

_RETRIED_BY_PDPYRAS = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_SUMMARY_LIMIT = 1_024
_DETAIL_LIMIT = 4_000
"""Keeps an event far below the 512 KB that PagerDuty takes."""
_MOST_CONTRIBUTORS = 10

_SEVERITIES = {Severity.PAGE: "critical", Severity.TICKET: "warning", Severity.INFO: "info"}

_UNKNOWN = percent(None)
_CLASSES = {
    AlertKind.OBJECTIVE: "error budget burn",
    AlertKind.NO_DATA: "no data",
    AlertKind.SELF: "monitoring is blind",
}


class PagerDuty:
    """Updates and reminders trigger again with the same dedup key, which PagerDuty adds to the open alert."""

    def __init__(
        self, declared: PagerDutyReceiver, wording: Wording | None = None, *, timeout_seconds: int = TIMEOUT_SECONDS
    ) -> None:
        self.name = declared.name
        self._wording = wording or Wording()
        self._timeout_seconds = timeout_seconds
        self._routing_key = declared.routing_key
        self._events_url = declared.events_url.rstrip("/")

    def send(self, entry: OutboxEntry) -> DeliveryResult:
        if not self._routing_key:
            return Rejected(f"{self.name}: the routing key is not configured")
        notification = entry.notification
        try:
            with self._session() as session:
                match notification.kind:
                    case NotificationKind.RESOLVE:
                        session.resolve(notification.dedup_key)
                    case NotificationKind.ACKNOWLEDGE:
                        session.acknowledge(notification.dedup_key)
                    case _:
                        properties = event(notification, self._wording)
                        session.send_event("trigger", dedup_key=notification.dedup_key, **properties)
        except PDClientError as error:
            return self._failure(error)
        except (URLError, RecursionError) as error:
            return Retry(f"PagerDuty could not be reached: {type(error).__name__}")
        return Delivered()

    def _session(self) -> EventsAPISession:
        """A session that answers at once: left alone, pdpyras sleeps and tries again, on 429 without end."""
        session = EventsAPISession(self._routing_key.reveal())
        session.log = quiet_logger()
        session.url = self._events_url
        session.timeout = self._timeout_seconds
        session.max_network_attempts = 0
        session.max_redirects = 0  # the routing key is for this address only
        # A status may be tried again once, and of all tries fewer than none are left: a 0 for 429 means without end.
        session.retry = dict.fromkeys(_RETRIED_BY_PDPYRAS, 1)
        session.max_http_attempts = -1
        return session

    def _failure(self, error: PDClientError) -> DeliveryResult:
        response: Response | None = error.response
        if isinstance(error.__cause__, TooManyRedirects):
            return Rejected(f"PagerDuty's address {self._events_url} redirects to another, which is not followed")
        if response is None:
            return Retry(f"PagerDuty could not be reached: {_cause(error)}")
        if response.ok:
            return Retry("PagerDuty's answer was not understood")
        return failed("PagerDuty", response.status_code, response.headers, without(self._routing_key, _said(response)))


def _cause(error: BaseException) -> str:
    """What the network said, from the innermost error that has words for it."""
    if isinstance(error.__cause__, Timeout):
        return "no answer in time"
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return type(error.__cause__ or error).__name__


def _said(response: Response) -> str:
    """The message and the errors of an answer; nothing if it is not PagerDuty's JSON."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, Mapping):
        return ""
    errors = body.get("errors")
    details = [str(error) for error in errors] if isinstance(errors, list) else []
    return ": ".join(part for part in (str(body.get("message", "")), "; ".join(details)) if part)


def event(notification: Notification, wording: Wording) -> Mapping[str, Any]:
    """What PagerDuty is told of an incident that fires, without its key and address."""
    incident = notification.incident
    summary = " ".join(wording.text(MessageText.PAGERDUTY_SUMMARY, notification).split())
    return {
        "payload": {
            "summary": shortened(summary, _SUMMARY_LIMIT),
            "source": incident.slo_id,
            "severity": _SEVERITIES[incident.severity],
            "component": incident.slo_name,
            "group": incident.service,
            "class": _CLASSES[incident.kind],
            "custom_details": _details(incident),
        },
        "links": _links(incident),
        "client": "sloguard",
    }


def _details(incident: Incident) -> Mapping[str, str]:
    details = {
        "what": incident.description,
        "why": incident.reason,
        "success_ratio_now": percent(incident.success_ratio),
        "objective": percent(incident.objective_ratio),
        "budget_left": budget_left_briefly(incident.budget_remaining_ratio),
        "budget_ends_in": duration(incident.time_to_exhaustion),
        "since": instant(incident.started_at),
        "owner": incident.owner,
        "contributors": "\n".join(_contributor(one) for one in incident.contributors[:_MOST_CONTRIBUTORS]),
        "also": "\n".join(other_words(one) for one in incident.others),
    }
    return {name: shortened(value, _DETAIL_LIMIT) for name, value in details.items() if value not in {"", _UNKNOWN}}


def _contributor(one: Contributor) -> str:
    beside = "" if one.total_share_ratio is None else f", {percent(one.total_share_ratio)} of all"
    return f"{one.label}={one.value}: {percent(one.bad_share_ratio)} of bad{beside}"


def _links(incident: Incident) -> Sequence[Mapping[str, str]]:
    named = (("Runbook", incident.runbook_url), ("Dashboard", incident.dashboard_url))
    return [{"href": url, "text": name} for name, url in named if is_web_link(url)]
