"""How an HTTP answer becomes a delivery result, and text is made fit for a result or a message."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from sloguard.model.delivery import Rejected, Retry
from sloguard.model.secret import Secret

TIMEOUT_SECONDS = 10
"""How long a receiver may take to connect, and then between two pieces of its answer."""

_LONGEST_WAIT = timedelta(days=1)
_LONGEST_DETAIL = 300
_FIRST_SERVER_ERROR = 500


def failed(who: str, status: int, headers: Mapping[str, str], detail: str = "") -> Retry | Rejected:
    """Whether an answer that accepts nothing may become better by itself: 408, 429 and 5xx may, others do not."""
    why = f"{who} answered {status}{_phrase(status)}"
    why = f"{why}: {shortened(detail, _LONGEST_DETAIL)}" if detail else why
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or status >= _FIRST_SERVER_ERROR:
        return Retry(why, retry_after(headers))
    return Rejected(why)


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait that a Retry-After header asks for, in seconds or as a date; None if there is none to be understood."""
    fields = {name.lower(): str(value).strip() for name, value in headers.items()}
    text = fields.get("retry-after", "")
    wait = _seconds(text)
    if wait is None:
        # A date is measured against the answer's own clock, so ours may be wrong.
        until, sent = _date(text), _date(fields.get("date", ""))
        wait = (until - sent).total_seconds() if until and sent else None
    if wait is None or not wait >= 0:
        return None
    return timedelta(seconds=min(wait, _LONGEST_WAIT.total_seconds()))


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters; where some are cut off, an ellipsis stands for them."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def without(secret: Secret, text: str) -> str:
    """The text with the secret blotted out, should the other side have quoted it."""
    value = secret.reveal()
    return text.replace(value, "***") if value else text


def is_sendable(secret: Secret) -> bool:
    """Whether a credential may stand in a header or a URL: printable ASCII without blanks.

    HTTP clients quote others in the text of their errors, and so in logs.
    """
    value = secret.reveal()
    return value.isascii() and value.isprintable() and " " not in value


def is_web_link(url: str) -> bool:
    return url.startswith(("https://", "http://"))
