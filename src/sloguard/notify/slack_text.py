"""An incident as Slack shows it: blocks, and the plain text for notifications. Pure.

Limits: 50 blocks, 150 characters in a header, 3000 in a section's text, 10 fields of 2000, 10 elements in a context.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sloguard.model.alert import AlertKind, Contributor, Incident
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import Severity
from sloguard.notify.answers import is_web_link, shortened
from sloguard.presentation.words import duration, instant, percent

Block = dict[str, Any]

_HEADER_LIMIT = 150
_SECTION_LIMIT = 3_000
_FIELD_LIMIT = 2_000
_MOST_CONTRIBUTORS = 5
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")

_SIGNS = {Severity.PAGE: "🔴", Severity.TICKET: "🟠", Severity.INFO: "🔵"}
_RESOLVED_SIGN = "🟢"


@dataclass(frozen=True, slots=True)
class SlackMessage:
    text: str
    """For the notification on a phone, and for screen readers."""
    blocks: Sequence[Block]


def message(incident: Incident) -> SlackMessage:
    """The message of an incident as it stands now: firing or resolved."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": shortened(_title(incident), _HEADER_LIMIT)}},
        _section(_story(incident)),
        {"type": "section", "fields": [_field(name, value) for name, value in _facts(incident)]},
    ]
    if incident.contributors:
        blocks.append(_section("*What contributes*\n" + "\n".join(_contributor(one) for one in _most(incident))))
    links = _links(incident)
    if links:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": links}]})
    return SlackMessage(_fallback(incident), blocks)


def reply(incident: Incident, kind: NotificationKind) -> SlackMessage:
    """What is added below the first message when the incident changes."""
    if kind is NotificationKind.RESOLVE:
        text = (
            f"{_RESOLVED_SIGN} Resolved after {duration(incident.updated_at - incident.started_at)}. {incident.reason}"
        )
    else:
        changed = f"{_SIGNS[incident.severity]} Severity is now {incident.severity.value}."
        text = f"{changed} {incident.summary} {incident.reason}"
    shown = mrkdwn(text, _SECTION_LIMIT)
    return SlackMessage(shown, [{"type": "section", "text": {"type": "mrkdwn", "text": shown}}])


def mrkdwn(text: str, limit: int) -> str:
    """Text in which nothing is taken for a mention, a link or an entity, in at most `limit` characters.

    Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= limit:
        return escaped
    return _CUT_ENTITY.sub("", escaped[: limit - 1]) + "…"


def _title(incident: Incident) -> str:
    if not incident.firing:
        return f"{_RESOLVED_SIGN} Resolved: {incident.slo_id}"
    return f"{_SIGNS[incident.severity]} {incident.severity.value.capitalize()}: {incident.slo_id}"


def _fallback(incident: Incident) -> str:
    return mrkdwn(f"{_title(incident)} – {incident.summary}", _SECTION_LIMIT)


def _story(incident: Incident) -> str:
    parts = (incident.summary, incident.reason, incident.description)
    told = [mrkdwn(part, _SECTION_LIMIT // len(parts) - 1) for part in parts if part]
    return "\n".join(told) or mrkdwn(incident.slo_id, _SECTION_LIMIT)


def _facts(incident: Incident) -> Sequence[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if incident.objective_ratio is not None:
        is_old = incident.kind is AlertKind.NO_DATA
        facts += [
            ("Success ratio last known" if is_old else "Success ratio now", percent(incident.success_ratio)),
            ("Objective", percent(incident.objective_ratio)),
            ("Budget left", percent(incident.budget_remaining_ratio)),
        ]
    if incident.firing:
        if incident.kind is AlertKind.OBJECTIVE:
            facts.append(("Budget ends in", duration(incident.time_to_exhaustion)))
        facts.append(("Since", instant(incident.started_at)))
    else:
        lasted = duration(incident.updated_at - incident.started_at)
        facts += [("Lasted", lasted), ("Ended", instant(incident.updated_at))]
    if incident.owner:
        facts.append(("Owner", incident.owner))
    return facts


def _field(name: str, value: str) -> Block:
    return {"type": "mrkdwn", "text": f"*{name}*\n{mrkdwn(value, _FIELD_LIMIT - 50)}"}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _most(incident: Incident) -> Sequence[Contributor]:
    return incident.contributors[:_MOST_CONTRIBUTORS]


def _contributor(one: Contributor) -> str:
    name = mrkdwn(f"{one.label}={one.value}", _SECTION_LIMIT // _MOST_CONTRIBUTORS - 100)
    beside = "" if one.total_share_ratio is None else f", {percent(one.total_share_ratio)} of all"
    return f"• {name}: {percent(one.bad_share_ratio)} of bad{beside}"


def _links(incident: Incident) -> str:
    named = (("Runbook", incident.runbook_url), ("Dashboard", incident.dashboard_url))
    links = [_link(name, url) for name, url in named if is_web_link(url)]
    return "  ·  ".join(link for link in links if len(link) < _SECTION_LIMIT // len(named))


def _link(name: str, url: str) -> str:
    for character, code in (("&", "&amp;"), ("|", "%7C"), ("<", "%3C"), (">", "%3E"), (" ", "%20")):
        url = url.replace(character, code)
    return f"<{url}|{name}>"
