"""Cycles that a test may have killed, each with everything that an evaluation can commit."""

from sloguard.model.alert import AlertKey, AlertRecord
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.told import HeldBack
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from tests.store.test_ledger import minutes
from tests.support.incidents import NOON, notification, record, told


def outcome(number: int) -> CycleOutcome:
    """The cycle with this number: counts of 300 SLOs, an alert that changes, one that goes, and notifications."""
    keys = [LedgerKey(f"service/{slo}", "f") for slo in range(300)]
    start = 300 * number
    ranges = tuple(CountedRange(key, start, start + 300, minutes(5 * number, 5, total=number)) for key in keys)
    key = AlertKey(f"service/{number}")
    held = HeldBack(NOON, key, Severity.PAGE, Quiet(QuietReason.SILENCED, "7"))
    return CycleOutcome(
        ranges,
        alerts(number),
        tuple(notification() for _ in range(20)),
        {("slack.oncall", key): told(key.slo_id)},
        held_back=(held,),
        fired=(key,),
        taken_up=(key,),
    )


def alerts(number: int) -> dict[AlertKey, AlertRecord | None]:
    fires = {AlertKey(f"service/{number}"): record()}
    return {**fires, AlertKey(f"service/{number - 1}"): None} if number else {**fires}
