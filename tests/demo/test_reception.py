"""The demonstration's verdict, from what really reached the two receivers."""

from collections.abc import Iterator

import httpx
import pytest

from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.demo.reception import Reception

SLO = "onboarding/availability"
BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": f"Page: {SLO}"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*What contributes*\n• version=2.4.0: 99 % of bad"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Objective*\n99.9 %"}]},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://example.com|Runbook>"}]},
]


class Sender:
    """What a daemon would send, by hand."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.ts = ""

    def pagerduty(self, action: str, slo: str = SLO) -> None:
        event = {"routing_key": "k" * 32, "event_action": action, "dedup_key": f"sloguard/{slo}"}
        payload = {"payload": {"summary": slo, "source": "sloguard", "severity": "critical"}}
        httpx.post(
            f"{self.reception.pagerduty.url}/v2/enqueue", json=event | payload, trust_env=False
        ).raise_for_status()

    def slack(self, text: str, **more: object) -> None:
        method = "chat.update" if "ts" in more else "chat.postMessage"
        answer = httpx.post(
            f"{self.reception.slack.url}/api/{method}",
            json={"channel": "#oncall", "text": text, "blocks": BLOCKS, **more},
            headers={"Authorization": "Bearer xoxb"},
            trust_env=False,
        ).json()
        assert answer["ok"]
        self.ts = answer["ts"]


@pytest.fixture
def sender() -> Iterator[Sender]:
    with PagerDutyStandIn() as pagerduty, SlackStandIn() as slack:
        yield Sender(Reception(pagerduty, slack, SLO))


def test_a_whole_story_has_no_problems(sender: Sender) -> None:
    reception = sender.reception
    assert not reception.paged()
    sender.pagerduty("trigger")
    assert not reception.paged()
    sender.slack(f"Page: {SLO}")
    assert reception.paged()
    assert not reception.resolved()
    sender.pagerduty("resolve")
    assert not reception.resolved()
    sender.slack(f"Resolved: {SLO}", ts=sender.ts)
    assert reception.resolved()
    assert reception.problems() == []


def test_nothing_arrived(sender: Sender) -> None:
    assert sender.reception.problems() == [
        "PagerDuty opened 0 alerts instead of 1",
        f"the page of {SLO} did not reach both",
        "Slack got messages of 0 incidents instead of 1",
    ]


def test_a_page_without_its_resolve(sender: Sender) -> None:
    sender.pagerduty("trigger")
    sender.slack(f"Page: {SLO}")
    assert sender.reception.problems() == [
        f"PagerDuty was not told the resolve of sloguard/{SLO}",
        "Slack was not told the resolve",
    ]


def test_a_second_page_is_one_too_many(sender: Sender) -> None:
    for _ in range(2):
        sender.pagerduty("trigger")
        sender.pagerduty("resolve")
    sender.slack(f"Page: {SLO}")
    sender.slack(f"Resolved: {SLO}", ts=sender.ts)
    sender.slack("Page: onboarding/latency")
    assert sender.reception.problems() == [
        "PagerDuty opened 2 alerts instead of 1",
        "Slack got messages of 2 incidents instead of 1",
    ]


def test_a_refused_request_spoils_it(sender: Sender) -> None:
    httpx.post(f"{sender.reception.pagerduty.url}/v2/enqueue", json={}, trust_env=False)
    assert "1 requests were refused" in sender.reception.problems()


def test_the_page_reads_as_plain_lines(sender: Sender) -> None:
    sender.slack("Page: onboarding/latency")
    sender.slack(f"Page: {SLO}")
    assert sender.reception.page_text() == [
        f"Page: {SLO}",
        "What contributes",
        "• version=2.4.0: 99 % of bad",
        "Objective 99.9 %",
        "<https://example.com|Runbook>",
    ]
