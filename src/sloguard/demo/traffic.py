"""The model of traffic of the demonstration's two services: what happens how often, at any time of day.

The live workload and the generated past draw from the same model, so that one goes on where the other ends.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from random import Random
from statistics import NormalDist

DAY_SECONDS = 86_400
_BUSIEST_HOUR = 14
_QUIETEST_LEVEL = 0.5
_BACKUP_HOUR = 2.5

RELEASE = {"onboarding": "2.3.1", "resume": "1.8.0"}
"""The version that runs until somebody releases another."""

HTTP_REQUESTS = "http_requests_total"
HTTP_DURATION = "http_request_duration_seconds"
REGISTRATIONS = "onboarding_registrations_total"
EMAILS = "onboarding_emails_total"
STEPS = "onboarding_steps_total"
BACKUP = "backup_last_success_timestamp_seconds"
OPERATIONS = "resume_operations_total"
OPERATION_DURATION = "resume_operation_duration_seconds"

BUCKETS: Mapping[str, tuple[float, ...]] = {
    HTTP_DURATION: (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5),
    OPERATION_DURATION: (5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 120.0),
}
"""Upper bounds of the histograms' buckets in seconds, +Inf left out."""

Labels = tuple[tuple[str, str], ...]


def level(at: float) -> float:
    """The share of the busiest hour's traffic at a Unix time: 1 at 14:00 UTC, a half at 02:00."""
    hour = at % DAY_SECONDS / 3600
    swing = (1 - _QUIETEST_LEVEL) / 2
    return 1 - swing + swing * math.cos((hour - _BUSIEST_HOUR) / 24 * math.tau)


def last_backup(at: float) -> float:
    """When the nightly backup before `at` was made, both in Unix seconds."""
    offset = _BACKUP_HOUR * 3600
    return (at - offset) // DAY_SECONDS * DAY_SECONDS + offset


@dataclass(frozen=True)
class Latency:
    """Durations with a log-normal distribution, as most are, in one histogram."""

    histogram: str
    labels: Labels
    median_seconds: float
    spread: float
    """Standard deviation of the duration's natural logarithm."""

    def draw(self, random: Random) -> float:
        return random.lognormvariate(math.log(self.median_seconds), self.spread)

    @cached_property
    def bucket_shares(self) -> tuple[float, ...]:
        """The share of the durations that falls into each bucket, +Inf last."""
        normal = NormalDist(math.log(self.median_seconds), self.spread)
        below = [0.0, *(normal.cdf(math.log(bound)) for bound in BUCKETS[self.histogram]), 1.0]
        return tuple(upper - lower for lower, upper in pairwise(below))

    @cached_property
    def mean_seconds(self) -> float:
        return self.median_seconds * math.exp(self.spread**2 / 2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which something can end."""

    name: str
    labels: Labels
    probability: float


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happens again and again, and is counted by how it ends."""

    name: str
    counter: str
    labels: Labels
    per_second: float
    """At the busiest hour."""
    outcomes: tuple[Outcome, ...]
    """Their probabilities add up to 1."""
    latency: Latency | None = None

    def expected(self, at: float, seconds: float) -> float:
        """The mean number of events in an interval of `seconds` around the instant `at`."""
        return self.per_second * level(at) * seconds

    def series(self, outcome: Outcome) -> Labels:
        return tuple(sorted((*self.labels, *outcome.labels)))


def outcomes_of(usual: Outcome, others: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The usual outcome takes the probability that the others leave; where they ask for more than all, they share."""
    asked = max(1.0, sum(other.probability for other in others))
    shared = tuple(replace(other, probability=other.probability / asked) for other in others)
    return (replace(usual, probability=max(0.0, 1 - sum(other.probability for other in shared))), *shared)


def _http(method: str, route: str, code: str, per_second: float) -> Activity:
    service = ("service", "onboarding")
    unusual = {"429": 0.0021, "500": 0.00007, "503": 0.00003}
    return Activity(
        name=route,
        counter=HTTP_REQUESTS,
        labels=(service, ("route", route), ("method", method), ("version", RELEASE["onboarding"])),
        per_second=per_second,
        outcomes=outcomes_of(
            Outcome(code, (("code", code),), 0), tuple(Outcome(c, (("code", c),), p) for c, p in unusual.items())
        ),
        latency=Latency(HTTP_DURATION, (service, ("route", route)), median_seconds=0.09, spread=0.65),
    )


def _registration() -> Activity:
    def outcome(result: str, reason: str, probability: float) -> Outcome:
        return Outcome(reason or result, (("outcome", result), ("reason", reason)), probability)

    others = (
        outcome("failed", "server_error", 0.0002),
        outcome("failed", "captcha_expired", 0.0028),
        outcome("failed", "identity_provider", 0.0015),
    )
    return Activity("registration", REGISTRATIONS, (), 8, outcomes_of(outcome("success", "", 0), others))


def _email(template: str, per_second: float) -> Activity:
    def outcome(result: str, probability: float) -> Outcome:
        return Outcome(result, (("outcome", result),), probability)

    others = (outcome("bounced", 0.006), outcome("deferred", 0.0035))
    labels = (("template", template),)
    return Activity(f"mail {template}", EMAILS, labels, per_second, outcomes_of(outcome("delivered", 0), others))


def _step(step: str, per_second: float, abandoned: float) -> Activity:
    def outcome(result: str, probability: float) -> Outcome:
        return Outcome(result, (("outcome", result),), probability)

    others = (outcome("failed", 0.006), outcome("abandoned", abandoned))
    return Activity(f"step {step}", STEPS, (("step", step),), per_second, outcomes_of(outcome("completed", 0), others))


def _operation(
    operation: str, per_second: float, failures: Mapping[str, float], *, median_seconds: float, spread: float
) -> Activity:
    def outcome(result: str, reason: str, probability: float) -> Outcome:
        return Outcome(reason or result, (("outcome", result), ("reason", reason)), probability)

    labels = (("operation", operation), ("version", RELEASE["resume"]))
    others = tuple(outcome("failed", reason, probability) for reason, probability in failures.items())
    return Activity(
        name=operation,
        counter=OPERATIONS,
        labels=labels,
        per_second=per_second,
        outcomes=outcomes_of(outcome("success", "", 0), others),
        latency=Latency(OPERATION_DURATION, labels, median_seconds=median_seconds, spread=spread),
    )


ACTIVITIES = (
    _http("POST", "/api/registrations", "201", 10),
    _http("POST", "/api/confirmations", "200", 5),
    _http("GET", "/api/plans", "200", 6),
    _http("PUT", "/api/profile", "200", 5),
    _http("POST", "/api/steps", "200", 4),
    _registration(),
    _email("confirmation", 8),
    _email("welcome", 5),
    _step("account", 8, abandoned=0.08),
    _step("profile", 6, abandoned=0.15),
    _step("plan", 4.5, abandoned=0.2),
    _step("first-resume", 3, abandoned=0.3),
    _operation(
        "parsing", 2, {"unreadable_file": 0.016, "parser_crash": 0.001, "timeout": 0.004}, median_seconds=6, spread=0.69
    ),
    _operation("ats_analysis", 1.2, {"model_error": 0.009, "timeout": 0.005}, median_seconds=10, spread=0.58),
    _operation("tailoring", 0.8, {"model_error": 0.025, "no_match": 0.01}, median_seconds=25, spread=0.56),
)
"""All that happens on an ordinary day. Requests to the onboarding service: 30 a second at the busiest hour."""
