"""An incident as Slack shows it: blocks, and the plain text for notifications. Pure.

Limits: 50 blocks, 150 characters in a header, 3000 in a section's text, 10 fields of 2000, 10 elements in a context.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sloguard.model.alert import AlertKind, Contributor, Incident
from sloguard.model.delivery import Notification
from sloguard.notify.answers import is_web_link, shortened
from sloguard.notify.wording import Wording
from sloguard.presentation.messages import MessageText
from sloguard.presentation.words import budget_left_briefly, duration, instant, other_words, percent

Block = dict[str, Any]

_HEADER_LIMIT = 150
_SECTION_LIMIT = 3_000
_FIELD_LIMIT = 2_000
_MOST_CONTRIBUTORS = 5
_MOST_OTHERS = 12
_VALUE_LIMIT = 990
"""Of one value of a text: a long one must not push out the others."""
_HALF = re.compile(r"(&[a-z]{0,3}|<[^<>]*)$")


@dataclass(frozen=True, slots=True)
class SlackMessage:
    text: str
    """For the notification on a phone, and for screen readers."""
    blocks: Sequence[Block]


def message(notification: Notification, wording: Wording) -> SlackMessage:
    """The message of an incident as it stands now: firing or resolved."""
    incident = notification.incident
    title = wording.text(MessageText.SLACK_TITLE, notification)
    story = _cut(wording.text(MessageText.SLACK_STORY, notification, _harmless), _SECTION_LIMIT)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": shortened(title, _HEADER_LIMIT)}},
        _section(story),
        {"type": "section", "fields": [_field(name, value) for name, value in _facts(incident)]},
    ]
    if incident.contributors:
        blocks.append(_section("*What contributes*\n" + "\n".join(_contributor(one) for one in _most(incident))))
    if incident.others:
        blocks.append(_section("*In the same incident*\n" + _others(incident)))
    links = _links(incident)
    if links:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": links}]})
    return SlackMessage(mrkdwn(f"{title} – {incident.summary}", _SECTION_LIMIT), blocks)


def reply(notification: Notification, wording: Wording) -> SlackMessage:
    """What is added below the first message when the incident changes."""
    shown = _cut(wording.text(MessageText.SLACK_REPLY, notification, _harmless), _SECTION_LIMIT)
    return SlackMessage(shown, [_section(shown)])


def mrkdwn(text: str, limit: int) -> str:
    """Text in which nothing is taken for a mention, a link or an entity, in at most `limit` characters.

    Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return _cut(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), limit)


def _harmless(value: str) -> str:
    return mrkdwn(value, _VALUE_LIMIT)


def _cut(escaped: str, limit: int) -> str:
    """At most so many characters, without half an entity or half a link at the end."""
    return escaped if len(escaped) <= limit else _HALF.sub("", escaped[: limit - 1]) + "…"


def _facts(incident: Incident) -> Sequence[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if incident.objective_ratio is not None:
        is_old = incident.kind is AlertKind.NO_DATA
        facts += [
            ("Success ratio last known" if is_old else "Success ratio now", percent(incident.success_ratio)),
            ("Objective", percent(incident.objective_ratio)),
            ("Budget left", budget_left_briefly(incident.budget_remaining_ratio)),
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
    if incident.acknowledged_by and incident.firing:
        facts.append(("Acknowledged by", incident.acknowledged_by))
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


def _others(incident: Incident) -> str:
    """As many as fit; the rest is counted."""
    lines: list[str] = []
    for one in incident.others:
        line = f"• {mrkdwn(other_words(one), _SECTION_LIMIT // _MOST_OTHERS)}"
        if len(lines) == _MOST_OTHERS:
            break
        lines.append(line)
    rest = len(incident.others) - len(lines)
    return "\n".join([*lines, *([f"… and {rest} more"] if rest else [])])


def _links(incident: Incident) -> str:
    named = (("Runbook", incident.runbook_url), ("Dashboard", incident.dashboard_url))
    links = [_link(name, url) for name, url in named if is_web_link(url)]
    return "  ·  ".join(link for link in links if len(link) < _SECTION_LIMIT // len(named))


def _link(name: str, url: str) -> str:
    for character, code in (("&", "&amp;"), ("|", "%7C"), ("<", "%3C"), (">", "%3E"), (" ", "%20")):
        url = url.replace(character, code)
    return f"<{url}|{name}>"
