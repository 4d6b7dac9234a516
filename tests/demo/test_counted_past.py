"""sloguard's own count of the demonstration's past, through its command line, against what really happened."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sloguard.demo.faults import Fault
from sloguard.demo.history import Incident, Past, Truth, write_past
from sloguard.demo.prometheus import PrometheusServer
from sloguard.demo.traffic import (
    EMAILS,
    HTTP_DURATION,
    HTTP_REQUESTS,
    OPERATION_DURATION,
    OPERATIONS,
    REGISTRATIONS,
    STEPS,
)
from tests.demo.reference import SLO_YAML

INCIDENTS = (
    Incident(Fault.BAD_RELEASE, days_ago=1, hour=11, minutes=30),
    Incident(Fault.PARSER_CRASH, days_ago=2, hour=19, minutes=90),
)


def expected(truth: Truth) -> dict[str, tuple[int, int]]:
    """Good and all events by SLO."""
    requests = truth.count(HTTP_REQUESTS)
    bad = truth.count(HTTP_REQUESTS, code=("500", "503"))
    throttled = truth.count(HTTP_REQUESTS, code="429")
    steps = truth.count(STEPS)
    counts = {
        "onboarding/availability": (requests - bad, requests),
        "onboarding/error-rate": (requests - bad - throttled, requests),
        "onboarding/latency": (truth.count(f"{HTTP_DURATION}_bucket", le="0.3"), requests),
        "onboarding/registration-success": (truth.count(REGISTRATIONS, outcome="success"), truth.count(REGISTRATIONS)),
        "onboarding/email-delivery": (truth.count(EMAILS, outcome="delivered"), truth.count(EMAILS)),
        "onboarding/step-completion": (steps - truth.count(STEPS, outcome="failed"), steps),
    }
    for operation, bound in (("parsing", "30.0"), ("ats_analysis", "45.0"), ("tailoring", "60.0")):
        total = truth.count(OPERATIONS, operation=operation)
        within = truth.count(f"{OPERATION_DURATION}_bucket", operation=operation, le=bound)
        name = operation.replace("_", "-")
        counts[f"resume/{name}-success"] = (truth.count(OPERATIONS, operation=operation, outcome="success"), total)
        counts[f"resume/{name}-duration"] = (within, total)
    return counts


@pytest.mark.timeout(180)
def test_replayed_counts_are_the_truth(tmp_path: Path) -> None:
    end = int(time.time())
    truth = write_past(Past(end, days=3, incidents=INCIDENTS), tmp_path / "data", tmp_path / "scratch")
    with PrometheusServer(tmp_path) as server:
        environment = {**os.environ, "PROMETHEUS_URL": server.url}
        common = [f"--config={SLO_YAML}", f"--store=sqlite:///{tmp_path}/sloguard.db"]

        def sloguard(*arguments: str) -> str:
            command = [sys.executable, "-m", "sloguard", *arguments, *common]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

        sloguard("replay", "--since=31d", f"--until={end + 60}")
        status = json.loads(sloguard("status", f"--at={end + 60}", "--format=json"))
    counted = {slo["id"]: slo["counts"] for service in status["services"] for slo in service["slos"]}
    for slo_id, (good, total) in expected(truth).items():
        assert counted[slo_id]["total"] == pytest.approx(total, rel=0.001), slo_id
        assert counted[slo_id]["bad"] == pytest.approx(total - good, rel=0.001), slo_id
