"""What SLOs depend on: every one is declared, and none depends on itself."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from sloguard.config.codes import quiet
from sloguard.config.composites import declared_ids
from sloguard.config.quiet import instead
from sloguard.config.report import Report
from sloguard.model.slo import Slo

_MOST_CIRCLES = 20


def check_upstreams(slos: Sequence[Slo], declared: object, report: Report) -> None:
    """Report unknown SLOs and circles.

    Args:
        slos: those that can be used.
        declared: the file's services as plain data, for an SLO with a problem of its own is known nevertheless.
        report: takes the problems.
    """
    dependants = [slo for slo in slos if slo.depends_on]
    known = dict.fromkeys([*(slo.id for slo in slos), *declared_ids(declared)]) if dependants else {}
    for slo in dependants:
        for index, name in enumerate(slo.depends_on):
            if name not in known and not report.is_full:
                path = (*report.slo_paths[slo.id], "depends_on", index)
                report.at(quiet.UNKNOWN_UPSTREAM, path, "there is no such SLO", instead(name, known))
    graph = {slo.id: set(slo.depends_on) for slo in dependants}
    for _ in range(_MOST_CIRCLES):
        circle = _circle(graph)
        if circle is None:
            break
        first, *rest = circle
        path = (*report.slo_paths[first], "depends_on")
        do = "Remove this dependency, or the one that leads back."
        report.at(quiet.UPSTREAM_CIRCLE, path, "the SLO depends on itself", do, why=" → ".join((first, *rest)), got="")
        graph[first].discard(rest[0])


def _circle(graph: dict[str, set[str]]) -> Sequence[str] | None:
    """Ids on the way from an SLO back to it, each depending on the next."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return None
