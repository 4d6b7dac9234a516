"""What the overview page says, in words and widths: the template only lays it out. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sloguard.model.adjustment import Adjustment
from sloguard.model.policy import Severity
from sloguard.model.status import Health, ServiceStatus, SloState, SloStatus, StatusReport
from sloguard.ports import HealthCheck
from sloguard.presentation import status_words as say
from sloguard.presentation.adjustments import adjusted_words, applied, effect_words, label, scope
from sloguard.presentation.quiet_words import quiet_words
from sloguard.presentation.words import count, instant, percent, unbroken, window
from sloguard.web.attention import Attention, attention, broken_parts
from sloguard.web.links import page_path, safe_link

_LOW_BUDGET_RATIO = 0.25
_FAST_BURN_RATE = 1.0
_MAYBE_OLD = "What is shown below may be old."


@dataclass(frozen=True, slots=True)
class SloRow:
    name: str
    path: str
    """Of its own page, encoded."""
    description: str
    owner: str
    runbook: str
    objective: str
    window: str
    success: str
    events: str
    adjusted: str
    """What exclusions and corrections have changed."""
    budget: str
    period: str
    """How a calendar period goes: budget spent, time gone."""
    budget_width: str
    """Percent of the bar, 0 to 100."""
    budget_level: str
    """Style: `good`, `low`, `gone` or `unknown`."""
    burn: str
    burning_fast: bool
    end: str
    end_at: str
    state: str
    why: str
    """Why nothing is known of it."""
    state_kind: str


@dataclass(frozen=True, slots=True)
class ServiceCard:
    name: str
    owner: str
    description: str
    score: str
    grade: str
    partial: str
    rows: tuple[SloRow, ...]


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """An exclusion or a correction that has a part in what is shown."""

    label: str
    scope: str
    start: str
    end: str
    effect: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overview:
    as_of: str
    as_of_machine: str
    headline: str
    """Half a sentence that also is the title of the browser's tab."""
    approximate: bool
    attention: tuple[Attention, ...]
    services: tuple[ServiceCard, ...]
    adjustments: tuple[AdjustmentRow, ...]
    muted: tuple[tuple[str, str], ...]
    """What is kept quiet, and why."""
    standing_by: str
    """Which other daemon evaluates; empty if this one does."""


def overview(report: StatusReport, checks: Sequence[HealthCheck], standing_by: str = "") -> Overview:
    return Overview(
        as_of=instant(report.as_of),
        as_of_machine=report.as_of.isoformat(),
        headline=_headline(report),
        approximate=any(slo.approximate for slo in report.slos),
        attention=(*(replace(part, more=_MAYBE_OLD) for part in broken_parts(checks)), *attention(report)),
        services=tuple(_card(service, report.as_of) for service in report.services),
        adjustments=tuple(_adjustment(each) for each in applied(report)),
        muted=tuple((each.scope, unbroken(quiet_words(each.quiet))) for each in report.muted),
        standing_by=standing_by,
    )


def _headline(report: StatusReport) -> str:
    slos = report.slos
    firing = sum(bool(slo.alerts) for slo in slos)
    exhausted = sum(slo.state is SloState.EXHAUSTED for slo in slos)
    provisional = sum(slo.provisional is not None for slo in slos)
    unknown = sum(slo.no_data is not None and slo.provisional is None for slo in slos)
    parts = (
        (firing, "firing"),
        (exhausted, "exhausted"),
        (unknown, "without data"),
        (provisional, "provisional"),
    )
    said = [f"{number} {word}" for number, word in parts if number]
    if said:
        return ", ".join(said)
    return "all within their budgets" if slos else "no SLOs"


def _card(service: ServiceStatus, as_of: datetime) -> ServiceCard:
    score, grade, partial = _health(service.health)
    rows = tuple(_row(slo, service, as_of) for slo in service.slos)
    return ServiceCard(service.name, service.owner, service.description, score, grade, partial, rows)


def _health(health: Health | None) -> tuple[str, str, str]:
    """Score, grade, and what is missing."""
    if health is None:
        return "–", "unknown", "no data"
    # Rounded down, so that no score reads as one of the next grade, and none but 100 as 100.
    return (
        str(math.floor(health.score)),
        health.grade.value,
        "without the SLOs that have no data" if health.partial else "",
    )


def _row(slo: SloStatus, service: ServiceStatus, as_of: datetime) -> SloRow:
    burn = slo.burn_rates.get(say.HOUR)
    return SloRow(
        name=slo.name,
        path=page_path(slo.service, slo.name),
        description=slo.description,
        owner="" if slo.owner == service.owner else slo.owner,
        runbook=safe_link(slo.runbook_url),
        objective=percent(slo.objective_ratio),
        window=unbroken(f"over {window(slo.window)}"),
        success=say.success_words(slo),
        events=f"{count(slo.counts.bad)} bad of {count(slo.counts.total)}" if slo.counts else "",
        adjusted=unbroken(adjusted_words(slo.adjusted)),
        budget=say.budget_left_words(slo),
        period=unbroken(say.period_words(slo)),
        budget_width=_width(slo),
        budget_level=_level(slo),
        burn=say.burn_1h_words(slo),
        burning_fast=burn is not None and burn > _FAST_BURN_RATE,
        end=say.end_words(slo),
        end_at=say.end_at_words(slo, as_of),
        state=_state(slo),
        why=unbroken(say.why_unknown_words(slo)),
        state_kind=_kind(slo),
    )


def _adjustment(adjustment: Adjustment) -> AdjustmentRow:
    what = label(adjustment)
    return AdjustmentRow(
        label=f"{what[0].upper()}{what[1:]}",
        scope=scope(adjustment),
        start=instant(adjustment.start_at),
        end=instant(adjustment.end_at),
        effect=effect_words(adjustment),
        author=adjustment.author,
        reason=adjustment.reason,
    )


def _state(slo: SloStatus) -> str:
    told = say.told_words(slo)
    return f"{say.state_word(slo)} ({told})" if told else say.state_word(slo)


def _kind(slo: SloStatus) -> str:
    """A page looks the same in the list of what needs attention and in its row."""
    paging = any(alert.severity is Severity.PAGE for alert in slo.alerts)
    return "page" if paging else slo.state.value


def _width(slo: SloStatus) -> str:
    remaining = slo.budget.remaining_ratio if slo.budget else 0.0
    return f"{100 * min(1.0, max(0.0, remaining)):.2f}"


def _level(slo: SloStatus) -> str:
    if slo.budget is None:
        return "unknown"
    remaining = slo.budget.remaining_ratio
    if remaining <= 0:
        return "gone"
    return "low" if remaining < _LOW_BUDGET_RATIO else "good"
