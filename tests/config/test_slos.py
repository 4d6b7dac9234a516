"""SLOs: exact objectives, windows, indicators, what is inherited."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.model.slo import Comparison, EventsIndicator, LatencyIndicator, RatioIndicator, ThresholdIndicator
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from tests.config.texts import codes_of, configuration_of, loaded, only_slo, with_slo


def complaint(fragment: str) -> str:
    result = with_slo(fragment + "\n")
    assert result.configuration is None
    (problem,) = result.problems
    return f"{problem.code} {problem.message}"


@given(st.integers(min_value=10_000_001, max_value=999_999_999), st.integers(min_value=0, max_value=3))
def test_objectives_are_exact(ten_millionths: int, zeros: int) -> None:
    percent = f"{ten_millionths // 10**7}.{ten_millionths % 10**7:07d}{'0' * zeros}"
    slo = only_slo(with_slo(f"objective: {percent}\n"))
    assert slo.objective_ratio == Decimal(ten_millionths) / 10**9
    assert slo.budget_ratio + slo.objective_ratio == 1


@pytest.mark.parametrize("text", ["99.9", "'99.9'", "99.900", "9.99e1", "+99.9"])
def test_ways_to_write_an_objective(text: str) -> None:
    assert str(only_slo(with_slo(f"objective: {text}\n")).objective_ratio) == "0.999"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("100", "SG012 objective must be below 100 (got 100): it leaves no error budget. Use at most 99.999."),
        ("100.0", "SG012 objective must be below 100 (got 100.0)"),
        ("1e9", "SG012 objective must be below 100 (got 1e9)"),
        (f"99.{'9' * 30}", "SG013 objective has more than 7 decimals"),
        ("99.99999999", "SG013 objective has more than 7 decimals (got 99.99999999). Use at most 7 decimals."),
        ("0.999", "SG011 objective must be in percent, above 1 (got 0.999). Write 99.9."),
        ("0.95", "Write 95."),
        ("1", "SG011 objective must be in percent, above 1 (got 1). Write at most 99.999."),
        ("0", "SG011 objective must be in percent, above 1 (got 0). Write 99.9 for 99.9 %."),
        ("-5", "SG011 objective must be in percent, above 1 (got -5)."),
        ("99.9%", "SG011 objective must be a number of percent (got 99.9%). Write the percentage alone, like 99.9."),
        ("high", "SG011 objective must be a number of percent (got high)."),
        ("true", "SG011 objective must be a number of percent (got true)."),
        (".inf", "SG011 objective must be a number of percent (got .inf)."),
        ("1e999999999", "SG011 objective must be a number of percent"),
        ("9" * 400, "SG011 objective must be a number of percent"),
        ("[99]", "SG011 objective must be a number of percent (got a list)."),
    ],
)
def test_objectives_that_cannot_be(text: str, words: str) -> None:
    assert words in complaint(f"objective: {text}")


@pytest.mark.parametrize(("text", "hours"), [("30d", 720), ("1y", 8760), ("1d12h", 36), ("4w", 672)])
def test_windows(text: str, hours: int) -> None:
    assert only_slo(with_slo(f"window: {text}\n")).window == RollingWindow(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("{calendar: week}", CalendarWindow(Period.WEEK)),
        ("{calendar: month, timezone: Europe/Paris}", CalendarWindow(Period.MONTH, "Europe/Paris")),
        ("{calendar: quarter, timezone: '${ZONE}'}", CalendarWindow(Period.QUARTER, "Asia/Tokyo")),
        ("{calendar: year, timezone: '${NO_ZONE:-UTC}'}", CalendarWindow(Period.YEAR)),
    ],
)
def test_calendar_windows(text: str, window: CalendarWindow) -> None:
    assert only_slo(with_slo(f"window: {text}\n", {"ZONE": "Asia/Tokyo"})).window == window


def test_tiers_scale_with_the_nominal_length_of_a_calendar_window() -> None:
    by_calendar = only_slo(with_slo("window: {calendar: quarter}\n"))
    assert by_calendar.tiers == only_slo(with_slo("window: 90d\n")).tiers


def test_a_zone_that_came_from_the_environment_is_not_repeated() -> None:
    (problem,) = with_slo("window: {calendar: month, timezone: '${ZONE}'}\n", {"ZONE": "Europe/Pari"}).problems
    assert "Pari" not in problem.message.replace("Europe/Paris or UTC", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("90m", "SG031 window must be a whole number of hours, from 1h to 365d (got 90m)."),
        ("366d", "SG031 window must be a whole number of hours, from 1h to 365d (got 366d)."),
        ("30", "SG030 window is not a duration (got 30). Write the unit too: 30d for 30 days."),
        ("-30d", "SG030 window is not a duration (got -30d)."),
        ("a month", "SG030 window is not a duration (got a month). Write whole numbers with units"),
        ("999999999y", "SG030 window is not a duration"),
        ("{days: 30, calendar: week}", "SG020 there is no key days here. Use one of calendar, timezone."),
        ("{calendar: day}", "SG024 window.calendar must be 'week', 'month', 'quarter' or 'year' (got day)."),
        ("{timezone: UTC}", "SG021 window needs the key calendar. Add calendar."),
        ("{calendar: month, timezone: Europe/Pari}", "SG035 window.timezone is not a time zone (got Europe/Pari). Did"),
        ("{calendar: month, timezone: europe/paris}", "(got europe/paris). Did you mean Europe/Paris?"),
        ("{calendar: month, timezone: new york}", "(got new york). Did you mean America/New_York?"),
        ("{calendar: month, timezone: ../../etc/passwd}", "Write an IANA name like Europe/Paris or UTC."),
        ("{calendar: month, timezone: localtime}", "SG035 window.timezone is not a time zone (got localtime)."),
        ("{calendar: month, timezone: right/Europe/Paris}", "(got right/Europe/Paris). Did you mean Europe/Paris?"),
        ("{calendar: month, timezone: Europe}", "SG035 window.timezone is not a time zone (got Europe)."),
        (f"{{calendar: month, timezone: {'x' * 5000}}}", "SG035 window.timezone is not a time zone"),
        ("[30d]", "SG031 window must be a duration or a calendar period (got a list)."),
    ],
)
def test_windows_that_cannot_be(text: str, words: str) -> None:
    assert words in complaint(f"window: {text}")


def test_events() -> None:
    slo = only_slo(
        with_slo("""indicator:
  events:
    good: [b_total, 'a_total{x="1",b=~"2"}', b_total]
    total: '{__name__="c_total"}'
""")
    )
    good = ("b_total", 'a_total{b=~"2",x="1"}')
    assert slo.indicator == EventsIndicator(total=("c_total",), good=good)


def test_latency() -> None:
    slo = only_slo(
        with_slo('indicator: {latency: {histogram: h_seconds, filter: \'{b="1", a!="2"}\', below: 1s500ms}}\n')
    )
    assert slo.indicator == LatencyIndicator("h_seconds", 'a!="2",b="1"', timedelta(seconds=1.5))
    bare = only_slo(with_slo("indicator: {latency: {histogram: h, below: 300ms}}\n"))
    assert bare.indicator == LatencyIndicator("h", "", timedelta(milliseconds=300))


@pytest.mark.parametrize(
    ("bound", "comparison", "value"),
    [
        ("below: 25h", Comparison.BELOW, "90000"),
        ("below: 300ms", Comparison.BELOW, "0.3"),
        ("above: -3.5", Comparison.ABOVE, "-3.5"),
        ("equals: 1", Comparison.EQUALS, "1"),
        ("equals: '0'", Comparison.EQUALS, "0"),
    ],
)
def test_thresholds(bound: str, comparison: Comparison, value: str) -> None:
    slo = only_slo(with_slo(f"indicator: {{threshold: {{query: 'time() - x # age', {bound}}}}}\n"))
    assert slo.indicator == ThresholdIndicator("time() - x", comparison, Decimal(value))


def test_freshness() -> None:
    slo = only_slo(with_slo("indicator: {freshness: {timestamp: 'x_seconds{a=\"b\"}', below: 25h}}\n"))
    assert slo.indicator == ThresholdIndicator('time() - x_seconds{a="b"}', Comparison.BELOW, Decimal(90_000))
    slo = only_slo(with_slo("indicator: {freshness: {timestamp: max(x) - 5, below: 1h}}\n"))
    assert slo.indicator == ThresholdIndicator("time() - (max(x) - 5)", Comparison.BELOW, Decimal(3_600))


def test_ratios() -> None:
    slo = only_slo(with_slo("indicator: {ratio: {error: 'rate(a[$window]) / rate(b[$window]) # why'}}\n"))
    assert slo.indicator == RatioIndicator(error="rate(a[$window]) / rate(b[$window])")
    assert slo.approximate
    slo = only_slo(with_slo("indicator: {ratio: {success: 'avg_over_time(up[$window])'}}\n"))
    assert slo.indicator == RatioIndicator(success="avg_over_time(up[$window])")


def test_latency_that_no_bucket_tells() -> None:
    slo = only_slo(with_slo("indicator: {latency: {histogram: h, below: 300ms, interpolate: [250ms, 500ms]}}\n"))
    neighbours = (timedelta(milliseconds=250), timedelta(milliseconds=500))
    assert slo.indicator == LatencyIndicator("h", "", timedelta(milliseconds=300), neighbours)
    assert slo.approximate
    slo = only_slo(with_slo("indicator: {latency: {histogram: h, below: 300ms, native: true}}\n"))
    assert slo.indicator == LatencyIndicator("h", "", timedelta(milliseconds=300), native=True)
    assert slo.approximate
    assert not only_slo(with_slo("indicator: {latency: {histogram: h, below: 300ms}}\n")).approximate


EVENTS = "indicator: {events: {bad: %s, total: x}}"
THRESHOLD = "indicator: {threshold: {query: %s, below: 1}}"
RATIO = "indicator: {ratio: {error: %s}}"
INTERPOLATE = "indicator: {latency: {histogram: h, below: 300ms, interpolate: %s}}"


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("indicator: {}", "SG040 indicator needs exactly one kind (got none). Write one of events, latency, threshold"),
        (
            "indicator: {events: {bad: a, total: b}, latency: {histogram: h, below: 1s}}",
            "SG040 indicator needs exactly one kind (got events and latency).",
        ),
        ("indicator: {events: {total: a}}", "SG041 events needs either bad or good (got neither)."),
        ("indicator: {events: {total: a, bad: b, good: c}}", "SG041 events needs either bad or good (got both)."),
        ("indicator: {events: {total: a, bad: []}}", "SG023 indicator.events.bad must not be empty"),
        (EVENTS % "'a{'", "SG042 indicator.events.bad is not valid PromQL (got a{): unexpected end of input"),
        (EVENTS % "'a{b=~\"(\"}'", 'SG042 indicator.events.bad is not valid PromQL (got a{b=~"("}): illegal regex'),
        (EVENTS % '\'a{b="c" or d="e"}\'', "SG042 indicator.events.bad has `or` between matchers"),
        (EVENTS % f"'{'(' * 5000}'", "SG042 indicator.events.bad is too long or too complex"),
        (
            EVENTS % "'sum(rate(a{b=\"c\"}[5m]))'",
            (
                "SG043 indicator.events.bad must be a plain counter selector: the value of an expression cannot be "
                'counted (got sum(rate(a{b="c"}[5m]))). Write the counter alone, without sum(), rate(), [5m], offset '
                'or arithmetic: sloguard does that itself: a{b="c"}'
            ),
        ),
        (EVENTS % "'a[5m]'", "sloguard does that itself: a"),
        (EVENTS % "'a offset 5m'", "sloguard does that itself: a"),
        (EVENTS % "'(a)'", "sloguard does that itself: a"),
        (EVENTS % "'a + b'", "SG043 indicator.events.bad must be a plain counter selector"),
        (EVENTS % "['a', 'a + b']", "SG043 indicator.events.bad[1] must be a plain counter selector"),
        (EVENTS % "'1'", "SG043 indicator.events.bad must be a plain counter selector"),
        (EVENTS % "'{code=\"500\"}'", "SG044 indicator.events.bad names no metric"),
        (
            "indicator: {latency: {histogram: h_count, below: 1s}}",
            "SG045 indicator.latency.histogram must be a histogram w",
        ),
        (
            "indicator: {latency: {histogram: 'h{a=\"b\"}', below: 1s}}",
            "SG045 indicator.latency.histogram must be a metric",
        ),
        (
            "indicator: {latency: {histogram: h, below: 0.3}}",
            "SG030 indicator.latency.below is not a duration (got 0.3). Wri",
        ),
        ("indicator: {latency: {histogram: h, below: 30}}", "Write 30s, if seconds were meant."),
        ("indicator: {latency: {histogram: h, below: 1.5s}}", "(got 1.5s). Write 1s500ms."),
        (
            "indicator: {latency: {histogram: h, below: 0s}}",
            "SG030 indicator.latency.below is not a duration (got 0s).",
        ),
        (
            "indicator: {latency: {histogram: h, below: 1s, filter: 'a=\"b\"'}}",
            "SG046 indicator.latency.filter must be lab",
        ),
        (
            "indicator: {latency: {histogram: h, below: 1s, filter: '{le=\"1\"}'}}",
            "SG046 indicator.latency.filter matches",
        ),
        (
            "indicator: {latency: {histogram: h, below: 1s, filter: '{__name__=\"b\"}'}}",
            "SG046 indicator.latency.filter n",
        ),
        (
            "indicator: {latency: {histogram: h, below: 1s, filter: '{a=\"b\"}[5m]'}}",
            "SG046 indicator.latency.filter must",
        ),
        (
            "indicator: {latency: {histogram: h, below: 1s, filter: '{a}'}}",
            "SG042 indicator.latency.filter is not valid",
        ),
        ("indicator: {threshold: {query: x}}", "SG047 threshold needs exactly one of below, above, equals (got none)."),
        ("indicator: {threshold: {query: x, below: 1, above: 2}}", "(got below and above). Keep one"),
        (
            "indicator: {threshold: {query: x, below: soon}}",
            "SG022 indicator.threshold.below must be a number or a duration",
        ),
        (THRESHOLD % "'x[5m]'", "SG048 indicator.threshold.query has no single value per series"),
        (THRESHOLD % "'\"a\"'", "SG048 indicator.threshold.query has no single value per series"),
        (THRESHOLD % "'x > 1'", "SG049 indicator.threshold.query contains a comparison"),
        (THRESHOLD % "'count(up == 1)'", "SG049 indicator.threshold.query contains a comparison"),
        (THRESHOLD % "'rate(x[$window])'", "Leave out $window: only a `ratio` has one."),
        (RATIO % "'rate(a[5m]) / rate(b[5m])'", "SG050 indicator.ratio.error has no $window"),
        (RATIO % "'rate(a{b=\"$window\"}[5m])'", "SG050 indicator.ratio.error has no $window"),
        (RATIO % "'rate(a[$window]) / $window'", "SG050 indicator.ratio.error has a $window that is no range"),
        (RATIO % "'100 * rate(a[$window]) / rate(b[$window])'", "SG051 indicator.ratio.error is multiplied by 100"),
        (RATIO % "'rate(a[$window]) > 0'", "SG049 indicator.ratio.error contains a comparison"),
        (RATIO % "'rate(a[$window]'", "SG042 indicator.ratio.error is not valid PromQL"),
        (RATIO % "'a[$window]'", "SG048 indicator.ratio.error has no single value per series"),
        ("indicator: {ratio: {}}", "SG052 ratio needs either success or error (got neither)."),
        (
            "indicator: {ratio: {error: 'rate(a[$window])', success: 'rate(a[$window])'}}",
            "SG052 ratio needs either success or error (got both).",
        ),
        (INTERPOLATE % "true", "SG053 indicator.latency.interpolate must be the bounds of the buckets next to `below`"),
        (INTERPOLATE % "[250ms]", "Name them, like [250ms, 500ms]"),
        (
            INTERPOLATE % "[500ms, 250ms]",
            "SG053 the bounds of interpolate must lie below and above 300ms (got 500ms and 250ms).",
        ),
        (INTERPOLATE % "[250ms, soon]", "SG030 indicator.latency.interpolate[1] is not a duration"),
        (INTERPOLATE % "[250ms, 500ms], native: true", "SG053 a native histogram needs no interpolate"),
        ("indicator: {freshness: {timestamp: x}}", "SG021 indicator.freshness needs the key below. Add below."),
        (
            "indicator: {freshness: {timestamp: 'x[5m]', below: 1h}}",
            "SG048 indicator.freshness.timestamp has no single",
        ),
        ("indicator: {freshness: {timestamp: x, below: 90}}", "Write 1m30s, if seconds were meant."),
    ],
)
def test_indicators_that_cannot_be(fragment: str, words: str) -> None:
    assert words in complaint(fragment)


INHERITING = """version: 1
defaults: {window: 7d, owner: everyone, runbook_url: https://r.example.com/all, dashboard_url: https://d.example.com}
services:
  - name: a
    owner: team-a
    window: 14d
    dashboard_url: ""
    slos:
      - {name: x, objective: 99, indicator: {events: {bad: e, total: t}}}
      - {name: y, objective: 99, indicator: {events: {bad: e, total: t}}, owner: me, window: 28d, weight: 2.5}
  - name: b
    runbook_url: https://r.example.com/b
    description: |
      Two
      lines.
    slos:
      - {name: x, objective: 99, indicator: {events: {bad: e, total: t}}, breakdown_by: [p, q, p]}
"""


def test_inheritance() -> None:
    configuration = configuration_of(loaded(INHERITING))
    found = [
        (slo.id, slo.owner, slo.window.nominal.days, slo.runbook_url[-3:], slo.weight) for slo in configuration.slos
    ]
    assert found == [
        ("a/x", "team-a", 14, "all", 1),
        ("a/y", "me", 28, "all", Decimal("2.5")),
        ("b/x", "everyone", 7, "m/b", 1),
    ]
    assert {slo.dashboard_url for slo in configuration.slos} == {"https://d.example.com"}
    assert [(service.owner, service.runbook_url[-3:]) for service in configuration.services] == [
        ("team-a", "all"),
        ("everyone", "m/b"),
    ]
    assert configuration.services[1].description == "Two\nlines."
    assert configuration.slos[2].breakdown_by == ("p", "q")


@pytest.mark.parametrize(
    "url", ["example.com/x", "ftp://x", "https://", "http://[", "http://a b", "http://h:99999", "/x"]
)
def test_addresses_that_are_none(url: str) -> None:
    assert codes_of(with_slo(f"runbook_url: '{url}'\n")) == ["SG034"]
