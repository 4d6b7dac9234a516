"""From the file's entries to receivers. A new kind of receiver is one reader and one row of the table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sloguard.config.codes import settings
from sloguard.config.credentials import Credentials
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import NotifyEntry, PagerDutyEntry, SlackEntry
from sloguard.config.shape import name_of
from sloguard.model.secret import Secret
from sloguard.model.settings import PagerDutyReceiver, Receiver, SlackReceiver

_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")


@dataclass(frozen=True, slots=True)
class ReceiverReader:
    report: Report
    secrets: Credentials

    def receivers(self, notify: NotifyEntry) -> Sequence[Receiver]:
        """All that can be used; the others are reported."""
        slack = [self._slack(name, entry) for name, entry in notify.slack.items()]
        pagerduty = [self._pagerduty(name, entry) for name, entry in notify.pagerduty.items()]
        return [each for each in (*slack, *pagerduty) if each is not None]

    def _slack(self, name: str, entry: SlackEntry) -> SlackReceiver | None:
        path: Path = ("notify", "slack", name)
        by_token = entry.token is not None or entry.token_file is not None
        by_webhook = entry.webhook_url is not None or entry.webhook_url_file is not None
        trouble = _slack_trouble(entry, by_token=by_token, by_webhook=by_webhook)
        if trouble and self.report.has_other_keys(path, SlackEntry.model_fields):
            return None
        if trouble:
            do = "Give token and channel, or webhook_url alone."
            self.report.at(settings.SLACK_KIND, path, f"{name_of(path)} {trouble}", do, got="")
            return None
        receiver = f"slack.{name}"
        if by_webhook:
            webhook = self._credential(entry.webhook_url, entry.webhook_url_file, (*path, "webhook_url"))
            if webhook and not _is_web_address(webhook.reveal()):
                self._malformed((*path, "webhook_url"), "must be an address that starts with https://")
            return SlackReceiver(receiver, webhook_url=webhook or Secret(""))
        token = self._credential(entry.token, entry.token_file, (*path, "token"))
        if token and not _is_token(token.reveal()):
            self._malformed((*path, "token"), "must be one word of plain letters, digits and signs")
        api_url = (entry.api_url or SlackReceiver(receiver).api_url).rstrip("/") + "/"
        return SlackReceiver(receiver, token=token or Secret(""), channel=entry.channel or "", api_url=api_url)

    def _pagerduty(self, name: str, entry: PagerDutyEntry) -> PagerDutyReceiver | None:
        path: Path = ("notify", "pagerduty", name)
        if entry.routing_key is None and entry.routing_key_file is None:
            if self.report.has_other_keys(path, PagerDutyEntry.model_fields):
                return None
            what = f"{name_of(path)} needs a routing_key"
            self.report.at(settings.SECRET_SOURCE, path, what, "Add routing_key or routing_key_file.", got="")
            return None
        key = self._credential(entry.routing_key, entry.routing_key_file, (*path, "routing_key")) or Secret("")
        if key and not _ROUTING_KEY.fullmatch(key.reveal()):
            got = f"{len(key.reveal())} characters"
            self._malformed((*path, "routing_key"), "must have 32 letters and digits", got)
        receiver = f"pagerduty.{name}"
        events_url = entry.events_url or PagerDutyReceiver(receiver, key).events_url
        return PagerDutyReceiver(receiver, key, events_url.rstrip("/"))

    def _credential(self, value: Secret | None, file: str | None, path: Path) -> Secret | None:
        secret = self.secrets.chosen(value, file, path)
        if secret is not None and not secret:
            do = "Set it where the daemon runs."
            what = f"{name_of(path)} is empty: nothing can be sent to this receiver"
            self.report.at(settings.NO_CREDENTIAL, self._given(path), what, do, got="")
        return secret

    def _malformed(self, path: Path, what: str, got: str = "") -> None:
        do = "Copy it again from where it was made."
        self.report.at(settings.CREDENTIAL_FORM, self._given(path), f"{name_of(path)} {what}", do, got=got)

    def _given(self, path: Path) -> Path:
        """The key that stands in the file: the credential's own, or its file's."""
        file_path = (*path[:-1], f"{path[-1]}_file")
        return file_path if self.report.has(file_path) else path


def _slack_trouble(entry: SlackEntry, *, by_token: bool, by_webhook: bool) -> str:
    if by_token and by_webhook:
        return "has both a token and a webhook"
    if not by_token and not by_webhook:
        return "has neither a token nor a webhook"
    if by_token and not entry.channel:
        return "has a token but no channel"
    if by_webhook and entry.channel:
        return "has a channel, which its webhook already decides"
    return ""


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and _is_token(text)


def _is_token(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
