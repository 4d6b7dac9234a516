"""Slack. With a bot token: one message per incident, updated and threaded. With a webhook: a message for each change.

A webhook's answer does not name its message, so that it can neither be updated nor answered.
If the process dies between Slack's answer and its record, a first message or a reply is posted a second time: Slack
knows no dedup key.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from sloguard.model.delivery import Delivered, DeliveryResult, NotificationKind, OutboxEntry, Rejected, Retry
from sloguard.model.policy import Severity
from sloguard.model.secret import Secret
from sloguard.model.settings import SlackReceiver
from sloguard.notify.answers import TIMEOUT_SECONDS, failed, is_sendable, is_web_link, retry_after, shortened, without
from sloguard.notify.sdk_log import quiet_logger
from sloguard.notify.slack_client import StayingWebClient
from sloguard.notify.slack_text import message, reply
from sloguard.notify.wording import Wording

_LONGEST_DETAIL = 300
_LONGEST_CODE = 80

_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""Errors that Slack says to try again on."""

_MESSAGE_GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})

_FOR_ALL = frozenset({NotificationKind.ESCALATE, NotificationKind.REMINDER})
"""Of a page these are for the whole channel. That it grows or shrinks is for those who read its thread."""

_NO_ANSWER = (OSError, HTTPException, SlackClientError)
"""URLError and timeouts are OSErrors."""

# A body that is no text, or no JSON; the SDK stumbles over JSON that is no object with an AttributeError.
_NOT_UNDERSTOOD = (ValueError, LookupError, AttributeError, RecursionError)
_NOT_UNDERSTOOD_WORDS = "Slack's answer was not understood"


class Slack:
    def __init__(
        self, declared: SlackReceiver, wording: Wording | None = None, *, timeout_seconds: int = TIMEOUT_SECONDS
    ) -> None:
        self.name = declared.name
        self._wording = wording or Wording()
        self._channel = declared.channel
        self._token = declared.token or Secret("")
        self._api_url = declared.api_url
        self._webhook_url = declared.webhook_url or Secret("")
        self._web = _web_client(declared.api_url, self._token, timeout_seconds)
        self._webhook = _webhook_client(self._webhook_url, timeout_seconds)

    def send(self, entry: OutboxEntry) -> DeliveryResult:
        if self._webhook_url:
            if not is_sendable(self._webhook_url) or not is_web_link(self._webhook_url.reveal()):
                return Rejected(f"{self.name}: the webhook URL is not a URL")
            return _answered(lambda: self._send_to_webhook(entry), self._webhook_url)
        if not self._token:
            return Rejected(f"{self.name}: neither a token nor a webhook URL is configured")
        if not is_sendable(self._token):
            return Rejected(f"{self.name}: the token has characters that no token has")
        if not is_web_link(self._api_url):
            return Rejected(f"{self.name}: api_url is not a URL")
        return _answered(lambda: self._send_to_channel(entry), self._token)

    def _send_to_channel(self, entry: OutboxEntry) -> DeliveryResult:
        channel, _, timestamp = (entry.reference or "").partition(":")
        if entry.notification.kind is NotificationKind.TRIGGER or not timestamp:
            return self._post(entry)
        try:
            self._update(entry, channel, timestamp)
        except SlackApiError as error:
            if _error_code(error) in _MESSAGE_GONE:
                return self._post(entry)
            raise
        # After the update, which a second attempt can repeat unseen.
        self._reply(entry, channel, timestamp)
        return Delivered(entry.reference)

    def _post(self, entry: OutboxEntry) -> DeliveryResult:
        shown = message(entry.notification, self._wording)
        answer = self._web.chat_postMessage(
            channel=self._channel, text=shown.text, blocks=shown.blocks, unfurl_links=False, unfurl_media=False
        )
        channel, timestamp = answer.get("channel"), answer.get("ts")
        return Delivered(f"{channel}:{timestamp}" if channel and timestamp else None)

    def _update(self, entry: OutboxEntry, channel: str, timestamp: str) -> None:
        shown = message(entry.notification, self._wording)
        self._web.chat_update(channel=channel, ts=timestamp, text=shown.text, blocks=shown.blocks)

    def _reply(self, entry: OutboxEntry, channel: str, timestamp: str) -> None:
        incident, kind = entry.notification.incident, entry.notification.kind
        added = reply(entry.notification, self._wording)
        # Nobody is notified of an edited message, and of a reply only its readers.
        loud = kind in _FOR_ALL and incident.severity is Severity.PAGE
        self._web.chat_postMessage(
            channel=channel,
            thread_ts=timestamp,
            reply_broadcast=loud,
            text=added.text,
            blocks=added.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )

    def _send_to_webhook(self, entry: OutboxEntry) -> DeliveryResult:
        shown = message(entry.notification, self._wording)
        answer = self._webhook.send(text=shown.text, blocks=shown.blocks)
        if answer.status_code != HTTPStatus.OK:
            code = answer.body.strip() if _is_code(answer.body.strip()) else ""
            return failed("Slack", answer.status_code, answer.headers, without(self._webhook_url, code))
        return Delivered() if answer.body.strip() == "ok" else Retry(_NOT_UNDERSTOOD_WORDS)


def _web_client(api_url: str, token: Secret, timeout_seconds: int) -> StayingWebClient:
    return StayingWebClient(
        token=token.reveal(), base_url=api_url, timeout=timeout_seconds, retry_handlers=[], logger=quiet_logger()
    )


def _webhook_client(url: Secret, timeout_seconds: int) -> WebhookClient:
    return WebhookClient(url.reveal(), timeout=timeout_seconds, retry_handlers=[], logger=quiet_logger())


def _answered(send: Callable[[], DeliveryResult], secret: Secret) -> DeliveryResult:
    try:
        return send()
    except SlackApiError as error:
        return _refused(error, secret)
    except _NO_ANSWER as error:
        return Retry(f"Slack could not be reached: {_cause(error)}")
    except _NOT_UNDERSTOOD:
        return Retry(_NOT_UNDERSTOOD_WORDS)


def _refused(error: SlackApiError, secret: Secret) -> DeliveryResult:
    status, headers, code = error.response.status_code, _headers(error), _error_code(error)
    if status != HTTPStatus.OK:
        return failed("Slack", status, headers, without(secret, code))
    if not code:
        return Retry(_NOT_UNDERSTOOD_WORDS)
    if code in _PASSING:
        return Retry(f"Slack answered {code}", retry_after(headers))
    return Rejected(f"Slack refused it: {without(secret, code)}{_explained(error, secret)}")


def _error_code(error: SlackApiError) -> str:
    """Slack's word for what is wrong; empty if there is none. The SDK puts a sentence there if the body is no JSON."""
    data = error.response.data
    text = str(data.get("error", "")) if isinstance(data, Mapping) else ""
    return text if _is_code(text) else ""


def _is_code(text: str) -> bool:
    return len(text) <= _LONGEST_CODE and text.replace("_", "").isalnum()


def _explained(error: SlackApiError, secret: Secret) -> str:
    metadata: Any = error.response.data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    if not isinstance(messages, list) or not messages:
        return ""
    return " – " + shortened(without(secret, "; ".join(map(str, messages))), _LONGEST_DETAIL)


def _headers(error: SlackApiError) -> Mapping[str, str]:
    headers: Mapping[str, str] = error.response.headers
    return headers


def _cause(error: BaseException) -> str:
    """What went wrong, without the error's own text where that may quote what was sent."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason).__name__
