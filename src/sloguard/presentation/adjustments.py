"""Exclusions, corrections and what they make of a number: in words, and as JSON."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sloguard.model.adjustment import Adjusted, Adjustment, AdjustmentRecord, Correction, Exclusion, Removal
from sloguard.model.status import StatusReport
from sloguard.presentation.numbers import events, seconds
from sloguard.presentation.words import count, duration, instant, rfc3339

EXCLUSION, CORRECTION = "exclusion", "correction"


def kind(adjustment: Adjustment) -> str:
    return EXCLUSION if isinstance(adjustment, Exclusion) else CORRECTION


def scope(adjustment: Adjustment) -> str:
    """The SLOs that it is about."""
    return adjustment.scope if isinstance(adjustment, Exclusion) else adjustment.slo_id


def label(adjustment: Adjustment) -> str:
    """What people call it: `exclusion 3`."""
    return kind(adjustment) if adjustment.number is None else f"{kind(adjustment)} {adjustment.number}"


def adjusted_words(adjusted: Adjusted | None) -> str:
    """What was changed by how much: `adjusted: −600 events, −12 bad, without 2 h`; empty if nothing was."""
    if adjusted is None:
        return ""
    parts = []
    if adjusted.total_taken_out is not None and adjusted.bad_taken_out is not None:
        parts = [f"{_signed(-adjusted.total_taken_out)} events", f"{_signed(-adjusted.bad_taken_out)} bad"]
    if adjusted.excluded > timedelta(0):
        parts.append(f"without {duration(adjusted.excluded)}")
    return f"adjusted: {', '.join(parts)}" if parts else "adjusted"


def effect_words(adjustment: Adjustment) -> str:
    """What one does by itself: `does not count`, `−1 200 events, −1 200 bad`."""
    match adjustment:
        case Exclusion():
            return "does not count"
        case Correction(bad=bad, total=total):
            return f"{_signed(total)} events, {_signed(bad)} bad"


def standing(record: AdjustmentRecord, now: datetime) -> str:
    """`removed`, `planned` if its time is still to come, else `in force`."""
    if record.removal is not None:
        return "removed"
    return "planned" if record.adjustment.start_at > now else "in force"


def applied(report: StatusReport) -> tuple[Adjustment, ...]:
    """All that have a part in a report's numbers, each once, by their start."""
    every = {each for slo in report.slos if slo.adjusted for each in slo.adjusted.applied}
    return tuple(sorted(every, key=lambda each: (each.start_at, each.end_at, each.number or 0)))


def sentence(adjustment: Adjustment) -> str:
    """On one line, for a terminal."""
    span = f"{instant(adjustment.start_at)} to {instant(adjustment.end_at)}"
    what = f"{label(adjustment)} of {scope(adjustment)}, {span}, by {adjustment.author}: {adjustment.reason}"
    return what if isinstance(adjustment, Exclusion) else f"{what} ({effect_words(adjustment)})"


def adjusted_document(adjusted: Adjusted | None) -> dict[str, object] | None:
    if adjusted is None:
        return None
    return {
        "taken_out": {"bad": events(adjusted.bad_taken_out), "total": events(adjusted.total_taken_out)},
        "excluded_seconds": seconds(adjusted.excluded),
        "applied": [adjustment_document(each) for each in adjusted.applied],
    }


def adjustment_document(adjustment: Adjustment) -> dict[str, object]:
    correction = adjustment if isinstance(adjustment, Correction) else None
    return {
        "number": adjustment.number,
        "kind": kind(adjustment),
        "scope": scope(adjustment),
        "start": rfc3339(adjustment.start_at),
        "end": rfc3339(adjustment.end_at),
        "bad": events(correction.bad) if correction else None,
        "total": events(correction.total) if correction else None,
        "author": adjustment.author,
        "reason": adjustment.reason,
        "created_at": rfc3339(adjustment.created_at),
    }


def record_document(record: AdjustmentRecord, now: datetime) -> dict[str, object]:
    """One adjustment with all that ever happened to it."""
    return {
        **adjustment_document(record.adjustment),
        "state": standing(record, now).replace(" ", "_"),
        "removed": _removal(record.removal),
    }


def records_document(schema: str, records: Iterable[AdjustmentRecord], now: datetime) -> dict[str, object]:
    return {
        "schema": f"sloguard/{schema}/v1",
        "as_of": rfc3339(now),
        schema: [record_document(each, now) for each in records],
    }


def _removal(removal: Removal | None) -> dict[str, object] | None:
    if removal is None:
        return None
    return {"author": removal.author, "reason": removal.reason, "at": rfc3339(removal.removed_at)}


def _signed(number: float) -> str:
    rounded = count(abs(number))
    return f"{'−' if number < 0 and rounded != '0' else '+'}{rounded}"
