"""The texts of a message, from Jinja2 templates that a team may replace. Pure: templates come as text, not as files."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sloguard.model.alert import Incident
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import Severity
from sloguard.presentation.words import budget_left_briefly, duration, instant, percent

RESOLVED_SIGN = "🟢"
SIGNS: Mapping[Severity, str] = {Severity.PAGE: "🔴", Severity.TICKET: "🟠", Severity.INFO: "🔵"}


Value = TypeVar("Value")


class MessageText(StrEnum):
    """A text that can be replaced, by the name of its template."""

    SLACK_TITLE = "slack_title"
    SLACK_STORY = "slack_story"
    SLACK_REPLY = "slack_reply"
    PAGERDUTY_SUMMARY = "pagerduty_summary"


DEFAULTS: Mapping[MessageText, str] = {
    MessageText.SLACK_TITLE: "{{ sign }} {{ severity if firing else 'Resolved' }}: {{ slo }}",
    MessageText.SLACK_STORY: """{{ summary or slo }}
{% if reason %}
{{ reason }}
{% endif %}
{% if firing and budget_ends_in %}
At this pace the error budget is gone in {{ budget_ends_in }}.
{% endif %}
{{ description }}""",
    MessageText.SLACK_REPLY: """{% if kind == 'acknowledge' -%}
👀 Acknowledged by {{ acknowledged_by or 'somebody' }}: no more reminders.
{%- elif kind == 'reminder' -%}
{{ sign }} Still firing after {{ lasted }}. {{ summary }} {{ reason }}
{%- elif kind == 'escalate' -%}
{{ sign }} Severity is now {{ severity | lower }}. {{ summary }} {{ reason }}
{%- elif firing -%}
{{ sign }} {{ severity }}: {{ summary }} {{ reason }}
{%- else -%}
{{ sign }} Resolved after {{ lasted }}. {{ reason }}
{%- endif %}""",
    MessageText.PAGERDUTY_SUMMARY: "{{ summary or slo }}",
}


class MessageTemplateError(Exception):
    """A template that cannot be used. Says in one line why, and where if that is known."""

    def __init__(self, why: str, line: int | None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def render(template: str, incident: Incident, kind: NotificationKind, escape: Callable[[str], str] = str) -> str:
    """A text of an incident. `escape` makes each value harmless; the template's own words stay as they are.

    Raises:
        MessageTemplateError: the template cannot be read, or fails with these values.
    """
    return _render(template, message_values(incident, kind), escape)


def tried(template: str, examples: Iterable[tuple[NotificationKind, Incident]]) -> None:
    """Try a template with example incidents.

    Raises:
        MessageTemplateError: it cannot be read, uses a value that there is not, or renders to nothing.
    """
    for kind, incident in examples:
        if not render(template, incident, kind):
            raise MessageTemplateError(f"it renders to nothing for a {kind.value}", None)


def message_values(incident: Incident, kind: NotificationKind) -> Mapping[str, object]:
    """What a template can say, in words; the empty text where something is not known."""
    lasted = incident.updated_at - incident.started_at
    return {
        "slo": incident.slo_id,
        "service": incident.service,
        "name": incident.slo_name,
        "description": incident.description,
        "owner": incident.owner,
        "severity": incident.severity.value.capitalize(),
        "sign": SIGNS[incident.severity] if incident.firing else RESOLVED_SIGN,
        "kind": kind.value,
        "about": incident.kind.value,
        "firing": incident.firing,
        "summary": incident.summary,
        "reason": incident.reason,
        "objective": _known(percent, incident.objective_ratio),
        "success_ratio": _known(percent, incident.success_ratio),
        "budget_left": _known(budget_left_briefly, incident.budget_remaining_ratio),
        "budget_ends_in": _known(duration, incident.time_to_exhaustion),
        "since": instant(incident.started_at),
        "ended": "" if incident.firing else instant(incident.updated_at),
        "lasted": duration(lasted),
        "contributors": [
            {
                "label": each.label,
                "value": each.value,
                "bad_share": percent(each.bad_share_ratio),
                "total_share": _known(percent, each.total_share_ratio),
            }
            for each in incident.contributors
        ],
        "others": [
            {
                "slo": each.slo_id,
                "severity": each.severity.value.capitalize(),
                "state": each.state.value,
                "summary": each.summary,
            }
            for each in incident.others
        ],
        "acknowledged_by": incident.acknowledged_by,
        "runbook_url": incident.runbook_url,
        "dashboard_url": incident.dashboard_url,
    }


def _known(words: Callable[[Value], str], value: Value | None) -> str:
    return "" if value is None else words(value)


def _render(template: str, values: Mapping[str, object], escape: Callable[[str], str]) -> str:
    try:
        return _compiled(template, escape).render(values).strip()
    except TemplateSyntaxError as error:
        raise MessageTemplateError(error.message or "it is no template", error.lineno) from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise MessageTemplateError(str(error) or type(error).__name__, None) from error


def _compiled(template: str, escape: Callable[[str], str]) -> Template:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=lambda value: escape(str(value)), trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template)
