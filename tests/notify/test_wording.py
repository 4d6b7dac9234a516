"""A team's own words reach its receivers, harmless; a template that fails never costs a page."""

from dataclasses import replace

from structlog.testing import capture_logs

from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.model.delivery import Delivered, Notification, NotificationKind
from sloguard.notify import build_receivers
from sloguard.notify.slack_text import message
from sloguard.notify.wording import Wording
from tests.notify.matrix import TOKEN, pagerduty, slack
from tests.support.incidents import INCIDENT, entry

TRIGGERED = Notification("slack.oncall", "k", NotificationKind.TRIGGER, INCIDENT)


def test_both_receivers_are_sent_the_teams_own_words() -> None:
    own = {"slack_story": "Dear {{ owner }}: *{{ summary }}*", "pagerduty_summary": "[{{ service }}]\n{{ summary }}"}
    with SlackStandIn(token=TOKEN) as slack_server, PagerDutyStandIn() as pagerduty_server:
        receivers = build_receivers((slack(slack_server.url), pagerduty(pagerduty_server.url)), own)
        for receiver in receivers.values():
            assert isinstance(receiver.send(entry(TRIGGERED)), Delivered)
        (posted,), (alert,) = slack_server.messages, pagerduty_server.alerts.values()
    assert posted.blocks[1]["text"]["text"] == f"Dear growth: *{INCIDENT.summary}*"
    assert alert.summary == f"[onboarding] {INCIDENT.summary}"


def test_a_value_in_a_teams_template_mentions_nobody() -> None:
    hostile = replace(TRIGGERED, incident=replace(INCIDENT, summary="<!channel> & co"))
    shown = message(hostile, Wording({"slack_story": "<!here> {{ summary }}"}))
    assert shown.blocks[1]["text"]["text"] == "<!here> &lt;!channel&gt; &amp; co"


def test_a_long_text_ends_neither_in_half_an_entity_nor_in_half_a_link() -> None:
    filled = Wording({"slack_story": "x" * 2990 + "<https://example.com/a|name> {{ summary }}"})
    assert message(TRIGGERED, filled).blocks[1]["text"]["text"] == "x" * 2990 + "…"


def test_a_template_that_fails_with_a_rare_value_gives_way_and_is_told_of() -> None:
    rare = Wording({"slack_story": "{{ contributors[1].label }} {{ summary }}"})
    bare = replace(TRIGGERED, incident=replace(INCIDENT, contributors=()))
    with capture_logs() as logs:
        shown = message(bare, rare)
    assert shown.blocks[1]["text"]["text"].startswith(INCIDENT.summary)
    (logged,) = logs
    assert (logged["event"], logged["template"]) == ("message_template_failed", "slack_story")
