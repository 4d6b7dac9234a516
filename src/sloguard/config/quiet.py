"""From the file's entries to maintenance, folding, reminders and the API's token."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from sloguard.alerting.maintenance import recurrence
from sloguard.config.codes import quiet
from sloguard.config.composites import declared_ids
from sloguard.config.credentials import Credentials
from sloguard.config.nodes import Path
from sloguard.config.problem import one_line
from sloguard.config.recurrence import is_usable
from sloguard.config.report import Report
from sloguard.config.schema.quiet import (
    NEVER,
    NO_FOLDING,
    FoldingEntry,
    MaintenanceEntry,
    RemindersEntry,
    WebEntry,
)
from sloguard.model.maintenance import EVERYTHING, Maintenance
from sloguard.model.policy import Severity
from sloguard.model.secret import Secret
from sloguard.model.settings import DEFAULT_REMINDERS, Folding

_LONGEST = timedelta(days=31)
_LONGEST_NAME = 100
_LOOKED_AHEAD = timedelta(days=3_000)
"""A leap day comes within eight years."""
_MOST_COMPARED = 500
_SHORTEST_FOLD, _LONGEST_FOLD = timedelta(minutes=1), timedelta(hours=1)
_MOST_ALONE = 100
_SHORTEST_REMINDER = timedelta(minutes=5)
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class MaintenanceReader:
    report: Report
    declared: object
    """The file's services as plain data: one with a problem of its own is known nevertheless."""

    def windows(self, entries: Sequence[MaintenanceEntry]) -> tuple[Maintenance, ...]:
        """All of them; what is wrong is reported."""
        if not entries:
            return ()
        services, slos = _names(self.declared), dict.fromkeys(declared_ids(self.declared))
        seen: set[str] = set()
        found = []
        for index, entry in enumerate(entries):
            path: Path = ("maintenance", index)
            if not 0 < len(entry.name.strip()) <= _LONGEST_NAME or entry.name in seen:
                do = "Give each a name of its own, of at most 100 characters."
                self._refuse((*path, "name"), "must be unique, and neither empty nor long", do)
            seen.add(entry.name)
            if not entry.services and not entry.slos:
                what, do = "this maintenance concerns nothing", "Add services or slos."
                self.report.at(quiet.MAINTENANCE_OF, path, what, do, got="")
            self._check(entry.services, {**services, EVERYTHING: None}, (*path, "services"), "service")
            self._check(entry.slos, slos, (*path, "slos"), "SLO")
            found.append(self._window(entry, path))
        return tuple(found)

    def _window(self, entry: MaintenanceEntry, path: Path) -> Maintenance:
        starts_at = entry.starts_at
        if starts_at.tzinfo is not None:
            starts_at = starts_at.astimezone(ZoneInfo(entry.timezone)).replace(tzinfo=None)
        if entry.duration > _LONGEST:
            self._refuse((*path, "duration"), "must be at most 31d", "Use a shorter one, or exclude the time.")
        if entry.rrule:
            self._check_rule(entry.rrule, starts_at, (*path, "rrule"))
        return Maintenance(
            name=one_line(entry.name.strip()),
            starts_at=starts_at,
            duration=entry.duration,
            services=frozenset(entry.services),
            slos=frozenset(entry.slos),
            rrule=entry.rrule,
            zone=entry.timezone,
            reason=entry.reason.strip(),
        )

    def _check_rule(self, text: str, starts_at: datetime, path: Path) -> None:
        if not is_usable(text):
            do = "Write it like FREQ=WEEKLY;BYDAY=SA; see the reference for the parts that it may have."
            self._refuse(path, "is no rule that a maintenance can have", do)
            return
        try:
            comes = next(iter(recurrence(text, starts_at, starts_at + _LOOKED_AHEAD)), None)
        except (ValueError, TypeError, OverflowError):
            self._refuse(path, "is no recurrence rule", "Write it like FREQ=WEEKLY;BYDAY=SA.")
            return
        if comes is None:
            self._refuse(path, "never comes to pass", "Check its days, and UNTIL against starts_at.")

    def _refuse(self, path: Path, what: str, do: str) -> None:
        self.report.at(quiet.MAINTENANCE, path, f"{path[-1]} {what}", do)

    def _check(self, names: Iterable[str], known: Collection[str], path: Path, word: str) -> None:
        for index, name in enumerate(names):
            if name not in known and not self.report.is_full:
                do = instead(name, known)
                self.report.at(quiet.MAINTENANCE_OF, (*path, index), f"there is no such {word}", do)


def instead(name: str, known: Collection[str]) -> str:
    """What to do about a name that nothing has: the nearest that something has."""
    close = get_close_matches(name[:200], known, n=1) if len(known) <= _MOST_COMPARED else []
    return f"Did you mean {close[0]}?" if close else "Name one that is declared."


def folding(entry: FoldingEntry | None, report: Report) -> Folding | None:
    """None if every alert is to be told on its own."""
    if entry is None:
        return Folding()
    if entry is NO_FOLDING:
        return None
    if not _SHORTEST_FOLD <= entry.within <= _LONGEST_FOLD:
        report.at(quiet.FOLDING, ("folding", "within"), "folding.within must be between 1m and 1h", "Use 10m.")
    if entry.more_than > _MOST_ALONE or entry.more_than % 1:
        what = "folding.more_than must be a whole number up to 100"
        report.at(quiet.FOLDING, ("folding", "more_than"), what, "Use 3.")
    return Folding(entry.within, int(entry.more_than))


def reminders(entry: RemindersEntry | None, report: Report) -> Mapping[Severity, timedelta]:
    """By severity; one that is missing has none."""
    found = dict(DEFAULT_REMINDERS)
    given = {Severity.PAGE: entry.page, Severity.TICKET: entry.ticket, Severity.INFO: entry.info} if entry else {}
    for severity, interval in given.items():
        if interval == NEVER:
            found.pop(severity, None)
        elif interval is not None:
            found[severity] = interval
            if interval < _SHORTEST_REMINDER:
                path = ("reminders", severity.value)
                report.at(quiet.FOLDING, path, "reminders must be at least 5m apart", "Use 5m or more, or none.")
    return found


def api_token(entry: WebEntry | None, secrets: Credentials, report: Report) -> Secret | None:
    """None if nobody may write by the API."""
    if entry is None:
        return None
    path: Path = ("web", "api_token")
    token = secrets.chosen(entry.api_token, entry.api_token_file, path)
    if not token:  # an empty one, from an environment that has none, is none
        return None
    text = token.reveal()
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        given = path if report.has(path) else ("web", "api_token_file")
        do = "Make one with: openssl rand -hex 24."
        report.at(quiet.API_TOKEN, given, "the token must be 16 characters or more, without blanks", do, got="")
    return token


def _names(services: object) -> dict[str, None]:
    items = services if isinstance(services, list) else []
    return {str(each.get("name")): None for each in items if isinstance(each, Mapping)}
