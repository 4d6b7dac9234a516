"""Rules and daemon decide the same on the same samples; where they cannot, it is known by how much they differ.

The rules see a burn a little later: they sum rates that Prometheus takes over five minutes, which on the mean are half
of that old. Apart from this, they agree within one of the daemon's evaluations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from sloguard.evaluation.tiers import hold
from sloguard.model.policy import Severity
from sloguard.promql.recorded import RATE_WINDOW
from tests.verdict.engines import Course, by_daemon, by_rules
from tests.verdict.scripts import LONG_GAP, POLICY, SCRIPTS

LAG = RATE_WINDOW.total_seconds() / 120
"""Minutes: half of the range."""
EVALUATION = 1.0
"""Minutes."""
HOLDS = [hold(tier).total_seconds() / 60 for tier in POLICY.tiers]
NOTHING = {"quiet", "few"}


@dataclass(frozen=True)
class Verdicts:
    rules: Course
    daemon: Course


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    scripts, directory = (*SCRIPTS, LONG_GAP), tmp_path_factory.mktemp("verdicts")
    return Verdicts(by_rules(scripts, directory), by_daemon(scripts, directory))


def stretches(course: Sequence[tuple[float, Severity | None]], least: Severity) -> list[tuple[float, float]]:
    """From when to when the alert was at least so severe."""
    found: list[tuple[float, float]] = []
    begin: float | None = None
    for minute, severity in [*course, (float("inf"), None)]:
        fires = severity is not None and severity.rank >= least.rank
        if fires and begin is None:
            begin = minute
        elif not fires and begin is not None:
            found.append((begin, minute))
            begin = None
    return found


@pytest.mark.parametrize("name", [script.name for script in SCRIPTS if script.name not in NOTHING])
def test_both_fire_escalate_fall_back_and_resolve_together(name: str, verdicts: Verdicts) -> None:
    # A severity's rule is held as long as the longest of its tiers: an alert does not know which one began it.
    held_longer = max(HOLDS) - min(HOLDS)
    for severity in (Severity.PAGE, Severity.TICKET):
        rules = stretches(verdicts.rules[name], severity)
        daemon = stretches(verdicts.daemon[name], severity)
        assert len(rules) == len(daemon)
        for by_rule, by_decision in zip(rules, daemon, strict=True):
            assert abs(by_rule[0] - LAG - by_decision[0]) <= EVALUATION
            assert -EVALUATION <= by_rule[1] - LAG - by_decision[1] <= EVALUATION + held_longer


def test_the_stories_are_what_they_are_called(verdicts: Verdicts) -> None:
    assert [severity for _, severity in verdicts.daemon["outage"]] == [Severity.PAGE, Severity.TICKET, None]
    assert [severity for _, severity in verdicts.daemon["burn-4"]] == [Severity.TICKET, None]
    climbing = [Severity.TICKET, Severity.PAGE, Severity.TICKET, None]
    assert [severity for _, severity in verdicts.daemon["up-and-back"]] == climbing
    assert [severity for _, severity in verdicts.daemon["burn-7"]] == climbing


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_neither_says_anything_of_a_blip_a_gap_idle_hours_and_a_single_failure(name: str, verdicts: Verdicts) -> None:
    assert verdicts.rules[name] == []
    assert verdicts.daemon[name] == []


def test_over_a_long_gap_the_daemon_stays_and_the_rules_forget(verdicts: Verdicts) -> None:
    """The one difference: without data an expression has no answer, and Prometheus takes that for recovery."""
    (daemon,) = stretches(verdicts.daemon[LONG_GAP.name], Severity.PAGE)
    before, after = stretches(verdicts.rules[LONG_GAP.name], Severity.PAGE)
    assert 30 < before[1] < 80 <= after[0] <= 80 + EVALUATION
    assert daemon[0] <= before[0]
    assert daemon[1] > 100
