"""Every kind of receiver that there is. A new one is a file beside this one, and one line here."""

from collections.abc import Callable, Mapping, Sequence

from sloguard.model import settings
from sloguard.notify.answers import TIMEOUT_SECONDS
from sloguard.notify.pagerduty import PagerDuty
from sloguard.notify.slack import Slack
from sloguard.ports import Receiver

KINDS: Mapping[type, Callable[..., Receiver]] = {
    settings.SlackReceiver: Slack,
    settings.PagerDutyReceiver: PagerDuty,
}


def build_receivers(
    declared: Sequence[settings.Receiver], *, timeout_seconds: int = TIMEOUT_SECONDS
) -> Mapping[str, Receiver]:
    """The receivers by name. Nobody is called yet: a receiver without a credential says so when it is sent to."""
    return {receiver.name: KINDS[type(receiver)](receiver, timeout_seconds=timeout_seconds) for receiver in declared}
