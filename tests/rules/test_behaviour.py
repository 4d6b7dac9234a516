"""What the rules do to series, told by promtool."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.model.duration import format_duration
from sloguard.model.policy import AlertPolicy, Tier
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.promql.recorded import window_speed
from sloguard.rules import rule_files
from tests.support.promtool import Expectation, rule_test_problems
from tests.support.slos import AVAILABILITY, BACKUP, LATENCY, REGISTRATION, configuration_of

OK = 'http_requests_total{service="onboarding",code="200"}'
FAILED = 'http_requests_total{service="onboarding",code="500"}'
LABELS = 'slo_id="onboarding/availability",slo_name="availability",slo_service="onboarding"'


def rules_of(slo: Slo) -> str:
    (text,) = rule_files(configuration_of(slo)).values()
    return text


def alerts(slo: Slo, at: str, *, firing: int) -> Expectation:
    expression = f'count(ALERTS{{alertstate="firing",slo_id="{slo.id}"}}) or vector(0)'
    return Expectation(expression, at, {"{}": firing})


def rounded(series: str, at: str, samples: dict[str, float]) -> Expectation:
    return Expectation(f"sum(round({series}, 0.000001))", at, samples)


@pytest.mark.parametrize("tier", AVAILABILITY.tiers, ids=lambda tier: format_duration(tier.long))
@pytest.mark.parametrize(("burn", "firing"), [(1.15, 1), (0.85, 0)], ids=["above", "below"])
def test_a_tier_fires_above_its_factor_and_not_below(tier: Tier, burn: float, firing: int, tmp_path: Path) -> None:
    slo = replace(AVAILABILITY, policy=AlertPolicy((tier,)))
    interval = window_speed(tier.long).value.interval
    steps = tier.long // interval + 10
    bad = 300 * float(tier.factor * slo.budget_ratio) * burn
    series = {OK: f"0+{300 - bad}x{steps}", FAILED: f"0+{bad}x{steps}"}

    problems = rule_test_problems(
        rules_of(slo),
        tmp_path,
        series,
        [alerts(slo, format_duration(tier.long), firing=firing)],
        interval=format_duration(interval),
    )

    assert problems == ""


def test_an_alert_says_what_happens_in_plain_words(tmp_path: Path) -> None:
    series = {OK: "0+270x30", FAILED: "0+30x30"}
    rule = {
        "eval_time": "10m",
        "alertname": "SLOErrorBudgetBurn",
        "exp_alerts": [
            {
                "exp_labels": {
                    "owner": "growth",
                    "severity": severity,
                    "slo_id": "onboarding/availability",
                    "slo_name": "availability",
                    "slo_service": "onboarding",
                },
                "exp_annotations": {
                    "summary": "onboarding/availability: 10% of the events are bad, 0.1 % may be",
                    "description": "Requests to the onboarding API are answered without a server error.\n"
                    "Objective: 99.9 % of the events good over 30 d. "
                    f"{urgency}: the error budget is being spent too fast.\n{windows}",
                    "runbook_url": "https://runbooks.example.com/onboarding",
                },
            }
            for severity, urgency, windows in (
                (
                    "page",
                    "Somebody has to look now",
                    (
                        "Over 1 h it burns 100.0 times as fast as it may, and over 5 min too: both exceed 14.4.\n"
                        "Over 6 h it burns 100.0 times as fast as it may, and over 30 min too: both exceed 6."
                    ),
                ),
                (
                    "ticket",
                    "Somebody has to look in the next days",
                    (
                        "Over 1 d it burns 100.0 times as fast as it may, and over 2 h too: both exceed 3.\n"
                        "Over 3 d it burns 100.0 times as fast as it may, and over 6 h too: both exceed 1."
                    ),
                ),
            )
        ],
    }

    assert rule_test_problems(rules_of(AVAILABILITY), tmp_path, series, [], alerts=[rule]) == ""


def test_an_alert_holds_for_a_while_and_then_ends(tmp_path: Path) -> None:
    slo = replace(AVAILABILITY, policy=AlertPolicy(AVAILABILITY.tiers[:1]))
    series = {OK: "0+270x20 5400+300x80", FAILED: "0+30x20 600+0x80"}

    # The failures stop after 10 min; at 14 min 30 s the short window is below the threshold; the hold is a minute.
    expectations = [alerts(slo, at, firing=firing) for at, firing in (("14m", 1), ("15m", 1), ("15m30s", 0))]

    assert rule_test_problems(rules_of(slo), tmp_path, series, expectations) == ""


def test_nothing_is_recorded_while_there_is_no_data(tmp_path: Path) -> None:
    expectations = [
        Expectation('count({slo_id="onboarding/availability"})', "30m", {"{}": 1}),
        Expectation("sloguard:objective:ratio", "30m", {f"sloguard:objective:ratio{{{LABELS}}}": 0.999}),
    ]

    assert rule_test_problems(rules_of(AVAILABILITY), tmp_path, {"up": "1x60"}, expectations) == ""


def test_idle_hours_have_events_but_no_ratio(tmp_path: Path) -> None:
    series = {OK: "7+0x100", FAILED: "3+0x100"}
    expectations = [
        Expectation("sloguard:events:rate5m", "40m", {f"sloguard:events:rate5m{{{LABELS}}}": 0}),
        Expectation('{__name__=~"sloguard:error_ratio:.+"}', "40m", {}),
        alerts(AVAILABILITY, "40m", firing=0),
    ]

    assert rule_test_problems(rules_of(AVAILABILITY), tmp_path, series, expectations) == ""


def test_no_series_of_bad_events_means_none_is_bad(tmp_path: Path) -> None:
    expectations = [
        Expectation("sloguard:bad_events:rate5m", "10m", {f"sloguard:bad_events:rate5m{{{LABELS}}}": 0}),
        rounded("sloguard:error_ratio:1h", "10m", {"{}": 0}),
        alerts(AVAILABILITY, "10m", firing=0),
    ]

    assert rule_test_problems(rules_of(AVAILABILITY), tmp_path, {OK: "0+300x30"}, expectations) == ""


def test_no_series_of_good_events_means_all_are_bad(tmp_path: Path) -> None:
    series = {'onboarding_registrations_total{outcome="rejected"}': "0+300x30"}
    expectations = [rounded("sloguard:error_ratio:5m", "10m", {"{}": 1}), alerts(REGISTRATION, "10m", firing=2)]

    assert rule_test_problems(rules_of(REGISTRATION), tmp_path, series, expectations) == ""


def test_good_events_leave_the_rest_of_the_total_bad(tmp_path: Path) -> None:
    series = {
        'onboarding_registrations_total{outcome="success"}': "0+297x130",
        'onboarding_registrations_total{outcome="rejected"}': "0+3x130",
    }
    expectations = [rounded("sloguard:error_ratio:1h", "1h", {"{}": 0.01})]

    assert rule_test_problems(rules_of(REGISTRATION), tmp_path, series, expectations) == ""


@pytest.mark.parametrize("bound", ["0.3"])
def test_slow_answers_are_bad(bound: str, tmp_path: Path) -> None:
    series = {
        f'http_request_duration_seconds_bucket{{service="onboarding",le="{bound}"}}': "0+90x30",
        'http_request_duration_seconds_bucket{service="onboarding",le="+Inf"}': "0+100x30",
        'http_request_duration_seconds_count{service="onboarding"}': "0+100x30",
    }
    expectations = [rounded("sloguard:error_ratio:5m", "10m", {"{}": 0.1})]

    assert rule_test_problems(rules_of(LATENCY), tmp_path, series, expectations) == ""


def test_several_selectors_are_summed_and_a_missing_one_is_zero(tmp_path: Path) -> None:
    indicator = EventsIndicator(total=("a_total", "b_total", "missing_total"), bad=("c_total", "missing_bad_total"))
    slo = replace(AVAILABILITY, indicator=indicator)
    series = {'a_total{x="1"}': "0+100x30", 'b_total{x="1"}': "0+300x30", "c_total": "0+20x30"}
    expectations = [
        rounded("30 * sloguard:events:rate5m", "10m", {"{}": 400}),
        rounded("sloguard:error_ratio:5m", "10m", {"{}": 0.05}),
    ]

    assert rule_test_problems(rules_of(slo), tmp_path, series, expectations) == ""


def test_a_gauge_is_one_event_a_slice_and_bad_while_it_breaks_its_limit(tmp_path: Path) -> None:
    # In promtool time begins at 0: the backup of 0 is too old after 90,000 s, which are 25 h.
    series = {'backup_last_success_timestamp_seconds{service="onboarding"}': "0x1000"}
    expectations = [
        rounded("60 * sloguard:events:rate5m", "24h58m", {"{}": 1}),
        rounded("60 * sloguard:bad_events:rate5m", "24h58m", {"{}": 0}),
        rounded("60 * sloguard:bad_events:rate5m", "25h", {"{}": 1}),
        alerts(BACKUP, "24h58m", firing=0),
        alerts(BACKUP, "30h", firing=2),
    ]

    assert rule_test_problems(rules_of(BACKUP), tmp_path, series, expectations, interval="2m") == ""


@pytest.mark.parametrize(("failures", "firing"), [(1, 0), (2, 0), (5, 1)])
def test_few_failures_are_told_from_chance(failures: int, firing: int, tmp_path: Path) -> None:
    """Twelve requests an hour: a single failure is already 80 times the budget's pace."""
    slo = replace(AVAILABILITY, policy=AlertPolicy(AVAILABILITY.tiers[:1]))
    bad = f"0x100 0+1x{failures} {failures}x20"
    series = {OK: "0+0.1x140", FAILED: bad}

    fired = f'max_over_time((count(ALERTS{{alertstate="firing",slo_id="{slo.id}"}}) or vector(0))[1h:30s])'
    problems = rule_test_problems(rules_of(slo), tmp_path, series, [Expectation(fired, "1h5m", {"{}": firing})])

    assert problems == ""


def test_the_windows_of_a_week_are_as_long_as_the_rules_can_answer_for(tmp_path: Path) -> None:
    short = replace(AVAILABILITY.tiers[0], long=timedelta(minutes=14), short=timedelta(minutes=2), factor=Decimal(10))
    slo = replace(AVAILABILITY, window=RollingWindow(timedelta(days=7)), policy=AlertPolicy((short,)))
    series = {OK: "0+270x60", FAILED: "0+30x60"}
    expectations = [
        rounded("sloguard:error_ratio:5m", "20m", {"{}": 0.1}),
        Expectation("sloguard:error_ratio:2m", "20m", {}),
        rounded('sloguard:error_ratio:window{window="7d"}', "20m", {"{}": 0.1}),
        alerts(slo, "20m", firing=1),
    ]

    assert rule_test_problems(rules_of(slo), tmp_path, series, expectations) == ""
