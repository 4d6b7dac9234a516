"""Groups that have no place because of their SLO's limit: said in the log when it changes, and in the health."""

from collections.abc import Iterable, Mapping

import structlog

from sloguard.model.slo import Slo
from sloguard.ports import HealthCheck

_log = structlog.get_logger(__name__)

REMEDY = "Raise its group_limit, or group it by labels with fewer values."


class LeftOut:
    def __init__(self, slos: Iterable[Slo]) -> None:
        self._limits = {slo.id: slo.group_limit for slo in slos if slo.is_template}
        self._counts: dict[str, int] = {}

    def note(self, counts: Mapping[str, int]) -> None:
        """Take over the newest counts, by the id of the template."""
        for slo_id, count in counts.items():
            before = self._counts.get(slo_id, 0)
            if count and not before:
                _log.warning("groups_left_out", slo=slo_id, left_out=count, limit=self._limits[slo_id], do=REMEDY)
            elif before and not count:
                _log.info("no_groups_left_out", slo=slo_id)
        self._counts |= counts

    def checks(self) -> tuple[HealthCheck, ...]:
        """What is known of the groups; nothing where no SLO is grouped. A limit that is kept is no fault."""
        if not self._limits:
            return ()
        short = {slo_id: count for slo_id, count in self._counts.items() if count}
        words = [
            f"{slo_id} leaves out {count} of its groups, for its limit is {self._limits[slo_id]}. {REMEDY}"
            for slo_id, count in sorted(short.items())
        ]
        return (HealthCheck("groups", ok=True, detail=" ".join(words) or "Every group has a place."),)
