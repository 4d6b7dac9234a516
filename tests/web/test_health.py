"""What the daemon says of itself."""

import pytest

from sloguard.ports import HealthCheck
from tests.web.asking import AWAY, RUNNING, STARTING, WELL, View, app_of, ask

BROKEN = View(RUNNING.report, (AWAY, WELL[1]))
BROKEN_AT_START = View(None, (AWAY, WELL[1]))


@pytest.mark.parametrize(
    ("view", "word", "as_of"),
    [
        (RUNNING, "ok", "2026-11-22T03:00:00Z"),
        (STARTING, "starting", None),
        (BROKEN, "degraded", "2026-11-22T03:00:00Z"),
        (BROKEN_AT_START, "degraded", None),
    ],
)
def test_summary(view: View, word: str, as_of: str | None) -> None:
    answer = ask(app_of(view), "/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": word, "as_of": as_of}


@pytest.mark.parametrize("view", [RUNNING, STARTING, BROKEN, BROKEN_AT_START])
def test_it_is_alive_whatever_is_broken(view: View) -> None:
    answer = ask(app_of(view), "/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize(
    ("view", "status", "reasons"),
    [
        (RUNNING, 200, []),
        (STARTING, 503, ["Nothing has been evaluated yet."]),
        (BROKEN, 503, ["prometheus: Connection refused by http://127.0.0.1:9090."]),
        (
            BROKEN_AT_START,
            503,
            ["prometheus: Connection refused by http://127.0.0.1:9090.", "Nothing has been evaluated yet."],
        ),
    ],
)
def test_ready_means_that_the_status_may_be_relied_on(view: View, status: int, reasons: list[str]) -> None:
    answer = ask(app_of(view), "/health/ready")
    assert answer.status_code == status
    assert answer.json() == {"status": "ready" if status == 200 else "not_ready", "reasons": reasons}


def test_details_list_every_part() -> None:
    view = View(RUNNING.report, (AWAY, HealthCheck("delivery", ok=True, detail="2 notifications wait.")))
    assert ask(app_of(view), "/health/detailed").json() == {
        "status": "degraded",
        "as_of": "2026-11-22T03:00:00Z",
        "checks": [
            {"name": "prometheus", "ok": False, "detail": "Connection refused by http://127.0.0.1:9090."},
            {"name": "delivery", "ok": True, "detail": "2 notifications wait."},
        ],
    }
