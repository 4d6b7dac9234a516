"""What the daemon says of itself."""

import pytest

from sloguard.ports import HealthCheck
from tests.web.asking import ANOTHER, AWAY, NOBODY, RUNNING, STARTING, WELL, View, app_of, ask

BROKEN = View(RUNNING.report, (AWAY, WELL[1]))
BROKEN_AT_START = View(None, (AWAY, WELL[1]))
STANDING_BY = View(RUNNING.report, WELL[1:], ANOTHER)
BROKEN_STANDING_BY = View(None, (AWAY,), ANOTHER)
NOBODY_EVALUATES = View(RUNNING.report, WELL[1:], NOBODY)


@pytest.mark.parametrize(
    ("view", "word", "as_of"),
    [
        (RUNNING, "ok", "2026-11-22T03:00:00Z"),
        (STARTING, "starting", None),
        (BROKEN, "degraded", "2026-11-22T03:00:00Z"),
        (BROKEN_AT_START, "degraded", None),
        (STANDING_BY, "standby", None),
        (BROKEN_STANDING_BY, "degraded", None),
        (NOBODY_EVALUATES, "standby", None),
    ],
)
def test_summary(view: View, word: str, as_of: str | None) -> None:
    answer = ask(app_of(view), "/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": word, "as_of": as_of, "evaluates": view.leader.holder}


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


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (STANDING_BY, "Standing by: there (process 4242) evaluates."),
        (NOBODY_EVALUATES, "Standing by: no daemon evaluates at the moment."),
    ],
)
def test_who_stands_by_is_ready_to_take_over_and_says_for_whom(view: View, words: str) -> None:
    answer = ask(app_of(view), "/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "standby", "reasons": [words]})


def test_who_cannot_take_over_is_not_ready() -> None:
    answer = ask(app_of(BROKEN_STANDING_BY), "/health/ready")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["prometheus: Connection refused by http://127.0.0.1:9090."]


def test_details_list_every_part() -> None:
    view = View(RUNNING.report, (AWAY, HealthCheck("delivery", ok=True, detail="2 notifications wait.")))
    assert ask(app_of(view), "/health/detailed").json() == {
        "status": "degraded",
        "as_of": "2026-11-22T03:00:00Z",
        "evaluates": "here:1:a",
        "checks": [
            {"name": "prometheus", "ok": False, "detail": "Connection refused by http://127.0.0.1:9090."},
            {"name": "delivery", "ok": True, "detail": "2 notifications wait."},
        ],
    }
