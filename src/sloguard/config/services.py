"""From the file's entries to services and SLOs, each checked on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sloguard.config.codes import alerting, shape
from sloguard.config.indicators import indicator
from sloguard.config.nodes import Path
from sloguard.config.policies import Policy, PolicyReader, Promise
from sloguard.config.report import Report
from sloguard.config.routes import RouteReader
from sloguard.config.schema.service import DefaultsEntry, ServiceEntry, ServiceShell, SloEntry
from sloguard.config.shape import checked
from sloguard.evaluation.tiers import STANDARD_WINDOW
from sloguard.model.policy import AlertPolicy, Severity, Tier
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
        standard = Policy()
        policy = self.policies.policy(self.defaults.alerting, ("defaults", "alerting")) or standard
        inherited = _Inherited((self.defaults,), policy)
        self._check_names(items, ("services",), "service")
        services = [self._service(item, ("services", index), inherited) for index, item in enumerate(items)]
        return tuple(service for service in services if service is not None)

    def _service(self, item: object, path: Path, outer: _Inherited) -> Service | None:
        shell = checked(ServiceShell, item, path, self.report, keys_of=ServiceEntry)
        items = item.get("slos") if isinstance(item, dict) else None
        if not isinstance(items, list):
            return None
        name = shell.name if shell is not None else ""
        policy = self.policies.policy(shell.alerting, (*path, "alerting")) if shell is not None else None
        inherited = _Inherited((shell, *outer.entries), policy or outer.policy) if shell is not None else outer
        self._check_names(items, (*path, "slos"), "SLO")
        slos = [self._slo(each, (*path, "slos", index), name, inherited) for index, each in enumerate(items)]
        if shell is None:
            return None
        return Service(
            name=shell.name,
            slos=tuple(slo for slo in slos if slo is not None),
            owner=outer.text(shell, "owner"),
            description=shell.description.strip(),
            runbook_url=outer.text(shell, "runbook_url"),
            routes=tuple(self.routes.routes(shell.routes, (*path, "routes")).items()),
        )

    def _slo(self, item: object, path: Path, service: str, inherited: _Inherited) -> Slo | None:
        entry = checked(SloEntry, item, path, self.report)
        if entry is None:
            return None
        measured = indicator(entry.indicator, (*path, "indicator"), self.report)
        window = next((each.window for each in (entry, *inherited.entries) if each.window), STANDARD_WINDOW)
        policy = self.policies.policy(entry.alerting, (*path, "alerting")) or inherited.policy
        tiers = self.policies.tiers(policy, Promise(f"{service}/{entry.name}", path, entry.objective, window))
        runbook_url = inherited.text(entry, "runbook_url")
        if not runbook_url:
            self._warn_without_runbook(entry, path, tiers)
        if measured is None:
            return None
        slo = Slo(
            service=service,
            name=entry.name,
            objective_ratio=entry.objective,
            window=RollingWindow(window),
            indicator=measured,
            policy=AlertPolicy(tiers),
            description=entry.description.strip(),
            owner=inherited.text(entry, "owner"),
            runbook_url=runbook_url,
            dashboard_url=inherited.text(entry, "dashboard_url"),
            breakdown_by=tuple(dict.fromkeys(entry.breakdown_by)),
        )
        return slo if entry.weight is None else replace(slo, weight=entry.weight)

    def _warn_without_runbook(self, entry: SloEntry, path: Path, tiers: tuple[Tier, ...]) -> None:
        if any(tier.severity is Severity.PAGE for tier in tiers):
            what = f"{entry.name} can page somebody, and has no runbook"
            do = "Set runbook_url here, at the service or under defaults."
            self.report.at(alerting.NO_RUNBOOK, (*path, "name"), what, do, got="")

    def _check_names(self, items: list[object], path: Path, word: str) -> None:
        first: dict[str, int] = {}
        for index, item in enumerate(items):
            name = item.get("name") if isinstance(item, Mapping) else None
            if not isinstance(name, str):
                continue
            earlier = first.setdefault(name, index)
            if earlier != index:
                line = self.report.place((*path, earlier, "name")).line
                place = (*path, index, "name")
                what = f"another {word} in line {line} has this name"
                self.report.at(shape.DUPLICATE_NAME, place, what, "Rename one of them.")
