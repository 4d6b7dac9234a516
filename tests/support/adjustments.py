"""Exclusions and corrections, written down as Unix seconds."""

from datetime import UTC, datetime

from sloguard.model.adjustment import Correction, Exclusion

MADE_AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def exclusion(start: float, end: float, scope: str = "*") -> Exclusion:
    return Exclusion(scope, at(start), at(end), "ada", "the load test", MADE_AT)


def correction(start: float, end: float, bad: float, total: float, slo_id: str = "shop/checkout") -> Correction:
    return Correction(slo_id, at(start), at(end), bad, total, "ada", "counted twice", MADE_AT)
