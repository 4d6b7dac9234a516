"""What the rules record of each kind of indicator, told by promtool."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.dashboards import dashboard_files
from sloguard.model.slo import Comparison, Indicator, LatencyIndicator, RatioIndicator, Slo, ThresholdIndicator
from sloguard.rules import rule_files
from tests.support.promtool import Expectation, check_rules, rule_test_problems
from tests.support.slos import AVAILABILITY, configuration_of

SERIES = {'x_total{code="200"}': "0+285x40", 'x_total{code="500"}': "0+15x40", "up": "1x20 0x20"}
ERRORS = 'sum(rate(x_total{code="500"}[$window])) / sum(rate(x_total[$window]))'


def slo_of(indicator: Indicator) -> Slo:
    return replace(AVAILABILITY, indicator=indicator)


def rules_of(indicator: Indicator) -> str:
    (text,) = rule_files(configuration_of(slo_of(indicator))).values()
    return text


def rounded(series: str, at: str, value: float | None) -> Expectation:
    return Expectation(f"sum(round({series}, 0.000001))", at, {} if value is None else {"{}": value})


@pytest.mark.parametrize(
    ("indicator", "events_a_second", "error_ratio"),
    [
        (RatioIndicator(error=ERRORS), 10, 0.05),
        (RatioIndicator(success=f"1 - {ERRORS}"), 10, 0.05),
        (RatioIndicator(success=ERRORS.replace('code="500"', 'code="200"')), 10, 0.05),
        (RatioIndicator(error=ERRORS.replace("rate", "increase")), 10, 0.05),
        (RatioIndicator(error=ERRORS.replace("500", "503")), 10, 0),
        (RatioIndicator(success=ERRORS.replace("500", "503")), 10, 1),
        (RatioIndicator(error=f"clamp_max({ERRORS}, 1)"), 1 / 60, 0.05),
        (RatioIndicator(success="count(avg_over_time(up[$window]) > 0.5) / count(up)"), 1 / 60, 0),
        (ThresholdIndicator("up", Comparison.EQUALS, Decimal(1)), 1 / 60, 0),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, RatioIndicator | ThresholdIndicator) else "",
)
def test_a_ratio(indicator: Indicator, events_a_second: float, error_ratio: float, tmp_path: Path) -> None:
    expectations = [
        rounded("sloguard:events:rate5m", "8m", round(events_a_second, 6)),
        rounded("sloguard:error_ratio:5m", "8m", error_ratio),
    ]
    assert rule_test_problems(rules_of(indicator), tmp_path, SERIES, expectations) == ""


def test_a_probe_that_fails(tmp_path: Path) -> None:
    indicator = ThresholdIndicator("up", Comparison.EQUALS, Decimal(1))
    expectations = [rounded("60 * sloguard:bad_events:rate5m", at, bad) for at, bad in (("9m", 0), ("12m", 1))]
    assert rule_test_problems(rules_of(indicator), tmp_path, SERIES, expectations) == ""


def test_a_ratio_without_traffic_has_no_error_ratio(tmp_path: Path) -> None:
    series = {"x_total": "7x40"}
    expectations = [rounded("sloguard:events:rate5m", "8m", 0), rounded("sloguard:error_ratio:5m", "8m", None)]
    assert rule_test_problems(rules_of(RatioIndicator(error=ERRORS)), tmp_path, series, expectations) == ""


def test_between_two_buckets_observations_lie_evenly(tmp_path: Path) -> None:
    neighbours = (timedelta(milliseconds=250), timedelta(milliseconds=500))
    indicator = LatencyIndicator("h_seconds", 'a="b"', timedelta(milliseconds=300), neighbours)
    series = {
        'h_seconds_bucket{a="b",le="0.25"}': "0+60x40",
        'h_seconds_bucket{a="b",le="0.5"}': "0+90x40",
        'h_seconds_bucket{a="b",le="+Inf"}': "0+100x40",
        'h_seconds_count{a="b"}': "0+100x40",
    }
    expectations = [rounded("sloguard:error_ratio:5m", "8m", 0.34)]  # 66 = 0.8 * 60 + 0.2 * 90 are good
    assert rule_test_problems(rules_of(indicator), tmp_path, series, expectations) == ""


def test_rules_of_a_native_histogram_are_valid(tmp_path: Path) -> None:
    rules = rules_of(LatencyIndicator("h_seconds", 'a="b"', timedelta(milliseconds=300), native=True))
    assert "SUCCESS" in check_rules(rules, tmp_path)
    assert 'histogram_fraction(-Inf, 0.3, sum(rate(h_seconds{a="b"}[5m])))' in rules


@pytest.mark.parametrize(
    ("indicator", "approximate"),
    [(RatioIndicator(error=ERRORS), True), (ThresholdIndicator("up", Comparison.EQUALS, Decimal(1)), False)],
)
def test_dashboards_tell_what_is_approximate(indicator: Indicator, approximate: bool) -> None:
    texts = dashboard_files(configuration_of(slo_of(indicator))).values()
    assert any("the events are estimated" in text for text in texts) is approximate
