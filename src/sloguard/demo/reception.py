"""What the two receivers got: whether the page is there, whether it was resolved, and its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.demo.receivers.pagerduty import AlertState


@dataclass(frozen=True, slots=True)
class Reception:
    """Both receivers, and the SLO that they shall hear of: once, and of nothing else."""

    pagerduty: PagerDutyStandIn
    slack: SlackStandIn
    slo_id: str

    def paged(self) -> bool:
        in_slack = any(self.slo_id in message.text for message in self.slack.messages)
        return in_slack and any(self.slo_id in key for key in self.pagerduty.alerts)

    def resolved(self) -> bool:
        return self.paged() and not self._unresolved() and self._resolved_in_slack()

    def problems(self) -> Sequence[str]:
        """What is missing or too much for a whole story."""
        messages = [message for message in self.slack.messages if not message.thread]
        refused = [
            request for request in (*self.pagerduty.requests, *self.slack.requests) if request.status >= _FIRST_ERROR
        ]
        checks = (
            (self.pagerduty.pages != 1, f"PagerDuty opened {self.pagerduty.pages} alerts instead of 1"),
            (not self.paged(), f"the page of {self.slo_id} did not reach both"),
            (bool(self._unresolved()), f"PagerDuty was not told the resolve of {', '.join(self._unresolved())}"),
            (len(messages) != 1, f"Slack got messages of {len(messages)} incidents instead of 1"),
            (bool(messages) and not self._resolved_in_slack(), "Slack was not told the resolve"),
            (bool(refused), f"{len(refused)} requests were refused"),
        )
        return [words for wrong, words in checks if wrong]

    def page_text(self) -> Sequence[str]:
        """The page as somebody on call reads it in Slack."""
        return [
            line
            for message in self.slack.messages
            if self.slo_id in message.text and not message.thread
            for block in message.blocks
            for line in _lines(block)
        ]

    def _unresolved(self) -> Sequence[str]:
        return [key for key, alert in self.pagerduty.alerts.items() if alert.state is not AlertState.RESOLVED]

    def _resolved_in_slack(self) -> bool:
        return any(self.slo_id in message.text and "Resolved" in message.text for message in self.slack.messages)


_FIRST_ERROR = HTTPStatus.BAD_REQUEST


def _lines(block: Mapping[str, Any]) -> Sequence[str]:
    """A block's texts, a field's name and value on one line."""
    text = [str(block["text"]["text"])] if "text" in block else []
    fields = [str(field["text"]).replace("\n", " ") for field in block.get("fields", ())]
    elements = [str(element["text"]) for element in block.get("elements", ())]
    return [line.replace("*", "") for part in (*text, *fields, *elements) for line in part.splitlines()]
