"""One row a receiver, with its stand-in: what the tests of all receivers run over."""

from collections.abc import Callable
from dataclasses import dataclass

from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.demo.receivers.server import StandIn
from sloguard.model import settings
from sloguard.model.secret import Secret

TOKEN = "xoxb-1234-very-secret"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_PATH = "/services/T000/B000/very-secret"
SECRETS = (TOKEN, ROUTING_KEY, WEBHOOK_PATH)


def slack(url: str, *, token: str = TOKEN, channel: str = "#oncall") -> settings.SlackReceiver:
    return settings.SlackReceiver("slack.oncall", token=Secret(token), channel=channel, api_url=f"{url}/api/")


def webhook(url: str, *, path: str = WEBHOOK_PATH) -> settings.SlackReceiver:
    return settings.SlackReceiver("slack.team", webhook_url=Secret(f"{url}{path}"))


def pagerduty(url: str, *, routing_key: str = ROUTING_KEY) -> settings.PagerDutyReceiver:
    return settings.PagerDutyReceiver("pagerduty.primary", Secret(routing_key), url)


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of receiver, and the stand-in that it talks to."""

    name: str
    stand_in: Callable[[], StandIn]
    declared: Callable[[str], settings.Receiver]


CASES = (
    Case("slack", lambda: SlackStandIn(token=TOKEN), slack),
    Case("slack webhook", SlackStandIn, webhook),
    Case("pagerduty", lambda: PagerDutyStandIn(routing_key=ROUTING_KEY), pagerduty),
)
