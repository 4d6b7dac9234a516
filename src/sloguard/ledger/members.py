"""What has to be read for some SLOs: those, and what they are made of."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sloguard.model.composite import CompositeIndicator
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo


def with_members(slos: Iterable[Slo], configuration: Configuration) -> Collection[Slo]:
    """The SLOs, and those that they are made of."""
    declared = {slo.declared_id: slo for slo in configuration.slos}
    needed: dict[str, Slo] = {}
    rest = list(slos)
    while rest:
        slo = rest.pop()
        needed[slo.declared_id] = slo
        if isinstance(slo.indicator, CompositeIndicator):
            rest += [declared[member.slo_id] for member in slo.indicator.members]
    return needed.values()


def of_service(configuration: Configuration, name: str) -> Configuration:
    """One service, and of the others what it is made of."""
    own = (slo for service in configuration.services if service.name == name for slo in service.slos)
    needed = {slo.declared_id for slo in with_members(own, configuration)}
    narrowed = (
        replace(service, slos=tuple(slo for slo in service.slos if slo.declared_id in needed))
        for service in configuration.services
    )
    return replace(configuration, services=tuple(service for service in narrowed if service.slos))
