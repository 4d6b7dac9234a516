"""What needs attention, in words: the most urgent first, and once what is the same of several SLOs. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sloguard.model.alert import Alert, AlertKind
from sloguard.model.measurement import NoDataReason
from sloguard.model.quiet import QuietReason
from sloguard.model.status import SloState, SloStatus, StatusReport
from sloguard.ports import HealthCheck
from sloguard.presentation import status_words as say
from sloguard.presentation.quiet_words import quiet_words, remarks
from sloguard.presentation.words import sentence, unbroken
from sloguard.web.links import safe_link

_UNKNOWN = "whether the objective is met is not known"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that somebody should look at, most urgent first."""

    kind: str
    """Style: `page`, `ticket`, `info`, `exhausted`, `no_data` or `broken`."""
    label: str
    title: str
    text: str
    more: str = ""
    owner: str = ""
    runbook: str = ""


def broken_parts(checks: Sequence[HealthCheck]) -> tuple[Attention, ...]:
    """Parts of sloguard itself that do not work."""
    return tuple(
        Attention("broken", "sloguard", f"{check.name} does not work", check.detail) for check in checks if not check.ok
    )


def attention(report: StatusReport) -> tuple[Attention, ...]:
    """What of the SLOs somebody should look at."""
    firing = [(slo, alert) for slo in report.slos for alert in slo.alerts]
    firing.sort(key=lambda pair: (-pair[1].severity.rank, pair[1].started_at))
    quiet = [slo for slo in report.slos if not slo.alerts]
    cards = [
        *(_firing(slo, alert, report.as_of) for slo, alert in firing),
        *(_Card(slo, _exhausted(slo)) for slo in quiet if slo.state is SloState.EXHAUSTED),
        *(_Card(slo, _no_data(slo)) for slo in quiet if slo.no_data is not None),
    ]
    return tuple(_folded(cards))


class _Card(NamedTuple):
    slo: SloStatus
    said: Attention
    alone: str = ""
    """What is said only if nothing else is on the same card."""


def _folded(cards: Iterable[_Card]) -> Iterator[Attention]:
    """One card for all SLOs of a service of which the same is said, where the first of them stood."""
    alike: dict[tuple[str, Attention], list[_Card]] = {}
    for card in cards:
        alike.setdefault((card.slo.service, replace(card.said, title="")), []).append(card)
    for (service, said), each in alike.items():
        if len(each) == 1:
            yield replace(said, title=each[0].slo.id, more=f"{said.more} {each[0].alone}".strip())
        else:
            names = ", ".join(card.slo.name for card in each)
            yield replace(said, title=f"{service}: {len(each)} SLOs", more=f"{said.more} {names}.".lstrip())


def _firing(slo: SloStatus, alert: Alert, as_of: datetime) -> _Card:
    """Without data what was left of the budget is old, and stands in the row; that it is told with others is seen."""
    silent = alert.kind is AlertKind.NO_DATA
    folded = silent and alert.quiet is not None and alert.quiet.reason is QuietReason.FOLDED
    others = remarks(replace(alert, quiet=None) if folded else alert)
    more = ("" if silent else _outlook(slo, as_of), *map(sentence, others))
    said = Attention(
        kind=alert.severity.value,
        label=say.SEVERITY_WORDS[alert.severity],
        title=slo.id,
        text=unbroken(sentence(say.alert_words(alert, as_of))),
        more=unbroken(" ".join(filter(None, more))),
        owner=slo.owner,
        runbook=safe_link(slo.runbook_url),
    )
    return _Card(slo, said, sentence(quiet_words(alert.quiet)) if folded and alert.quiet else "")


def _outlook(slo: SloStatus, as_of: datetime) -> str:
    """What is left of the budget, and when it ends; without samples nobody knows, and the alert is frozen."""
    if slo.no_data is not None and slo.no_data.reason is NoDataReason.STALE:
        return sentence(f"{say.no_data_words(slo.no_data)}: the alert stays as it was until some come again")
    if slo.budget is None:
        return ""
    left, end_at = say.budget_sentence(slo), say.end_at_words(slo, as_of)
    return sentence(f"{left}; at this pace it ends in {say.end_words(slo)}, at {end_at}" if end_at else left)


def _exhausted(slo: SloStatus) -> Attention:
    return Attention(
        kind="exhausted",
        label=say.STATE_WORDS[SloState.EXHAUSTED],
        title=slo.id,
        text=unbroken(f"{sentence(say.budget_sentence(slo))} No alert is firing now."),
        owner=slo.owner,
        runbook=safe_link(slo.runbook_url),
    )


def _no_data(slo: SloStatus) -> Attention:
    return Attention(
        kind="no_data",
        label=say.state_word(slo),
        title=slo.id,
        text=unbroken(sentence(f"{say.why_unknown_words(slo)}: {_UNKNOWN}")),
        owner=slo.owner,
        runbook=safe_link(slo.runbook_url),
    )
