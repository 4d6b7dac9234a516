"""Which receivers hear of which alerts: references checked against the receivers that are declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sloguard.config.codes import alerting, settings
from sloguard.config.nodes import Path
from sloguard.config.problem import one_line
from sloguard.config.report import Report
from sloguard.config.schema.alerting import RoutesEntry
from sloguard.model.policy import Severity
from sloguard.model.settings import Configuration

_MOST_COMPARED = 500
"""Receivers among which a similar name is looked for: each comparison takes some ten microseconds."""

Routes = Mapping[Severity, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RouteReader:
    """Attributes:
    known: names of all declared receivers, also of those that have problems of their own.
    """

    report: Report
    known: frozenset[str]

    def routes(self, entry: RoutesEntry | None, path: Path) -> Routes:
        """Most severe first; severities without a route are left out. An empty list routes to nobody."""
        if entry is None:
            return {}
        references = {Severity.PAGE: entry.page, Severity.TICKET: entry.ticket, Severity.INFO: entry.info}
        return {
            severity: tuple(dict.fromkeys(self._checked(names, (*path, severity.value))))
            for severity, names in references.items()
            if names is not None
        }

    def no_data(self, entry: RoutesEntry | None, path: Path) -> tuple[str, ...] | None:
        """Who hears of no-data alerts; None if that is not said."""
        if entry is None or entry.no_data is None:
            return None
        return tuple(dict.fromkeys(self._checked(entry.no_data, (*path, "no_data"))))

    def _checked(self, names: Sequence[str], path: Path) -> Sequence[str]:
        for index, name in enumerate(names):
            if name in self.known:
                continue
            shown = one_line(name) if self.report.is_literal((*path, index)) else "this reference"
            known = self.known if len(self.known) <= _MOST_COMPARED else ()
            close = get_close_matches(name, known, n=1) or sorted(each for each in known if name in each)
            do = "Declare it under notify; routes name it as slack.<name> or pagerduty.<name>."
            if close:
                do = f"Did you mean {close[0]}?"
            self.report.at(settings.UNKNOWN_RECEIVER, (*path, index), f"there is no receiver {shown}", do, got="")
        return names


def declared_receivers(data: Mapping[str, object]) -> frozenset[str]:
    """Names of all receivers in the file's plain data, whether or not they can be used."""
    notify = data.get("notify")
    kinds = notify.items() if isinstance(notify, dict) else ()
    return frozenset(f"{kind}.{name}" for kind, names in kinds if isinstance(names, dict) for name in names)


def warn_about_routes(configuration: Configuration, report: Report) -> None:
    """Receivers that nothing leads to, and pages that lead nowhere although there are receivers."""
    if not configuration.receivers:
        return
    heard = {name for names in configuration.routes.values() for name in names}
    heard |= {name for service in configuration.services for _, names in service.routes for name in names}
    routes = (configuration.no_data_route, *(service.no_data_route for service in configuration.services))
    heard |= {name for route in routes if route is not None for name in route}
    unreached = [
        service.name
        for service in configuration.services
        if any(Severity.PAGE in slo.policy.severities for slo in service.slos)
        and not dict(service.routes).get(Severity.PAGE, configuration.routes.get(Severity.PAGE))
    ]
    if unreached:
        more = f" and {len(unreached) - 1} more" if len(unreached) > 1 else ""
        what = f"pages of {unreached[0]}{more} go to nobody"
        path: Path = ("routes",) if report.has(("routes",)) else ("notify",)
        report.at_key(alerting.PAGE_TO_NOBODY, path, what, "Add `page` to routes.")
    for receiver in configuration.receivers:
        if receiver.name not in heard:
            path = ("notify", *receiver.name.split(".", 1))
            what = f"no route leads to {receiver.name}"
            report.at_key(settings.UNUSED_RECEIVER, path, what, "Name it in routes, or remove it.")
