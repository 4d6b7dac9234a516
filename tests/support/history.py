"""A past for Prometheus: the reference workload's metrics in OpenMetrics text."""

from collections.abc import Iterator, Mapping
from pathlib import Path

STEP_SECONDS = 15
BOUNDS = ("0.1", "0.3", "1.0", "30.0", "45.0", "60.0", "+Inf")


def reference_counters() -> Mapping[str, float]:
    """Events per second by series: every SLO of the reference workload has some bad ones."""
    rates = {}
    for code, rate in (("200", 20.0), ("429", 0.02), ("500", 0.01)):
        labels = f'service="onboarding",code="{code}",route="/profile",version="1.0"'
        rates[f"http_requests_total{{{labels}}}"] = rate
    rates |= _histogram("http_request_duration_seconds", 'service="onboarding",route="/profile"', 20.0)
    for outcome, reason, rate in (("success", "", 1.0), ("rejected", "captcha", 0.005)):
        rates[f'onboarding_registrations_total{{outcome="{outcome}",reason="{reason}"}}'] = rate
    for outcome, rate in (("delivered", 1.0), ("bounced", 0.01)):
        rates[f'onboarding_emails_total{{outcome="{outcome}",template="welcome"}}'] = rate
    for outcome, rate in (("done", 2.0), ("failed", 0.02)):
        rates[f'onboarding_steps_total{{outcome="{outcome}",step="photo"}}'] = rate
    rates['onboarding_steps_total{outcome="done",step="profile"}'] = 2.5
    for operation in ("parsing", "ats_analysis", "tailoring"):
        for outcome, rate in (("success", 0.5), ("error", 0.005)):
            labels = f'operation="{operation}",outcome="{outcome}",reason="none",version="1.0"'
            rates[f"resume_operations_total{{{labels}}}"] = rate
        labels = f'operation="{operation}",version="1.0"'
        rates |= _histogram("resume_operation_duration_seconds", labels, 0.5)
    return rates


def _histogram(name: str, labels: str, rate: float) -> Mapping[str, float]:
    """Each bucket holds a share that grows up to 1."""
    buckets = {
        f'{name}_bucket{{{labels},le="{bound}"}}': rate * (1 - 0.5 ** (number + 6)) if bound != "+Inf" else rate
        for number, bound in enumerate(BOUNDS)
    }
    return {**buckets, f"{name}_count{{{labels}}}": rate}


def write_history(
    file: Path, start: int, end: int, counters: Mapping[str, float], gauges: Mapping[str, float] | None = None
) -> None:
    """Samples from start up to and including end (Unix seconds); counters grow at their rates."""
    with file.open("w", encoding="utf-8") as out:
        for line in _lines(start, end, counters, gauges or {}):
            out.write(line + "\n")


def _lines(start: int, end: int, counters: Mapping[str, float], gauges: Mapping[str, float]) -> Iterator[str]:
    times = range(start, end + 1, STEP_SECONDS)
    for series, rate in counters.items():
        yield from (f"{series} {rate * (at - start):.6f} {at}" for at in times)
    for series, value in gauges.items():
        yield from (f"{series} {value} {at}" for at in times)
    yield "# EOF"
