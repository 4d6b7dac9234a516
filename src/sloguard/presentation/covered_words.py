"""What to do about a time that the ledger does not cover, in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sloguard.model.measurement import Covered, NoDataReason
from sloguard.model.status import SloStatus, StatusReport
from sloguard.presentation.words import instant, rfc3339

_MOST_NAMES = 3


def uncovered_words(report: StatusReport) -> Iterator[str]:
    """A sentence for all SLOs of which the ledger covers the same."""
    alike: dict[Covered, list[SloStatus]] = {}
    for slo in report.slos:
        if slo.no_data and slo.no_data.covered and slo.no_data.reason is NoDataReason.NOT_COUNTED:
            alike.setdefault(slo.no_data.covered, []).append(slo)
    for covered, slos in alike.items():
        whose = f"all {len(slos)} SLOs" if len(slos) == len(report.slos) > 1 else _names(slos)
        yield (
            f"Nobody has counted {instant(report.as_of)}: of {whose} the ledger covers "
            f"{covered_words(covered)}. {_remedy(report.as_of, covered, slos)}"
        )


def covered_words(covered: Covered) -> str:
    return f"{instant(covered.start_at)} to {instant(covered.end_at)}"


def _names(slos: Sequence[SloStatus]) -> str:
    more = len(slos) - _MOST_NAMES
    return ", ".join(slo.id for slo in slos[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _remedy(at: datetime, covered: Covered, slos: Sequence[SloStatus]) -> str:
    if at > covered.end_at:
        return "`sloguard replay`, or the daemon, goes on from there; --at takes an earlier time."
    since = at - max(slo.no_data.window for slo in slos if slo.no_data)
    return f"`sloguard replay --since {rfc3339(since)}` counts what Prometheus still has of that time."
