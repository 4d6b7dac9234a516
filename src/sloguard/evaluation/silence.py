"""Whether nothing is seen of an SLO for too long, and whether sloguard itself sees nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.measure import STALE_AFTER, Observed
from sloguard.evaluation.signals import Signal
from sloguard.model.alert import Reason, ReasonCode
from sloguard.model.policy import BlindnessPolicy, NoDataPolicy, Severity
from sloguard.model.slo import Slo

_UNSEEN_SHARE = Decimal("0.01")
_HOLD_FRACTION = 5


def silence_limit(slo: Slo, policy: NoDataPolicy) -> timedelta:
    """How long nothing may be seen: as declared, or until a total outage would have burned 1 % of the budget.

    At least 5 minutes, for which Prometheus goes on to show a series that has ended.
    """
    if policy.after is not None:
        return policy.after
    return max(STALE_AFTER, slo.window.nominal * float(_UNSEEN_SHARE * slo.budget_ratio))


def read_silence(slo: Slo, policy: NoDataPolicy, observed: Observed, watched_since: datetime | None) -> Signal:
    """Whether an SLO is silent for too long.

    Args:
        slo: whose data are looked for.
        policy: how long is too long.
        observed: what is known of it.
        watched_since: since when sloguard has been able to see it; None while it is not. The clock starts there at
            the earliest, for what came before may only not have been looked at.
    """
    limit = silence_limit(slo, policy)
    last = observed.last_seen
    last_at = datetime.fromtimestamp(last, UTC) if last is not None else None
    code = ReasonCode.NEVER_SEEN if last_at is None else ReasonCode.DATA_STOPPED
    severity = policy.severity
    if last_at is None and severity.rank > Severity.TICKET.rank:
        severity = Severity.TICKET  # a promise that nobody measures is a finding, not an emergency
    watched = None if watched_since is None else observed.unseen(watched_since)
    verdict = _silent(watched, observed.unseen(), limit)
    reason = Reason(code, limit=limit, last_seen_at=last_at)
    return Signal(severity, verdict, reason, limit / _HOLD_FRACTION, ReasonCode.DATA_RETURNED)


def read_blindness(
    policy: BlindnessPolicy, last_good_at: datetime | None, started_at: datetime, now: datetime
) -> Signal:
    """Whether sloguard has had no complete evaluation for too long; before the first the clock runs from its start."""
    unseen = None if last_good_at is None else now - last_good_at
    verdict = _silent(now - max(started_at, last_good_at or started_at), unseen, policy.after)
    reason = Reason(ReasonCode.BLIND, limit=policy.after, last_seen_at=last_good_at)
    return Signal(policy.severity, verdict, reason, recovered=ReasonCode.SEES_AGAIN)


def _silent(watched: timedelta | None, unseen: timedelta | None, limit: timedelta) -> Verdict:
    """For how long nothing has been seen: while somebody watched (None: nobody does), and ever since (None: ever)."""
    if watched is None:
        return Verdict.UNKNOWN
    if watched >= limit:
        return Verdict.FIRING
    # Watched for too short a time to say: an alert of before a restart goes on until something is seen.
    return Verdict.IDLE if unseen is None or unseen >= limit else Verdict.CLEAR
