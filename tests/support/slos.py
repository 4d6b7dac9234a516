"""The reference workload, and single SLOs, as values built by hand."""

from datetime import timedelta
from decimal import Decimal

from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.funnel import Funnel, FunnelStep
from sloguard.model.policy import AlertPolicy, NoDataPolicy, Severity
from sloguard.model.settings import Configuration
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    Service,
    Slo,
    ThresholdIndicator,
)
from sloguard.model.window import RollingWindow

SLICE = timedelta(seconds=60)
MONTH = timedelta(days=30)


def make_slo(
    name: str,
    indicator: Indicator,
    objective: str = "0.99",
    *,
    service: str = "onboarding",
    window: timedelta = MONTH,
    description: str = "",
    breakdown_by: tuple[str, ...] = (),
    weight: str = "1",
) -> Slo:
    """An SLO with the standard tiers."""
    objective_ratio = Decimal(objective)
    owner = {"onboarding": "growth", "resume": "documents"}.get(service, "")
    return Slo(
        service=service,
        name=name,
        objective_ratio=objective_ratio,
        window=RollingWindow(window),
        indicator=indicator,
        policy=AlertPolicy(standard_tiers(1 - objective_ratio, window, SLICE), no_data=NoDataPolicy(Severity.TICKET)),
        description=description,
        owner=owner,
        runbook_url=f"https://runbooks.example.com/{service}" if owner else "",
        breakdown_by=breakdown_by,
        weight=Decimal(weight),
    )


def events_bad(bad: str, total: str) -> EventsIndicator:
    return EventsIndicator(total=(total,), bad=(bad,))


def events_good(good: str, total: str) -> EventsIndicator:
    return EventsIndicator(total=(total,), good=(good,))


def latency(histogram: str, matchers: str, below_seconds: float) -> LatencyIndicator:
    return LatencyIndicator(histogram, matchers, timedelta(seconds=below_seconds))


REQUESTS = 'http_requests_total{service="onboarding"}'

AVAILABILITY = make_slo(
    "availability",
    events_bad('http_requests_total{service="onboarding",code=~"5.."}', REQUESTS),
    "0.999",
    description="Requests to the onboarding API are answered without a server error.",
    breakdown_by=("version", "route", "code"),
)
ERROR_RATE = make_slo(
    "error-rate",
    events_bad('http_requests_total{service="onboarding",code=~"5..|429"}', REQUESTS),
    "0.995",
    description="Fewer than 0.5 % of the requests fail for a reason that is ours, throttling included.",
    breakdown_by=("version", "route", "code"),
)
LATENCY = make_slo(
    "latency",
    latency("http_request_duration_seconds", 'service="onboarding"', 0.3),
    "0.95",
    description="The 95th percentile of the response time stays under 300 ms.",
    breakdown_by=("route",),
)
REGISTRATION = make_slo(
    "registration-success",
    events_good('onboarding_registrations_total{outcome="success"}', "onboarding_registrations_total"),
    "0.99",
    description="A visitor who sends the registration form gets an account.",
    breakdown_by=("reason",),
)
EMAIL = make_slo(
    "email-delivery",
    events_good('onboarding_emails_total{outcome="delivered"}', "onboarding_emails_total"),
    "0.98",
    description="Confirmation and welcome mails are accepted by the recipient's server.",
    breakdown_by=("template", "outcome"),
)
STEPS = make_slo(
    "step-completion",
    events_bad('onboarding_steps_total{outcome="failed"}', "onboarding_steps_total"),
    "0.97",
    description="A step of the funnel that a visitor starts does not end in an error.",
    breakdown_by=("step",),
)
BACKUP = make_slo(
    "backup-freshness",
    ThresholdIndicator(
        'time() - backup_last_success_timestamp_seconds{service="onboarding"}', Comparison.BELOW, Decimal(90_000)
    ),
    "0.99",
    description="The last successful backup of the accounts is younger than 25 hours.",
)
FUNNEL = Funnel(
    "onboarding",
    (
        FunnelStep("Registered", ('onboarding_registrations_total{outcome="success"}',)),
        FunnelStep("Profile filled in", ('onboarding_steps_total{outcome="done",step="profile"}',)),
        FunnelStep("Photo added", ('onboarding_steps_total{outcome="done",step="photo"}',)),
    ),
    "From a new account to a finished profile.",
)
ONBOARDING = Service(
    name="onboarding",
    slos=(AVAILABILITY, ERROR_RATE, LATENCY, REGISTRATION, EMAIL, STEPS, BACKUP),
    owner="growth",
    description="From the first visit to a finished profile.",
    runbook_url="https://runbooks.example.com/onboarding",
    funnels=(FUNNEL,),
)


def _resume_success(operation: str, objective: str, description: str) -> Slo:
    total = f'resume_operations_total{{operation="{operation}"}}'
    good = f'resume_operations_total{{operation="{operation}",outcome="success"}}'
    name = f"{operation.replace('_', '-')}-success"
    return make_slo(
        name,
        events_good(good, total),
        objective,
        service="resume",
        description=description,
        breakdown_by=("reason", "version"),
    )


def _resume_duration(operation: str, objective: str, below_seconds: float, description: str) -> Slo:
    indicator = latency("resume_operation_duration_seconds", f'operation="{operation}"', below_seconds)
    name = f"{operation.replace('_', '-')}-duration"
    return make_slo(name, indicator, objective, service="resume", description=description, breakdown_by=("version",))


RESUME = Service(
    name="resume",
    slos=(
        _resume_success("parsing", "0.95", "An uploaded résumé is parsed."),
        _resume_duration("parsing", "0.95", 30, "An uploaded résumé is parsed within 30 seconds."),
        _resume_success("ats_analysis", "0.98", "An analysis for applicant tracking systems ends with a result."),
        _resume_duration("ats_analysis", "0.98", 45, "An analysis for tracking systems takes less than 45 seconds."),
        _resume_success("tailoring", "0.90", "A résumé is tailored to a job description."),
        _resume_duration("tailoring", "0.90", 60, "A résumé is tailored in less than 60 seconds."),
    ),
    owner="documents",
    description="Parses, analyses and tailors résumés.",
    runbook_url="https://runbooks.example.com/resume",
)
REFERENCE = Configuration(services=(ONBOARDING, RESUME))


def configuration_of(*slos: Slo) -> Configuration:
    """A configuration with one service, named as the first SLO says."""
    return Configuration(services=(Service(name=slos[0].service, slos=slos),))
