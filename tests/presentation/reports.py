"""Status reports: one that shows every state, and a strategy for any that the types allow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from sloguard.model.alert import Alert, Reason, ReasonCode
from sloguard.model.measurement import Counts, NoData, NoDataReason
from sloguard.model.policy import Severity
from sloguard.model.status import (
    ErrorBudget,
    Grade,
    Health,
    Provisional,
    ServiceStatus,
    SloState,
    SloStatus,
    StatusReport,
)
from sloguard.model.window import CalendarWindow, Period, RollingWindow

AS_OF = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
FIVE_MINUTES, HOUR, SIX_HOURS = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6)

PAGE = Alert(
    severity=Severity.PAGE,
    started_at=AS_OF - timedelta(minutes=20),
    reason=Reason(ReasonCode.BURNING, HOUR, FIVE_MINUTES, Decimal("14.4"), 16.2, 18.0),
)
TICKET = Alert(
    severity=Severity.TICKET,
    started_at=AS_OF - timedelta(hours=5),
    reason=Reason(ReasonCode.HOLDING, timedelta(days=1), timedelta(hours=2), Decimal(3), 2.9, 1.2),
)


def slo_status(
    name: str,
    *,
    service: str = "onboarding",
    objective: str = "0.999",
    counts: Counts | None = None,
    state: SloState = SloState.OK,
    burn_1h: float | None = 0.7,
    ends_in: timedelta | None = None,
    no_data: NoData | None = None,
    alerts: tuple[Alert, ...] = (),
    approximate: bool = False,
    description: str = "",
    owner: str = "",
    runbook_url: str = "",
) -> SloStatus:
    """An SLO whose ratios follow from its counts; without counts there are none."""
    objective_ratio = Decimal(objective)
    known = counts is not None and counts.total > 0
    success = counts.good / counts.total if counts and known else None
    budget_ratio = 1 - objective_ratio
    consumed = (1 - success) / float(budget_ratio) if success is not None else 0.0
    return SloStatus(
        id=f"{service}/{name}",
        service=service,
        name=name,
        objective_ratio=objective_ratio,
        window=RollingWindow(MONTH),
        state=state,
        counts=counts,
        success_ratio=success,
        budget=ErrorBudget(budget_ratio, consumed) if counts else None,
        burn_rates={HOUR: burn_1h, FIVE_MINUTES: burn_1h and burn_1h / 2, SIX_HOURS: None},
        time_to_exhaustion=ends_in,
        coverage_ratio=no_data.coverage_ratio if no_data else 1.0,
        approximate=approximate,
        health_score=None if no_data else 97.2,
        watermark_at=None if no_data and no_data.reason is NoDataReason.NEVER_SEEN else AS_OF - timedelta(seconds=45),
        no_data=no_data,
        alerts=alerts,
        description=description,
        owner=owner,
        runbook_url=runbook_url,
    )


def provisional(
    replayed_ratio: float, counts: Counts | None = None, *, why: str = "", alerts: tuple[Alert, ...] = ()
) -> SloStatus:
    """An SLO that is spending its budget ten times over, as far as is known; without counts by what is replayed."""
    state = SloState.BURNING if alerts else SloState.NO_DATA
    no_data = None if alerts else NoData(MONTH, NoDataReason.PROVISIONAL, replayed_ratio)
    known = counts or Counts(bad=10, total=1_000)
    status = slo_status("a", counts=known, state=state, no_data=no_data, alerts=alerts, approximate=True)
    return replace(status, health_score=None, provisional=Provisional(replayed_ratio, counts, why))


def every_state() -> StatusReport:
    """Two services with an SLO in each state, one that nobody has seen, and one that is empty."""
    runbook = "https://runbooks.example.com/onboarding"
    onboarding = (
        slo_status(
            "availability",
            counts=Counts(bad=888, total=1_234_567),
            state=SloState.BURNING,
            burn_1h=16.2,
            ends_in=timedelta(hours=12, minutes=27),
            alerts=(PAGE,),
            description="Requests to the onboarding API are answered without a server error.",
            owner="growth",
            runbook_url=runbook,
        ),
        slo_status(
            "error-rate",
            objective="0.995",
            counts=Counts(bad=4_938, total=1_234_567),
            state=SloState.BURNING,
            burn_1h=2.9,
            ends_in=timedelta(days=2, hours=2),
            alerts=(TICKET,),
            description="Fewer than 0.5 % of the requests fail for a reason that is ours.",
            owner="edge",
            runbook_url=runbook,
        ),
        slo_status(
            "latency",
            objective="0.95",
            counts=Counts(bad=106_666, total=1_234_567),
            state=SloState.EXHAUSTED,
            burn_1h=1.4,
            description="The 95th percentile of the response time stays under 300 ms.",
            owner="growth",
            runbook_url=runbook,
        ),
        slo_status("email-delivery", objective="0.98", counts=Counts(bad=31, total=20_412), approximate=True),
        slo_status(
            "backup-freshness",
            objective="0.99",
            state=SloState.NO_DATA,
            burn_1h=None,
            no_data=NoData(MONTH, NoDataReason.LOW_COVERAGE, 0.41),
        ),
    )
    resume = (
        slo_status(
            "parsing-success", service="resume", objective="0.95", counts=Counts(bad=12, total=8_000), burn_1h=0
        ),
        slo_status(
            "tailoring-success", service="resume", objective="0.90", counts=Counts(bad=0, total=0), burn_1h=None
        ),
    )
    unseen = slo_status(
        "freshness",
        service="billing",
        state=SloState.NO_DATA,
        burn_1h=None,
        no_data=NoData(MONTH, NoDataReason.NEVER_SEEN),
    )
    return StatusReport(
        as_of=AS_OF,
        partial=True,
        services=(
            ServiceStatus(
                "onboarding",
                Health(71.6, Grade.FAIR, partial=True),
                onboarding,
                "growth",
                "From the first visit to a finished profile.",
            ),
            ServiceStatus("resume", Health(99.6, Grade.EXCELLENT, partial=False), resume, "documents"),
            ServiceStatus("billing", None, (unseen,)),
            ServiceStatus("empty", None, ()),
        ),
    )


_INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as asked
_LENGTHS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=400))
_WINDOWS = st.builds(RollingWindow, _LENGTHS) | st.builds(CalendarWindow, st.sampled_from(Period))
_FLOATS = st.floats()
"""Infinite and no number included: a document must not carry them, whoever computed them."""
_RATIOS = st.decimals("0.0001", "0.9999", allow_nan=False, places=6)
_REASONS = st.builds(
    Reason,
    code=st.sampled_from(ReasonCode),
    long=st.none() | _LENGTHS,
    short=st.none() | _LENGTHS,
    factor=st.none() | st.decimals("0.1", "1000", places=2),
    long_burn_rate=st.none() | _FLOATS,
    short_burn_rate=st.none() | _FLOATS,
)
_SLOS = st.builds(
    SloStatus,
    objective_ratio=_RATIOS,
    window=_WINDOWS,
    counts=st.none() | st.builds(Counts, bad=_FLOATS, total=_FLOATS),
    success_ratio=st.none() | _FLOATS,
    budget=st.none() | st.builds(ErrorBudget, budget_ratio=_RATIOS, consumed_ratio=_FLOATS),
    burn_rates=st.dictionaries(_LENGTHS, st.none() | _FLOATS, max_size=8),
    time_to_exhaustion=st.none() | st.timedeltas(min_value=timedelta(0)),
    coverage_ratio=_FLOATS,
    health_score=st.none() | _FLOATS,
    watermark_at=st.none() | _INSTANTS,
    no_data=st.none() | st.builds(NoData, window=_LENGTHS, reason=st.sampled_from(NoDataReason)),
    provisional=st.none() | st.builds(Provisional, replayed_ratio=st.floats(0, 1)),
    alerts=st.lists(
        st.builds(Alert, severity=st.sampled_from(Severity), started_at=_INSTANTS, reason=_REASONS), max_size=3
    ).map(tuple),
)
_SERVICES = st.builds(
    ServiceStatus,
    health=st.none() | st.builds(Health, score=st.floats(0, 100), grade=st.sampled_from(Grade), partial=st.booleans()),
    slos=st.lists(_SLOS, max_size=3).map(tuple),
)
any_report = st.builds(
    StatusReport, as_of=_INSTANTS, partial=st.booleans(), services=st.lists(_SERVICES, max_size=3).map(tuple)
)
