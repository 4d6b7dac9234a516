"""When nothing has been seen for too long, and who was not looking."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.silence import read_blindness, read_silence, silence_limit
from sloguard.model.alert import ReasonCode
from sloguard.model.policy import AlertPolicy, BlindnessPolicy, NoDataPolicy, Severity
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from tests.support.observations import MINUTE, NOW, observed

DAY = timedelta(days=1)
PAGE = NoDataPolicy(Severity.PAGE)
F, C, U, I = Verdict.FIRING, Verdict.CLEAR, Verdict.UNKNOWN, Verdict.IDLE  # noqa: E741 - as in a truth table


def slo(objective: str = "0.99", window: timedelta = 30 * DAY) -> Slo:
    indicator = EventsIndicator(total=("a",), bad=("b",))
    return Slo("shop", "checkout", Decimal(objective), RollingWindow(window), indicator, AlertPolicy())


@pytest.mark.parametrize(
    ("objective", "window", "after", "limit"),
    [
        ("0.999", 30 * DAY, None, 5 * MINUTE),
        ("0.95", 30 * DAY, None, 21.6 * MINUTE),
        ("0.9", 90 * DAY, None, 129.6 * MINUTE),
        ("0.9", 90 * DAY, 30 * MINUTE, 30 * MINUTE),
    ],
)
def test_the_clock_is_that_of_a_total_outage(
    objective: str, window: timedelta, after: timedelta | None, limit: timedelta
) -> None:
    assert silence_limit(slo(objective, window), NoDataPolicy(Severity.TICKET, after)) == limit


@pytest.mark.parametrize(
    ("silent_minutes", "watched_minutes", "verdict"),
    [
        (0, 60, C),
        (4, 60, C),
        (5, 60, F),
        (600, 5, F),
        (600, 4, I),
        (600, None, U),
        (0, None, U),
        (None, 4, I),
        (None, 5, F),
        (None, None, U),
    ],
)
def test_silence(silent_minutes: int | None, watched_minutes: int | None, verdict: Verdict) -> None:
    rows = [] if silent_minutes is None else [(0.0, 10.0)] * 60
    seen = observed(rows, ended=(silent_minutes or 0) * MINUTE)
    watched_since = None if watched_minutes is None else NOW - watched_minutes * MINUTE
    found = read_silence(slo(), PAGE, seen, watched_since)
    assert found.verdict is verdict
    if silent_minutes is None:
        assert (found.reason.code, found.severity) == (ReasonCode.NEVER_SEEN, Severity.TICKET)
    else:
        assert (found.reason.code, found.severity) == (ReasonCode.DATA_STOPPED, Severity.PAGE)
        assert found.reason.last_seen_at == NOW - silent_minutes * MINUTE


@pytest.mark.parametrize(
    ("good_minutes", "started_minutes", "verdict"),
    [(0, 60, C), (4, 60, C), (5, 60, F), (None, 4, I), (None, 5, F)],
)
def test_blindness(good_minutes: int | None, started_minutes: int, verdict: Verdict) -> None:
    last_good_at = None if good_minutes is None else NOW - good_minutes * MINUTE
    found = read_blindness(BlindnessPolicy(), last_good_at, NOW - started_minutes * MINUTE, NOW)
    assert (found.verdict, found.reason.code) == (verdict, ReasonCode.BLIND)
