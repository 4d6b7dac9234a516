"""A chore that fails is told of, and harms nothing else."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from sloguard.daemon.chores import Chore
from sloguard.errors import StoreError


def test_a_chore_is_given_the_present_instant() -> None:
    given: list[datetime] = []
    Chore("tidy", timedelta(hours=1), given.append).do()
    assert timedelta(0) <= datetime.now(UTC) - given[0] < timedelta(minutes=1)


def test_a_fault_is_logged_with_the_name_of_the_chore() -> None:
    def fail(_: datetime) -> None:
        raise StoreError("The disk is full.")

    with capture_logs() as logs:
        Chore("tidy", timedelta(hours=1), fail).do()
    assert logs == [{"event": "chore_failed", "chore": "tidy", "error": "The disk is full.", "log_level": "error"}]
