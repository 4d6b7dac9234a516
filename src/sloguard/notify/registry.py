"""Every kind of receiver that there is. A new one is a file beside this one, and one line here."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sloguard.model import settings
from sloguard.notify.answers import TIMEOUT_SECONDS
from sloguard.notify.pagerduty import PagerDuty
from sloguard.notify.slack import Slack
from sloguard.notify.wording import Wording
from sloguard.ports import Receiver

KINDS: Mapping[type, Callable[..., Receiver]] = {
    settings.SlackReceiver: Slack,
    settings.PagerDutyReceiver: PagerDuty,
}


def build_receivers(
    declared: Sequence[settings.Receiver],
    templates: Mapping[str, str] = MappingProxyType({}),
    *,
    timeout_seconds: int = TIMEOUT_SECONDS,
) -> Mapping[str, Receiver]:
    """The receivers by name, which write with these templates where they replace built-in ones.

    Nobody is called yet: a receiver without a credential says so when it is sent to.
    """
    wording = Wording(templates)
    return {
        receiver.name: KINDS[type(receiver)](receiver, wording, timeout_seconds=timeout_seconds)
        for receiver in declared
    }
