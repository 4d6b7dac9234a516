"""A wall clock that is put back does not stop the daemon."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from sloguard.clock import Reading, reading, utc_now, was_set_back
from sloguard.daemon.daemon import hurry

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "steady", "expected"),
    [(5.0, 5.0, False), (4.0, 5.0, False), (2.9, 5.0, True), (-3600.0, 5.0, True), (3600.0, 5.0, False)],
)
def test_whether_time_was_lost(wall: float, steady: float, expected: bool) -> None:
    assert was_set_back(Reading(NOON, 100.0), Reading(NOON + timedelta(seconds=wall), 100.0 + steady)) is expected


def test_a_clock_that_is_left_alone_is_not_set_back() -> None:
    assert not was_set_back(reading(), reading())


def test_jobs_that_were_due_by_a_clock_ahead_run_at_once() -> None:
    ran = threading.Event()
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(ran.set, "interval", seconds=30, next_run_time=utc_now() + timedelta(hours=1))
    scheduler.start()
    try:
        assert not ran.wait(0.3)
        hurry(scheduler, utc_now())
        assert ran.wait(5)
    finally:
        scheduler.shutdown()
