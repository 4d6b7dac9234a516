"""The objectives of the top-level slo.yaml in the terms of the traffic's model: what is bad there, and of what."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from sloguard.demo import traffic
from sloguard.demo.traffic import BUCKETS, Activity, Outcome

SLO_YAML = Path(__file__).parents[2] / "slo.yaml"


@dataclass(frozen=True, slots=True)
class Objective:
    """`bad` tells bad outcomes; where there is none, durations above `below_seconds` are bad."""

    slo: str
    percent: float
    metric: str
    activity: str = ""
    bad: Callable[[Outcome], bool] | None = None
    below_seconds: float = 0

    @property
    def budget_ratio(self) -> float:
        return 1 - self.percent / 100

    def concerns(self, activity: Activity) -> bool:
        return activity.counter == self.metric and activity.name.startswith(self.activity)

    def rates(self, activities: Sequence[Activity]) -> tuple[float, float]:
        """Bad and all events per second at the busiest hour."""
        mine = [activity for activity in activities if self.concerns(activity)]
        bad = sum(activity.per_second * self._bad_share(activity) for activity in mine)
        return bad, sum(activity.per_second for activity in mine)

    def _bad_share(self, activity: Activity) -> float:
        if self.bad is not None:
            return sum(outcome.probability for outcome in activity.outcomes if self.bad(outcome))
        assert activity.latency is not None
        within = BUCKETS[activity.latency.histogram].index(self.below_seconds) + 1
        return 1 - sum(activity.latency.bucket_shares[:within])


def _code(*prefixes: str) -> Callable[[Outcome], bool]:
    return lambda outcome: dict(outcome.labels)["code"].startswith(prefixes)


def _not(name: str) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.name != name


OBJECTIVES = (
    Objective("onboarding/availability", 99.9, traffic.HTTP_REQUESTS, bad=_code("5")),
    Objective("onboarding/error-rate", 99.5, traffic.HTTP_REQUESTS, bad=_code("5", "429")),
    Objective("onboarding/latency", 95, traffic.HTTP_REQUESTS, below_seconds=0.3),
    Objective("onboarding/registration-success", 99, traffic.REGISTRATIONS, bad=_not("success")),
    Objective("onboarding/email-delivery", 98, traffic.EMAILS, bad=_not("delivered")),
    Objective("onboarding/step-completion", 97, traffic.STEPS, bad=lambda outcome: outcome.name == "failed"),
    Objective("resume/parsing-success", 95, traffic.OPERATIONS, "parsing", bad=_not("success")),
    Objective("resume/parsing-duration", 95, traffic.OPERATIONS, "parsing", below_seconds=30),
    Objective("resume/ats-analysis-success", 98, traffic.OPERATIONS, "ats_analysis", bad=_not("success")),
    Objective("resume/ats-analysis-duration", 98, traffic.OPERATIONS, "ats_analysis", below_seconds=45),
    Objective("resume/tailoring-success", 90, traffic.OPERATIONS, "tailoring", bad=_not("success")),
    Objective("resume/tailoring-duration", 90, traffic.OPERATIONS, "tailoring", below_seconds=60),
)
"""All but backup-freshness, which counts no events."""


def selectors() -> Sequence[str]:
    """Every PromQL selector of the top-level slo.yaml; for a histogram, those of its bucket and its count."""
    document = yaml.safe_load(SLO_YAML.read_text(encoding="utf-8"))
    found: list[str] = []
    for service in document["services"]:
        for slo in service["slos"]:
            indicator = slo["indicator"]
            found += indicator.get("events", {}).values()
            if "latency" in indicator:
                found += _of_histogram(indicator["latency"])
            if "threshold" in indicator:
                found.append(indicator["threshold"]["query"].rpartition("- ")[2])
    return found


def _of_histogram(latency: Mapping[str, str]) -> Sequence[str]:
    amount, unit = re.fullmatch(r"(\d+)(ms|s)", latency["below"]).groups()  # type: ignore[union-attr] # or it raises
    bound = float(amount) / (1000 if unit == "ms" else 1)
    bucket = f'{latency["histogram"]}_bucket{latency["filter"][:-1]},le="{bound}"}}'
    return (bucket, f"{latency['histogram']}_count{latency['filter']}")
