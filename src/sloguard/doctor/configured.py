"""The file, the environment that it refers to, and the credentials of its receivers."""

from collections.abc import Iterator, Mapping

from sloguard.config import Level, Loaded, nodes
from sloguard.config.environment import expand
from sloguard.config.nodes import Node
from sloguard.doctor.check import Check, ok, problem, skipped, warning
from sloguard.model.settings import Configuration, Receiver, SlackReceiver

_MOST_NAMED = 5


def configuration_valid(loaded: Loaded) -> Check:
    errors = [each for each in loaded.problems if each.level is Level.ERROR]
    if errors or loaded.configuration is None:
        first = f"{len(errors)} errors, the first: {errors[0]}" if errors else "the file cannot be used"
        return problem("configuration", first, "Run `sloguard validate` for all of them.")
    services, slos = len(loaded.configuration.services), len(loaded.configuration.slos)
    warnings = sum(each.level is Level.WARNING for each in loaded.problems)
    if warnings:
        remedy = "Run `sloguard validate` and read them."
        return warning("configuration", f"valid, with warnings: {warnings}", remedy)
    return ok("configuration", f"valid; services: {services}, SLOs: {slos}")


def environment_set(loaded: Loaded, environ: Mapping[str, str]) -> Check:
    """Whether every variable without a default is set; names are told, values never."""
    root = loaded.places.root
    if root is None:
        return skipped("environment", "the file cannot be read")
    texts = list(_texts(root))
    missing = sorted({name for text in texts for name in expand(text, environ).missing})
    if missing:
        return problem(
            "environment", f"not set: {_named(missing)}", "Set them where sloguard runs, or give defaults in the file."
        )
    references = sum("${" in text for text in texts)
    return ok("environment", f"everything that {references} references need is set")


def secrets_present(configuration: Configuration | None) -> Check:
    """Whether the receivers that somebody is routed to have a credential."""
    if configuration is None:
        return skipped("credentials", "the configuration is not valid")
    routed = routed_receivers(configuration)
    if not routed:
        return warning("credentials", "alerts go nowhere: there are no routes", "Add notify and routes to slo.yaml.")
    empty = [each.name for each in routed if not _has_credential(each)]
    if empty:
        return problem(
            "credentials", f"empty: {_named(empty)}", "Set the variables or files that hold them where the daemon runs."
        )
    return ok("credentials", f"present for {_named([each.name for each in routed])}")


def routed_receivers(configuration: Configuration) -> tuple[Receiver, ...]:
    names = {name for receivers in configuration.routes.values() for name in receivers}
    names |= {name for service in configuration.services for _, receivers in service.routes for name in receivers}
    no_data_routes = (configuration.no_data_route, *(service.no_data_route for service in configuration.services))
    names |= {name for route in no_data_routes for name in route or ()}
    return tuple(each for each in configuration.receivers if each.name in names)


def _has_credential(receiver: Receiver) -> bool:
    if isinstance(receiver, SlackReceiver):
        return bool(receiver.token or receiver.webhook_url)
    return bool(receiver.routing_key)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _texts(root: Node) -> Iterator[str]:
    waiting = [root]
    while waiting:
        match waiting.pop():
            case nodes.Scalar(text=text):
                yield text
            case nodes.Sequence(items=items):
                waiting.extend(items)
            case nodes.Mapping(entries=entries):
                waiting.extend(entry.value for entry in entries.values())
