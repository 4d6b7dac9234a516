"""The texts of messages: built-in ones, a team's own, and what a template may not do."""

from dataclasses import replace

import pytest

from sloguard.model.delivery import NotificationKind
from sloguard.presentation.example import BLIND, EXAMPLES, FIRING, RESOLVED
from sloguard.presentation.messages import DEFAULTS, MessageTemplateError, MessageText, render, tried

TRIGGER, UPDATE, RESOLVE = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE


def default(which: MessageText, kind: NotificationKind = TRIGGER) -> str:
    return render(DEFAULTS[which], RESOLVED if kind is RESOLVE else FIRING, kind)


def test_the_built_in_texts() -> None:
    assert default(MessageText.SLACK_TITLE) == "🔴 Page: shop/checkout"
    assert default(MessageText.SLACK_TITLE, RESOLVE) == "🟢 Resolved: shop/checkout"
    assert default(MessageText.PAGERDUTY_SUMMARY) == FIRING.summary
    assert default(MessageText.SLACK_STORY).splitlines() == [
        FIRING.summary,
        FIRING.reason,
        "At this pace the error budget is gone in 5 h 10 min.",
        FIRING.description,
    ]
    assert default(MessageText.SLACK_STORY, RESOLVE).splitlines() == [
        RESOLVED.summary,
        RESOLVED.reason,
        RESOLVED.description,
    ]
    assert default(MessageText.SLACK_REPLY, RESOLVE) == f"🟢 Resolved after 40 min. {RESOLVED.reason}"
    assert default(MessageText.SLACK_REPLY, UPDATE) == f"🔴 Page: {FIRING.summary} {FIRING.reason}"
    escalated = default(MessageText.SLACK_REPLY, NotificationKind.ESCALATE)
    assert escalated == f"🔴 Severity is now page. {FIRING.summary} {FIRING.reason}"
    assert default(MessageText.SLACK_REPLY, NotificationKind.REMINDER).startswith("🔴 Still firing after 4 min. ")
    taken_on = render(
        DEFAULTS[MessageText.SLACK_REPLY], replace(FIRING, acknowledged_by="ann"), NotificationKind.ACKNOWLEDGE
    )
    assert taken_on == "👀 Acknowledged by ann: no more reminders."


@pytest.mark.parametrize("which", MessageText)
def test_built_in_texts_pass_the_trial_of_a_teams_own(which: MessageText) -> None:
    tried(DEFAULTS[which], EXAMPLES)


def test_values_are_escaped_and_the_templates_own_words_are_not() -> None:
    template = "<!here> {{ summary | upper }}{% for one in contributors %} {{ one.label }}{% endfor %}"
    assert render(template, FIRING, TRIGGER, lambda value: f"[{value}]") == (
        f"<!here> [{FIRING.summary.upper()}] [version] [route]"
    )


def test_what_is_not_known_is_an_empty_text() -> None:
    template = "{% if budget_ends_in %}ends{% else %}unknown{% endif %}{{ success_ratio }}"
    assert render(template, BLIND, TRIGGER) == "unknown"


@pytest.mark.parametrize(
    ("template", "why", "line"),
    [
        ("{{ sumary }}", "'sumary' is undefined", None),
        ("ok\n{% if firing %}", "Unexpected end of template", 2),
        ("{{ summary", "unexpected end of template", 1),
        ("{{ summary.__class__.__mro__ }}", "unsafe", None),
        ("{{ ''.__class__.__base__.__subclasses__() }}", "unsafe", None),
        ("{% include '/etc/passwd' %}", "no loader", None),
        ("{{ 1 / 0 }}", "division by zero", None),
        ("{{ contributors[7].label }}", "list object has no element 7", None),
        ("{% if not firing %}over{% endif %}", "it renders to nothing for a trigger", None),
    ],
)
def test_a_template_that_cannot_be_used(template: str, why: str, line: int | None) -> None:
    with pytest.raises(MessageTemplateError) as refused:
        tried(template, EXAMPLES)
    assert why in refused.value.why
    assert refused.value.line == line
