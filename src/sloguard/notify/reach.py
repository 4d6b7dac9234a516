"""Whether a receiver could be told something, without telling it anything: the way to it, and its credential."""

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk.errors import SlackApiError, SlackClientError

from sloguard.model.secret import Secret
from sloguard.model.settings import Receiver, SlackReceiver
from sloguard.notify.answers import is_sendable, is_web_link
from sloguard.notify.sdk_log import quiet_logger
from sloguard.notify.slack_client import StayingWebClient

TIMEOUT_SECONDS = 5
_HTTPS_PORT = 443
_HTTP_PORT = 80
_LONGEST_CODE = 80


@dataclass(frozen=True, slots=True)
class Reached:
    ok: bool
    detail: str
    """A clause, free of secrets."""


def reach(receiver: Receiver) -> Reached:
    """Ask a Slack workspace who we are; elsewhere only connect. Nothing is sent that anybody would see."""
    if not isinstance(receiver, SlackReceiver):
        return _connection(receiver.events_url)
    if receiver.webhook_url:
        return _connection(receiver.webhook_url.reveal())
    if not receiver.token:
        return Reached(ok=False, detail="has no credential")
    return _authenticated(receiver.token, receiver.api_url)


def _authenticated(token: Secret, api_url: str) -> Reached:
    if not is_sendable(token) or not is_web_link(api_url):
        return Reached(ok=False, detail="has a token or an api_url that cannot be sent")
    client = StayingWebClient(
        token=token.reveal(),
        base_url=api_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=quiet_logger(),
    )
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error", ""))[:_LONGEST_CODE]
        return Reached(ok=False, detail=f"Slack refuses the token ({code or 'without a reason'})")
    except (OSError, HTTPException, SlackClientError) as error:  # URLError and timeouts are OSErrors
        return Reached(ok=False, detail=f"Slack does not answer ({_words(error)})")
    except (ValueError, LookupError, AttributeError):  # as with any other call: an answer that is not Slack's
        return Reached(ok=False, detail="Slack's answer was not understood")
    return Reached(
        ok=True, detail=f"the token is valid in {str(answer.get('team') or 'its workspace')[:_LONGEST_CODE]}"
    )


def _connection(url: str) -> Reached:
    """Connect, and for https shake hands. Of the address only the host is told: the rest may be a credential."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        return Reached(ok=False, detail="its address is no URL")
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return Reached(ok=True, detail=f"{host} is reached by a proxy of the environment, which was not tried")
    secure = parts.scheme == "https"
    try:
        _shake_hands(host, port or (_HTTPS_PORT if secure else _HTTP_PORT), secure=secure)
    except (OSError, UnicodeError) as error:  # a host that no name can be, for one
        return Reached(ok=False, detail=f"{host} cannot be reached ({_words(error)})")
    return Reached(ok=True, detail=f"{host} answers")


def _shake_hands(host: str, port: int, *, secure: bool) -> None:
    with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection:
        if secure:
            with ssl.create_default_context().wrap_socket(connection, server_hostname=host):
                pass


def _words(error: Exception) -> str:
    """The reason alone: the text of an error may hold the address."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, OSError):
        return cause.strerror or type(cause).__name__
    return type(cause).__name__
