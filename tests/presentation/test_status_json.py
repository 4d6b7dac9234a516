"""The status document keeps its schema, and is JSON whatever was computed."""

import json
import math
from datetime import timedelta

import orjson
from hypothesis import given, settings

from sloguard.model.measurement import Counts
from sloguard.model.policy import Severity
from sloguard.model.status import Grade, Health, ServiceStatus, StatusReport
from sloguard.presentation.status_json import status_document
from tests.presentation.reports import AS_OF, PAGE, any_report, every_state, provisional, slo_status


def _first_slo(document: dict[str, object]) -> dict[str, object]:
    decoded = json.loads(json.dumps(document))
    slo: dict[str, object] = decoded["services"][0]["slos"][0]
    return slo


def test_a_document_in_full() -> None:
    slo = slo_status(
        "availability",
        counts=Counts(bad=1, total=4_000),
        ends_in=timedelta(hours=5),
        alerts=(PAGE,),
        description="Requests are answered.",
        owner="growth",
        runbook_url="https://runbooks.example.com/onboarding",
    )
    service = ServiceStatus(
        "onboarding", Health(97.2, Grade.EXCELLENT, partial=False), (slo,), "growth", "First visit."
    )
    assert status_document(StatusReport(AS_OF, partial=False, services=(service,))) == {
        "schema": "sloguard/status/v1",
        "as_of": "2026-11-22T03:00:00Z",
        "partial": False,
        "services": [
            {
                "name": "onboarding",
                "description": "First visit.",
                "owner": "growth",
                "health": {"score": 97.2, "grade": "excellent", "partial": False},
                "slos": [
                    {
                        "id": "onboarding/availability",
                        "name": "availability",
                        "group": {},
                        "description": "Requests are answered.",
                        "owner": "growth",
                        "runbook_url": "https://runbooks.example.com/onboarding",
                        "objective_ratio": 0.999,
                        "window": "30d",
                        "period": None,
                        "state": "ok",
                        "no_data_reason": None,
                        "counts": {"good": 3999, "bad": 1, "total": 4000},
                        "success_ratio": 0.99975,
                        "error_budget": {
                            "budget_ratio": 0.001,
                            "consumed_ratio": slo.budget.consumed_ratio if slo.budget else None,
                            "remaining_ratio": slo.budget.remaining_ratio if slo.budget else None,
                        },
                        "burn_rates": {"5m": 0.35, "1h": 0.7, "6h": None},
                        "time_to_exhaustion_seconds": 18_000,
                        "coverage_ratio": 1.0,
                        "approximate": False,
                        "provisional": False,
                        "replayed_ratio": None,
                        "adjusted": False,
                        "adjustments": None,
                        "health_score": 97.2,
                        "watermark_at": "2026-11-22T02:59:15Z",
                        "alerts": [
                            {
                                "kind": "objective",
                                "severity": "page",
                                "state": "firing",
                                "since": "2026-11-22T02:40:00Z",
                                "reason": "burning",
                                "long_window": "1h",
                                "short_window": "5m",
                                "factor": 14.4,
                                "long_burn_rate": 16.2,
                                "short_burn_rate": 18.0,
                                "success_ratio": None,
                                "remaining_ratio": None,
                                "threshold_ratio": None,
                                "ends_in_seconds": None,
                                "limit_seconds": None,
                                "last_seen_at": None,
                                "quiet": None,
                                "acknowledged": None,
                            }
                        ],
                    }
                ],
            }
        ],
    }


def test_without_data_every_key_is_there_and_null() -> None:
    document = status_document(every_state())
    service = json.loads(json.dumps(document))["services"][2]
    assert service["health"] == {"score": None, "grade": None, "partial": True}
    slo = service["slos"][0]
    assert slo.keys() == _first_slo(document).keys()
    assert slo["no_data_reason"] == "never_seen"
    assert slo["counts"] == {"good": None, "bad": None, "total": None}
    assert slo["error_budget"] == {"budget_ratio": 0.001, "consumed_ratio": None, "remaining_ratio": None}
    assert slo["success_ratio"] is slo["time_to_exhaustion_seconds"] is slo["watermark_at"] is None


def test_burn_rates_ascend_and_whole_counts_are_integers() -> None:
    slo = _first_slo(status_document(every_state()))
    assert isinstance(slo["burn_rates"], dict)
    assert list(slo["burn_rates"]) == ["5m", "1h", "6h"]
    assert isinstance(slo["counts"], dict)
    assert all(type(number) is int for number in slo["counts"].values())


def test_provisional_numbers_are_numbers_that_say_so() -> None:
    slo = provisional(0.63, Counts(bad=2, total=100))
    report = StatusReport(AS_OF, partial=True, services=(ServiceStatus("onboarding", None, (slo,)),))
    written = _first_slo(status_document(report))
    assert (written["state"], written["no_data_reason"]) == ("no_data", "provisional")
    assert (written["approximate"], written["provisional"], written["replayed_ratio"]) == (True, True, 0.63)
    assert (written["counts"], written["success_ratio"]) == ({"good": 98, "bad": 2, "total": 100}, 0.98)


def test_parts_of_events_stay_parts() -> None:
    slo = slo_status("a", counts=Counts(bad=0.5, total=3))
    report = StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, (slo,)),))
    assert _first_slo(status_document(report))["counts"] == {"good": 2.5, "bad": 0.5, "total": 3}


@given(any_report)
@settings(max_examples=100, deadline=None)
def test_any_report_is_json(report: StatusReport) -> None:
    document = status_document(report)
    text = json.dumps(document, allow_nan=False)
    decoded = json.loads(text)
    assert decoded == orjson.loads(orjson.dumps(document))
    for slo, written in zip(
        report.slos, (slo for service in decoded["services"] for slo in service["slos"]), strict=True
    ):
        assert written["window"] == str(slo.window)
        assert [alert["severity"] for alert in written["alerts"]] == [alert.severity.value for alert in slo.alerts]
        assert {alert["severity"] for alert in written["alerts"]} <= {severity.value for severity in Severity}
        if slo.success_ratio is not None and math.isfinite(slo.success_ratio):
            assert written["success_ratio"] == slo.success_ratio
