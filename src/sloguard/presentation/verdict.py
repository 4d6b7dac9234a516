"""Whether objectives are kept: one verdict for each SLO, in words, as JSON, JUnit and Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from sloguard.model.status import SloStatus, StatusReport
from sloguard.presentation.adjustments import adjusted_words
from sloguard.presentation.markdown import markdown_table
from sloguard.presentation.status_words import why_unknown_words
from sloguard.presentation.words import budget_left, percent, rfc3339, window


class Verdict(StrEnum):
    KEPT = "kept"
    BREACHED = "breached"
    """The success ratio is below the objective."""
    SPENT = "spent"
    """The objective is met to the point, and no error budget is left."""
    UNKNOWN = "unknown"
    """There is no data, or all that is known is provisional."""


@dataclass(frozen=True, slots=True)
class Judged:
    slo: SloStatus
    verdict: Verdict
    words: str


def judged(report: StatusReport) -> tuple[Judged, ...]:
    return tuple(Judged(slo, verdict := _verdict(slo), _words(slo, verdict)) for slo in report.slos)


def fails(each: Judged, *, without_data: bool) -> bool:
    """Whether it stops a pipeline; an SLO without data does if asked for."""
    return each.verdict in {Verdict.BREACHED, Verdict.SPENT} or (without_data and each.verdict is Verdict.UNKNOWN)


def _verdict(slo: SloStatus) -> Verdict:
    if slo.success_ratio is None or slo.budget is None or slo.provisional is not None:
        return Verdict.UNKNOWN
    if slo.success_ratio < float(slo.objective_ratio):
        return Verdict.BREACHED
    return Verdict.SPENT if slo.budget.remaining_ratio <= 0 else Verdict.KEPT


def _words(slo: SloStatus, verdict: Verdict) -> str:
    if verdict is Verdict.UNKNOWN:
        why = why_unknown_words(slo) or "no events in the window"
        return f"no data: {'provisional, ' if slo.provisional else ''}{why}"
    left = budget_left(slo.budget.remaining_ratio if slo.budget else None)
    adjusted = adjusted_words(slo.adjusted)
    return (
        f"{percent(slo.success_ratio)} of the events are good over {window(slo.window)}, "
        f"objective {percent(slo.objective_ratio)}; {left}" + (f" ({adjusted})" if adjusted else "")
    )


def verdict_document(report: StatusReport, *, without_data: bool) -> Mapping[str, object]:
    slos = [
        {
            "id": each.slo.id,
            "verdict": each.verdict.value,
            "success_ratio": each.slo.success_ratio,
            "objective_ratio": float(each.slo.objective_ratio),
            "remaining_ratio": each.slo.budget.remaining_ratio if each.slo.budget else None,
            "provisional": each.slo.provisional is not None,
            "adjusted": each.slo.adjusted is not None,
            "message": each.words,
        }
        for each in judged(report)
    ]
    passed = not any(fails(each, without_data=without_data) for each in judged(report))
    return {"schema": "sloguard/check/v1", "as_of": rfc3339(report.as_of), "passed": passed, "slos": slos}


def junit(results: Sequence[Judged], *, without_data: bool) -> str:
    """A test suite with a test case for each SLO, named as its id."""
    failed = sum(fails(each, without_data=without_data) for each in results)
    skipped = sum(each.verdict is Verdict.UNKNOWN for each in results) if not without_data else 0
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="sloguard" tests="{len(results)}" failures="{failed}" errors="0" skipped="{skipped}">',
    ]
    for each in results:
        case = f"  <testcase classname={_attribute(each.slo.service)} name={_attribute(each.slo.name)}"
        if fails(each, without_data=without_data):
            lines.append(
                f"{case}><failure message={_attribute(each.verdict.value)}>{_text(each.words)}</failure></testcase>"
            )
        elif each.verdict is Verdict.UNKNOWN:
            lines.append(f"{case}><skipped message={_attribute(each.words)}/></testcase>")
        else:
            lines.append(f"{case}/>")
    return "\n".join((*lines, "</testsuite>")) + "\n"


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _text(text: str) -> str:
    return escape(_printable(text))


def _printable(text: str) -> str:
    """XML has no place for control characters, not even escaped."""
    return "".join(character if character.isprintable() else " " for character in text)


def markdown(results: Sequence[Judged]) -> str:
    """A table for a merge request's comment, or a job's summary."""
    rows = (
        (
            each.slo.id,
            each.verdict.value,
            percent(each.slo.success_ratio),
            percent(each.slo.objective_ratio),
            percent(each.slo.budget.remaining_ratio if each.slo.budget else None),
        )
        for each in results
    )
    return markdown_table(("SLO", "Verdict", "Success", "Objective", "Budget left"), rows, ("SLO", "Verdict"))
