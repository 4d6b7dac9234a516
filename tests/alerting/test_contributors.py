"""What contributes: over-represented among the bad events."""

from sloguard.alerting.contributors import MOST_CONTRIBUTORS, contributors
from sloguard.model.alert import Contributor


def test_the_culprit_comes_first() -> None:
    bad = [("version", "2.3.1", 91.0), ("version", "2.3.0", 9.0), ("route", "/register", 60.0), ("route", "/", 40.0)]
    total = [("version", "2.3.1", 120.0), ("version", "2.3.0", 880.0), ("route", "/register", 400), ("route", "/", 600)]
    assert contributors(bad, total) == (
        Contributor("version", "2.3.1", 0.91, 0.12),
        Contributor("route", "/register", 0.6, 0.4),
    )


def test_a_value_that_is_everywhere_explains_nothing() -> None:
    assert contributors([("code", "all", 10.0)], [("code", "all", 1000.0)]) == ()


def test_without_totals_the_share_of_the_bad_events_is_told() -> None:
    assert contributors([("code", "500", 10.0)], []) == (Contributor("code", "500", 1.0, None),)


def test_noise_is_left_out() -> None:
    bad = [("code", "500", 95.0), ("code", "502", 5.0), ("code", "", 30.0), ("code", "503", -4.0)]
    assert [found.value for found in contributors(bad, [])] == ["500"]


def test_a_bounded_number_is_told() -> None:
    bad = [(label, "x", 10.0) for label in "abcdefgh"]
    assert len(contributors(bad, [])) == MOST_CONTRIBUTORS
