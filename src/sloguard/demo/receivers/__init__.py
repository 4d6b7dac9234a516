"""Local servers that behave as Slack's and PagerDuty's documented APIs do: for the demonstration and the tests."""

from sloguard.demo.receivers.pagerduty import PagerDutyStandIn
from sloguard.demo.receivers.server import ReceivedRequest
from sloguard.demo.receivers.slack import SlackStandIn

__all__ = ["PagerDutyStandIn", "ReceivedRequest", "SlackStandIn"]
