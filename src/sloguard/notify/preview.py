"""What a receiver would be sent, without sending it: the documents as they go out, credentials left out."""

from collections.abc import Callable, Mapping
from typing import Any

from sloguard.model import settings
from sloguard.model.delivery import Notification, NotificationKind
from sloguard.notify.pagerduty import event
from sloguard.notify.slack_text import message, reply
from sloguard.notify.wording import Wording

Document = Mapping[str, Any]


def previewed(receiver: settings.Receiver, notification: Notification, wording: Wording) -> tuple[Document, ...]:
    """The documents that one notification becomes, in the order in which they are sent."""
    return _KINDS[type(receiver)](receiver, notification, wording)


def _slack(receiver: settings.SlackReceiver, notification: Notification, wording: Wording) -> tuple[Document, ...]:
    shown = [message(notification, wording)]
    # A webhook's messages can be neither updated nor answered.
    if notification.kind is not NotificationKind.TRIGGER and not receiver.webhook_url:
        shown.append(reply(notification, wording))
    return tuple({"text": each.text, "blocks": each.blocks} for each in shown)


def _pagerduty(_: settings.PagerDutyReceiver, notification: Notification, wording: Wording) -> tuple[Document, ...]:
    if notification.kind in {NotificationKind.RESOLVE, NotificationKind.ACKNOWLEDGE}:
        return ({"event_action": notification.kind.value, "dedup_key": notification.dedup_key},)
    head = {"event_action": "trigger", "dedup_key": notification.dedup_key}
    return ({**head, **event(notification, wording)},)


_KINDS: Mapping[type, Callable[..., tuple[Document, ...]]] = {
    settings.SlackReceiver: _slack,
    settings.PagerDutyReceiver: _pagerduty,
}
