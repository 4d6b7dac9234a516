"""Slack: one message per incident, updated and threaded; limits and escapes; Slack's own errors."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.receivers import SlackStandIn
from sloguard.model.alert import AlertKind, Contributor, Incident, OtherAlert, OtherState
from sloguard.model.delivery import Delivered, DeliveryResult, Notification, NotificationKind, Rejected, Retry
from sloguard.model.policy import Severity
from sloguard.notify.slack import Slack
from sloguard.notify.slack_text import SlackMessage, message, mrkdwn
from sloguard.notify.wording import Wording
from tests.notify.matrix import TOKEN, slack, webhook
from tests.support.incidents import INCIDENT, RESOLVED, entry, notification

TRIGGER, UPDATE, RESOLVE = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE


@pytest.fixture
def server() -> Iterator[SlackStandIn]:
    with SlackStandIn(token=TOKEN) as stand_in:
        yield stand_in


@pytest.fixture
def receiver(server: SlackStandIn) -> Slack:
    return Slack(slack(server.url))


def send(receiver: Slack, incident: Incident, kind: NotificationKind, reference: str | None = None) -> DeliveryResult:
    return receiver.send(entry(Notification(receiver.name, "k", kind, incident), reference=reference))


def shown_of(incident: Incident) -> SlackMessage:
    return message(Notification("slack.oncall", "k", TRIGGER, incident), Wording())


def trigger(receiver: Slack) -> str:
    result = send(receiver, INCIDENT, TRIGGER)
    assert isinstance(result, Delivered)
    assert result.reference
    return result.reference


def texts(block: dict[str, Any]) -> list[str]:
    parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
    return [part["text"] for part in parts if part]


def test_the_first_message_says_all_that_matters(server: SlackStandIn, receiver: Slack) -> None:
    trigger(receiver)
    (posted,) = server.messages
    shown = "\n".join(text for block in posted.blocks for text in texts(dict(block)))
    for words in (
        "Page: onboarding/availability",
        "1.6 % of the requests to onboarding fail; 0.1 % may.",
        "Over 1 h the budget burns 16 ×",
        "*Success ratio now*\n98.4 %",
        "*Objective*\n99.9 %",
        "*Budget left*\n28 %",
        "*Budget ends in*\n5 h 10 min",
        "*Since*\n2026-11-22 12:00 UTC",
        "version=2.3.1: 91 % of bad, 12 % of all",
        "route=/verify: 40 % of bad",
        "<https://runbooks.example.com/onboarding|Runbook>",
        "<https://grafana.example.com/d/onboarding?a=1&amp;b=2|Dashboard>",
    ):
        assert words in shown
    assert posted.text.startswith("🔴 Page: onboarding/availability – 1.6 %")


def test_an_incident_is_one_message_and_its_thread(server: SlackStandIn, receiver: Slack) -> None:
    reference = trigger(receiver)
    assert send(receiver, replace(INCIDENT, severity=Severity.TICKET), UPDATE, reference) == Delivered(reference)
    assert "Ticket: onboarding/availability" in server.messages[0].text
    assert send(receiver, RESOLVED, RESOLVE, reference) == Delivered(reference)
    first, lower, over = server.messages
    assert (first.edits, first.thread) == (2, "")
    assert first.text.startswith("🟢 Resolved: onboarding/availability")
    assert lower.thread == over.thread == first.timestamp
    assert lower.text.startswith("🟠 Ticket: 1.6 %")
    assert "Resolved after 40 min. Burn rates are low." in over.text


@pytest.mark.parametrize(
    ("kind", "severity", "seen_by_all"),
    [
        (NotificationKind.ESCALATE, Severity.PAGE, True),
        (NotificationKind.REMINDER, Severity.PAGE, True),
        (NotificationKind.REMINDER, Severity.TICKET, False),
        (NotificationKind.ACKNOWLEDGE, Severity.PAGE, False),
        (UPDATE, Severity.PAGE, False),
    ],
)
def test_only_an_escalation_and_a_reminder_of_a_page_are_shown_in_the_channel_too(
    server: SlackStandIn, receiver: Slack, kind: NotificationKind, severity: Severity, seen_by_all: bool
) -> None:
    send(receiver, replace(INCIDENT, severity=severity), kind, trigger(receiver))
    assert server.requests[-1].json["reply_broadcast"] is seen_by_all


def test_the_others_of_an_incident_are_listed_as_far_as_they_fit(server: SlackStandIn, receiver: Slack) -> None:
    others = tuple(
        OtherAlert(f"shop/{number}", AlertKind.OBJECTIVE, Severity.PAGE, OtherState.FIRING, f"shop/{number}: <b>")
        for number in range(30)
    )
    send(receiver, replace(INCIDENT, others=others, acknowledged_by="ann <@U1>"), TRIGGER)
    shown = str(server.requests[-1].json["blocks"])
    assert "• page: shop/11: &lt;b&gt;" in shown
    assert "shop/12" not in shown
    assert "… and 18 more" in shown
    assert "ann &lt;@U1&gt;" in shown


@pytest.mark.parametrize("kind", [UPDATE, RESOLVE])
def test_a_message_that_is_gone_is_posted_anew(server: SlackStandIn, receiver: Slack, kind: NotificationKind) -> None:
    reference = trigger(receiver)
    server.delete_messages()
    result = send(receiver, INCIDENT, kind, reference)
    (posted,) = server.messages
    assert result == Delivered(f"{posted.channel}:{posted.timestamp}")
    assert result != Delivered(reference)


@pytest.mark.parametrize("kind", [UPDATE, RESOLVE])
def test_without_a_first_message_a_new_one_is_posted(
    server: SlackStandIn, receiver: Slack, kind: NotificationKind
) -> None:
    assert isinstance(send(receiver, RESOLVED, kind), Delivered)
    assert [posted.thread for posted in server.messages] == [""]


def test_a_reply_that_fails_is_made_up_for_without_a_second_message(server: SlackStandIn, receiver: Slack) -> None:
    reference = trigger(receiver)
    server.delay_next(0)  # the update is answered as usual
    server.fail_next(429, headers={"Retry-After": "3"})
    result = send(receiver, RESOLVED, RESOLVE, reference)
    assert isinstance(result, Retry)
    assert result.after == timedelta(seconds=3)
    assert send(receiver, RESOLVED, RESOLVE, reference) == Delivered(reference)
    assert [posted.thread != "" for posted in server.messages] == [False, True]


def answer_next(server: SlackStandIn, body: dict[str, Any]) -> None:
    server.fail_next(200, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    "code", ["ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"]
)
def test_slacks_own_trouble_passes(server: SlackStandIn, receiver: Slack, code: str) -> None:
    answer_next(server, {"ok": False, "error": code})
    assert send(receiver, INCIDENT, TRIGGER) == Retry(f"Slack answered {code}")


def test_what_slack_refuses_is_rejected_with_its_words(server: SlackStandIn, receiver: Slack) -> None:
    answer_next(
        server,
        {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [f"[ERROR] too long {TOKEN}"]}},
    )
    assert send(receiver, INCIDENT, TRIGGER) == Rejected("Slack refused it: invalid_blocks – [ERROR] too long ***")


@pytest.mark.parametrize(
    ("token", "channel", "why"),
    [
        ("xoxb-wrong", "#oncall", "Slack refused it: invalid_auth"),
        (TOKEN, "", "Slack refused it: channel_not_found"),
        ("", "#oncall", "slack.oncall: neither a token nor a webhook URL is configured"),
        ("xoxb-1\n", "#oncall", "slack.oncall: the token has characters that no token has"),
    ],
)
def test_what_is_configured_wrongly_is_rejected(server: SlackStandIn, token: str, channel: str, why: str) -> None:
    assert send(Slack(slack(server.url, token=token, channel=channel)), INCIDENT, TRIGGER) == Rejected(why)


def test_a_webhook_gets_a_message_for_each_change(server: SlackStandIn) -> None:
    receiver = Slack(webhook(server.url))
    for kind, incident in ((TRIGGER, INCIDENT), (UPDATE, INCIDENT), (RESOLVE, RESOLVED)):
        assert send(receiver, incident, kind) == Delivered(None)
    assert [posted.text[:10] for posted in server.messages] == ["🔴 Page: on", "🔴 Page: on", "🟢 Resolved"]


def test_a_webhooks_refusal_is_told_in_slacks_word(server: SlackStandIn) -> None:
    server.fail_next(404, body=b"no_service")
    assert send(Slack(webhook(server.url)), INCIDENT, TRIGGER) == Rejected("Slack answered 404 Not Found: no_service")


@pytest.mark.parametrize(
    "url", ["hooks.slack.com/services/x", "https://hooks.slack.com/ser vices", "file:///etc/passwd"]
)
def test_a_webhook_url_that_is_none(url: str) -> None:
    receiver = Slack(webhook("", path=url))
    assert send(receiver, INCIDENT, TRIGGER) == Rejected("slack.team: the webhook URL is not a URL")


def test_nobody_can_be_mentioned_by_a_label() -> None:
    hostile = "<!channel> & <https://evil.example|click>"
    shown = json.dumps(shown_of(replace(INCIDENT, summary=hostile, owner=hostile)).blocks)
    assert "<!channel>" not in shown
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;" in shown


def test_only_web_addresses_become_links() -> None:
    shown = shown_of(replace(INCIDENT, runbook_url="javascript:alert(1)", dashboard_url="https://a.example/x|y>z"))
    assert "javascript" not in json.dumps(shown.blocks)
    assert "<https://a.example/x%7Cy%3Ez|Dashboard>" in json.dumps(shown.blocks)


@given(st.text(alphabet="ab&<> ;", max_size=60), st.integers(10, 60))
@settings(max_examples=100)
def test_escaped_text_is_never_cut_inside_an_entity(text: str, limit: int) -> None:
    shown = mrkdwn(text, limit)
    assert len(shown) <= limit
    for entity in ("&amp;", "&lt;", "&gt;"):
        shown = shown.replace(entity, "")
    assert not set(shown) & set("&<>")


LONG = st.sampled_from(["", "x", "&" * 5_000, "<é🔥>" * 3_000])


@given(
    incident=st.builds(
        replace,
        st.just(INCIDENT),
        slo_id=st.sampled_from(["a/b", "a/" + "b" * 400]),
        summary=LONG,
        reason=LONG,
        description=LONG,
        owner=LONG,
        runbook_url=LONG.map("https://x.example/".__add__),
        dashboard_url=LONG,
        firing=st.booleans(),
        success_ratio=st.none() | st.floats(0, 1),
        contributors=st.lists(st.builds(Contributor, LONG, LONG, st.just(0.5), st.none()), max_size=60).map(tuple),
    ),
    kind=st.sampled_from(NotificationKind),
)
@settings(max_examples=60, deadline=None)
def test_no_incident_exceeds_slacks_limits(
    long_lived: tuple[SlackStandIn, Slack, str], incident: Incident, kind: NotificationKind
) -> None:
    server, receiver, reference = long_lived
    assert isinstance(send(receiver, incident, kind, reference), Delivered)
    assert all(request.status == 200 for request in server.requests)


@pytest.fixture(scope="module")
def long_lived() -> Iterator[tuple[SlackStandIn, Slack, str]]:
    with SlackStandIn() as server:
        receiver = Slack(slack(server.url))
        yield server, receiver, trigger(receiver)


def test_a_whole_incident_by_notifications(server: SlackStandIn, receiver: Slack) -> None:
    reference = None
    for kind in (TRIGGER, RESOLVE):
        result = receiver.send(entry(notification(kind), reference=reference))
        assert isinstance(result, Delivered)
        reference = result.reference
    assert len([posted for posted in server.messages if not posted.thread]) == 1
