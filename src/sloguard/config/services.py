"""From the file's entries to services and SLOs, each checked on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sloguard.config.budgeting import timeslices
from sloguard.config.codes import alerting, shape
from sloguard.config.composites import check_composite_entry, full_id, with_full_ids
from sloguard.config.fineness import warn_if_too_strict
from sloguard.config.funnels import funnels
from sloguard.config.groups import with_groups
from sloguard.config.indicators import indicator
from sloguard.config.nodes import Path
from sloguard.config.policies import STANDARD, Policy, PolicyReader
from sloguard.config.promise import Promise
from sloguard.config.report import Report
from sloguard.config.routes import RouteReader
from sloguard.config.schema.service import DefaultsEntry, ServiceEntry, ServiceShell, SloEntry
from sloguard.config.shape import checked
from sloguard.evaluation.tiers import STANDARD_WINDOW
from sloguard.model.policy import AlertPolicy, Severity
from sloguard.model.slo import Service, Slo
from sloguard.model.window import RollingWindow


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What holds where an SLO does not say otherwise: the outer entries, innermost first, and their policy."""

    entries: tuple[DefaultsEntry, ...]
    policy: Policy

    def text(self, own: DefaultsEntry, key: str) -> str:
        return next((value for each in (own, *self.entries) if (value := getattr(each, key))), "")


@dataclass(frozen=True, slots=True)
class ServiceReader:
    """Reads services one by one; the order of the file is kept."""

    report: Report
    policies: PolicyReader
    routes: RouteReader
    defaults: DefaultsEntry = field(default_factory=DefaultsEntry)

    def services(self, items: object) -> tuple[Service, ...]:
        """The services that can be used; the others are reported."""
        if not isinstance(items, list):
            return ()
        policy = self.policies.policy(self.defaults.alerting, ("defaults", "alerting"), STANDARD)
        inherited = _Inherited((self.defaults,), policy)
        self._check_names(items, ("services",), "service")
        services = [self._service(item, ("services", index), inherited) for index, item in enumerate(items)]
        return tuple(service for service in services if service is not None)

    def _service(self, item: object, path: Path, outer: _Inherited) -> Service | None:
        shell = checked(ServiceShell, item, path, self.report, keys_of=ServiceEntry)
        content = item if isinstance(item, dict) else {}
        items = content.get("slos")
        if not isinstance(items, list):
            return None
        name = shell.name if shell is not None else ""
        inherited = outer
        if shell is not None:
            policy = self.policies.policy(shell.alerting, (*path, "alerting"), outer.policy)
            inherited = _Inherited((shell, *outer.entries), policy)
        self._check_names(items, (*path, "slos"), "SLO")
        slos = [self._slo(each, (*path, "slos", index), name, inherited) for index, each in enumerate(items)]
        if shell is None:
            return None
        self._check_names(content.get("funnels"), (*path, "funnels"), "funnel")
        return Service(
            name=shell.name,
            slos=tuple(slo for slo in slos if slo is not None),
            owner=outer.text(shell, "owner"),
            description=shell.description.strip(),
            runbook_url=outer.text(shell, "runbook_url"),
            routes=tuple(self.routes.routes(shell.routes, (*path, "routes")).items()),
            no_data_route=self.routes.no_data(shell.routes, (*path, "routes")),
            funnels=funnels(shell.funnels, (*path, "funnels"), self.report),
        )

    def _slo(self, item: object, path: Path, service: str, inherited: _Inherited) -> Slo | None:
        entry = checked(SloEntry, item, path, self.report)
        if entry is None:
            return None
        self.report.slo_paths[f"{service}/{entry.name}"] = path
        measured = indicator(entry.indicator, (*path, "indicator"), self.report)
        check_composite_entry(entry, path, self.report)
        counted = next((each.budgeting for each in (entry, *inherited.entries) if each.budgeting), None)
        if entry.indicator.composite is not None:
            counted = None
        sliced = timeslices(counted, path, self.policies.slice_length, self.report)
        declared = next((each.window for each in (entry, *inherited.entries) if each.window), None)
        window = declared.value if declared else RollingWindow(STANDARD_WINDOW)
        policy = self.policies.policy(entry.alerting, (*path, "alerting"), inherited.policy)
        promise = Promise(
            f"{service}/{entry.name}", path, entry.objective, window.nominal, sliced.length if sliced else None
        )
        alerts = self.policies.resolved(policy, promise)
        runbook_url = inherited.text(entry, "runbook_url")
        if not runbook_url:
            self._warn_without_runbook(entry, path, alerts)
        if measured is None:
            return None
        slo = Slo(
            service=service,
            name=entry.name,
            objective_ratio=entry.objective,
            window=window,
            indicator=with_full_ids(measured, service),
            policy=alerts,
            description=entry.description.strip(),
            owner=inherited.text(entry, "owner"),
            runbook_url=runbook_url,
            dashboard_url=inherited.text(entry, "dashboard_url"),
            breakdown_by=tuple(dict.fromkeys(entry.breakdown_by)),
            timeslices=sliced,
            depends_on=tuple(dict.fromkeys(full_id(each, service) for each in entry.depends_on)),
        )
        warn_if_too_strict(slo, path, self.policies.slice_length, self.report)
        weighted = slo if entry.weight is None else replace(slo, weight=entry.weight)
        return with_groups(weighted, entry, path, self.report)

    def _warn_without_runbook(self, entry: SloEntry, path: Path, alerts: AlertPolicy) -> None:
        if Severity.PAGE in alerts.severities:
            what = f"{entry.name} can page somebody, and has no runbook"
            do = "Set runbook_url here, at the service or under defaults."
            self.report.at(alerting.NO_RUNBOOK, (*path, "name"), what, do, got="")

    def _check_names(self, items: object, path: Path, word: str) -> None:
        first: dict[str, int] = {}
        for index, item in enumerate(items if isinstance(items, list) else ()):
            name = item.get("name") if isinstance(item, Mapping) else None
            if not isinstance(name, str):
                continue
            earlier = first.setdefault(name, index)
            if earlier != index:
                first_place = self.report.place((*path, earlier, "name"))
                place = (*path, index, "name")
                is_near = first_place.file == self.report.place(place).file
                where = f"line {first_place.line}" if is_near else f"{first_place.file}:{first_place.line}"
                what = f"another {word} in {where} has this name"
                self.report.at(shape.DUPLICATE_NAME, place, what, "Rename one of them.")
