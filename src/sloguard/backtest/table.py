"""A backtest as rows of text, for a terminal's tables."""

from dataclasses import dataclass

from sloguard.alerting.sentences import reason_sentence
from sloguard.backtest.firing import Firing
from sloguard.backtest.incidents import KnownIncident, Met, delay
from sloguard.backtest.summary import Backtest, Summary
from sloguard.model.alert import AlertKind, Transition
from sloguard.presentation.words import duration, instant, percent

_FALLEN = "↓"
_RISEN = "↑"
_MARKS = {Transition.ESCALATE: _RISEN, Transition.DEESCALATE: _FALLEN}


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def alerts_table(backtest: Backtest, title: str) -> Table:
    """Every page and ticket; what an alert turned into is marked by an arrow."""
    header = ("SLO", "Severity", "Start", "Lasted", "Delay", "Burn spent", "Budget spent", "Why")
    return Table(title, header, tuple(_alert(each, backtest) for each in backtest.firings))


def numbers_table(judged: Backtest, current: Backtest | None) -> Table:
    """The policy in numbers, beside the current one if it is a proposed one."""
    columns = [_numbers(each.summary) for each in (current, judged) if each is not None]
    header = ("", "Current", "Proposed") if current is not None else ("", "")
    names = columns[0].keys()
    return Table("In numbers", header, tuple((name, *(column[name] for column in columns)) for name in names))


def incidents_table(judged: Backtest, current: Backtest | None) -> Table:
    """Each known incident with what it would have brought."""
    sides = [each.summary.met for each in (current, judged) if each is not None]
    header = ("Incident", "From", "Lasted", *(("Current", "Proposed") if current is not None else ("Would have",)))
    rows = tuple(
        (_scope(met[0].incident), instant(met[0].incident.start_at), _length(met[0].incident), *map(_brought, met))
        for met in zip(*sides, strict=True)
    )
    return Table("Known incidents", header, rows)


def _alert(firing: Firing, backtest: Backtest) -> tuple[str, ...]:
    met = next((each for each in backtest.incidents or () if each.met_by(firing)), None)
    since = met.start_at if met else firing.detection.onset_at
    severity = firing.severity.value if firing.kind is AlertKind.OBJECTIVE else f"{firing.severity.value}, no data"
    if firing.told and firing.kind is AlertKind.OBJECTIVE and backtest.incidents is not None and met is None:
        severity += ", false"
    is_call = firing.told and firing.kind is AlertKind.OBJECTIVE
    return (
        firing.slo_id,
        " ".join(filter(None, (_MARKS.get(firing.began_by), severity))),
        instant(firing.started_at),
        duration(firing.ended_at - firing.started_at) if firing.ended_at else "goes on",
        duration(delay(since, firing)) if is_call else "–",
        percent(firing.detection.burn_consumed_ratio) if is_call else "–",
        percent(firing.detection.budget_consumed_ratio),
        reason_sentence(firing.reason),
    )


def _numbers(summary: Summary) -> dict[str, str]:
    rows = {
        "pages": _count(summary.pages.count, summary.pages.per_week),
        "tickets": _count(summary.tickets.count, summary.tickets.per_week),
        "no-data alerts": str(summary.no_data),
        "median time to page": duration(summary.detection),
        "median budget spent by then": percent(summary.budget_at_detection),
    }
    if summary.missed is not None:
        rows |= {
            "false pages": f"{summary.pages.false} (precision {percent(summary.pages.precision)})",
            "false tickets": f"{summary.tickets.false} (precision {percent(summary.tickets.precision)})",
            "incidents without a page": f"{summary.missed} of {len(summary.met)} (recall {percent(summary.recall)})",
        }
    return rows


def _count(count: int, per_week: float) -> str:
    return f"{count} ({per_week:.1f} a week)"


def _scope(incident: KnownIncident) -> str:
    return incident.name or incident.slo_id or incident.service or "everything"


def _length(incident: KnownIncident) -> str:
    return duration(incident.end_at - incident.start_at)


def _brought(met: Met) -> str:
    if met.page is not None:
        spent = percent(met.page.detection.burn_consumed_ratio)
        return f"page after {duration(met.delay)}, {spent} of the budget spent"
    if met.first is not None:
        return f"no page; {met.first.severity.value} after {duration(delay(met.incident.start_at, met.first))}"
    return "nothing"
