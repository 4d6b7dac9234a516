"""What an SLO's counts are kept under. A change here has every ledger in the world recounted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sloguard.ledger.plan import ledger_key
from sloguard.model.policy import AlertPolicy
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    Slo,
    ThresholdIndicator,
)
from sloguard.model.window import RollingWindow

WINDOW = RollingWindow(timedelta(days=30))
EVENTS = EventsIndicator(total=('x{a="b"}',), bad=('x{a="b",code="500"}',))
SLO = Slo("shop", "availability", Decimal("0.999"), WINDOW, EVENTS, AlertPolicy())


def fingerprint(indicator: Indicator) -> str:
    return ledger_key(replace(SLO, indicator=indicator)).fingerprint


def test_they_stay_what_they_are() -> None:
    assert {
        "events": fingerprint(EVENTS),
        "latency": fingerprint(LatencyIndicator("h", 'a="b"', timedelta(milliseconds=300))),
        "threshold": fingerprint(ThresholdIndicator("up", Comparison.EQUALS, Decimal(1))),
    } == {
        "events": "a9d509f088148bde",
        "latency": "6bec8e00062d3dfe",
        "threshold": "be3c432ebec68bea",
    }


def test_another_indicator_is_counted_anew_and_another_objective_is_not() -> None:
    assert ledger_key(replace(SLO, objective_ratio=Decimal("0.99"))) == ledger_key(SLO)
    good = EventsIndicator(total=EVENTS.total, good=EVENTS.bad)
    assert fingerprint(good) != fingerprint(EVENTS)
