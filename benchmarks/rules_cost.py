"""What rules cost Prometheus: the samples that sloguard's rules read a minute, beside those of two other generators.

The same SLOs, each with two raw series, are given to all three. A real Prometheus holds the past of the raw series and
of what each generator's rules would have recorded; every expression is asked once with `stats=all`, and weighted by
how often its group is evaluated. Where a range is longer than the history, the expression is asked over the history
and its samples multiplied by what is missing: with steady series they grow with the range, which is checked.

    python benchmarks/rules_cost.py --slos 20 100 --days 3
"""

import argparse
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.evaluation.tiers import standard_tiers, tier_windows
from sloguard.model.duration import format_duration, parse_duration
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.promql import names
from sloguard.promql.recorded import slo_labels
from sloguard.promql.text import selector
from sloguard.rules.groups import rule_groups

END = 1_795_000_000 // 3_600 * 3_600
STEP_SECONDS = 30
"""Of scrapes, and of the other generators' groups, but for the one that has an interval of its own."""
SLOW_STEP_SECONDS = 120
MONTH = RollingWindow(timedelta(days=30))
MEAN_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
INCREASE_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "4d")
INCREASE_INTERVAL = timedelta(seconds=150)
MOST_SLOS = 500
MOST_DAYS = 7
_RANGE = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression of a rule, and how often it is evaluated."""

    expression: str
    interval: timedelta


@dataclass(slots=True)
class Load:
    expressions: int = 0
    samples: float = 0
    """By one evaluation of each rule."""
    per_minute: float = 0
    extrapolated: float = 0
    """The part of `per_minute` that was calculated, not read."""


def slo(number: int) -> Slo:
    total, bad = requests(number), requests(number, "500")
    indicator = EventsIndicator(total=(total,), bad=(bad,))
    tiers = standard_tiers(Decimal("0.001"), MONTH.length, EvaluationSettings().slice)
    return Slo("fleet", f"slo-{number}", Decimal("0.999"), MONTH, indicator, AlertPolicy(tiers))


def requests(number: int, code: str = "") -> str:
    return selector("requests_total", {"slo": str(number)} | ({"code": code} if code else {}))


def sloguard_rules(number: int) -> Iterator[Asked]:
    for group in rule_groups(slo(number), EvaluationSettings()):
        yield from (Asked(rule.expression, group.interval) for rule in group.rules)


def mean_of_ratios(number: int) -> Iterator[Asked]:
    """Seven rate ratios, the mean of the recorded one over the window, two alerts. Its metadata series read nothing."""
    every = timedelta(seconds=STEP_SECONDS)
    for window in MEAN_WINDOWS:
        yield Asked(rate_ratio(number, window), every)
    recorded = f"{mean_series(number, '5m')}[30d]"
    yield Asked(f"sum_over_time({recorded}) / ignoring (window) count_over_time({recorded})", every)
    for first, second in (((("5m", "1h"), 14.4), (("30m", "6h"), 6)), ((("2h", "1d"), 3), (("6h", "3d"), 1))):
        tiers = (
            " and ignoring (window) ".join(f"{mean_series(number, window)} > {factor} * 0.001" for window in windows)
            for windows, factor in (first, second)
        )
        yield Asked(" or ignoring (window) ".join(f"({tier})" for tier in tiers), every)


def full_window_increase(number: int) -> Iterator[Asked]:
    """One increase over the whole window, seven rate ratios, four alerts."""
    yield Asked(f"sum by (code) (increase({requests(number)}[30d]))", INCREASE_INTERVAL)
    every = timedelta(seconds=STEP_SECONDS)
    for window in INCREASE_WINDOWS:
        yield Asked(rate_ratio(number, window), every)
    for short, long, factor in (("5m", "1h", 14), ("30m", "6h", 7), ("2h", "1d", 2), ("6h", "4d", 1)):
        both = (f"{burn_series(number, window)} > {factor} * 0.001" for window in (short, long))
        yield Asked(" and ".join(both), every)


def rate_ratio(number: int, window: str) -> str:
    return f"sum(rate({requests(number, '500')}[{window}])) / sum(rate({requests(number)}[{window}]))"


def mean_series(number: int, window: str) -> str:
    return selector(f"mean:ratio_rate{window}", {"slo": str(number), "window": window})


def burn_series(number: int, window: str) -> str:
    return selector(f"increase:burnrate{window}", {"slo": str(number)})


GENERATORS = {
    "sloguard": sloguard_rules,
    "mean of ratios": mean_of_ratios,
    "full-window increase": full_window_increase,
}


def write_history(file: Path, slos: int, days: int) -> None:
    """Series that are read over a range have all of their past; those of which only the last value is read, a bit."""
    whole = days * 86_400
    with file.open("w", encoding="utf-8") as out:
        for number in range(slos):
            for code, rate in (("200", 30), ("500", 0.02)):
                out.writelines(lines(requests(number, code), whole, STEP_SECONDS, rate))
            labels = slo_labels(slo(number))
            for name, step in sloguard_history().items():
                out.writelines(lines(selector(name, labels), whole, step))
            out.writelines(lines(mean_series(number, "5m"), whole, STEP_SECONDS))
            for latest in latest_series(number, labels):
                out.writelines(lines(latest, SLOW_STEP_SECONDS, STEP_SECONDS))
        out.write("# EOF\n")


def sloguard_history() -> Mapping[str, int]:
    """The series that sloguard's rules sum over windows, and how many seconds lie between their samples."""
    fast = dict.fromkeys((names.EVENTS_RATE, names.BAD_EVENTS_RATE), STEP_SECONDS)
    return fast | dict.fromkeys((names.EVENTS_INCREASE, names.BAD_EVENTS_INCREASE), SLOW_STEP_SECONDS)


def latest_series(number: int, labels: Mapping[str, str]) -> Iterator[str]:
    yield from (mean_series(number, window) for window in MEAN_WINDOWS if window != "5m")
    yield from (burn_series(number, window) for window in INCREASE_WINDOWS)
    for window in tier_windows(slo(number).tiers):
        yield selector(names.error_ratio_name(window), labels)


def lines(series: str, seconds: int, step: int, growth: float = 0) -> Iterator[str]:
    """Samples up to the end; a counter that grows each second, or 0.001 without growth."""
    for at in range(END - seconds, END + 1, step):
        yield f"{series} {growth * (at - END + seconds) if growth else 0.001:g} {at}\n"


class Prometheus:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=120)

    def samples(self, promql: str) -> int:
        """How many samples one evaluation reads."""
        form = {"query": promql, "time": str(END), "stats": "all"}
        document = self._http.post("/api/v1/query", data=form).raise_for_status().json()["data"]
        return int(document["stats"]["samples"]["totalQueryableSamples"])


def load(source: Prometheus, asked: Sequence[Asked], history: timedelta) -> Load:
    result = Load()
    for each in asked:
        expression, factor = within(each.expression, history)
        samples = source.samples(expression) * factor
        per_minute = samples * (timedelta(minutes=1) / each.interval)
        result.expressions += 1
        result.samples += samples
        result.per_minute += per_minute
        result.extrapolated += per_minute * (1 - 1 / factor)
    return result


def within(expression: str, history: timedelta) -> tuple[str, float]:
    """The expression over no more than the history, and what its samples are to be multiplied by."""
    ranges = {parse_duration(text) for text in _RANGE.findall(expression)}
    if not ranges or max(ranges) <= history:
        return expression, 1
    (window,) = ranges  # Ranges of several lengths could not be told apart in the sum of their samples.
    return _RANGE.sub(f"[{format_duration(history)}]", expression), window / history


def check_proportion(source: Prometheus, asked: Sequence[Asked], history: timedelta) -> None:
    """That samples grow with the range, which is what the extrapolation takes for granted."""
    for each in asked:
        expression, factor = within(each.expression, history)
        if factor > 1:
            whole, part = source.samples(expression), source.samples(within(each.expression, history / 2)[0])
            assert abs(whole / part - 2) < 0.01, (
                f"{whole} samples over the history, {part} over half of it: {expression}"
            )


def compare(slos: int, days: int) -> None:
    history = timedelta(days=days)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_history(directory / "history.om", slos, days)
        backfill(directory / "data", directory / "history.om")
        with PrometheusServer(directory) as server:
            source = Prometheus(server.url)
            loads = {}
            for generator, rules in GENERATORS.items():
                check_proportion(source, list(rules(0)), history)
                loads[generator] = load(source, [each for number in range(slos) for each in rules(number)], history)
    for generator, found in loads.items():
        print(
            f"{slos:>5} {generator:<21} {found.expressions / slos:>9.0f} {found.samples:>16,.0f}"
            f" {found.per_minute:>16,.0f} {found.extrapolated / found.per_minute:>12.0%}"
            f" {found.per_minute / loads['sloguard'].per_minute:>8.1f} x",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, nargs="+", default=[20, 100], help=f"at most {MOST_SLOS}")
    parser.add_argument("--days", type=int, default=3, help=f"history, 3 to {MOST_DAYS}")
    arguments = parser.parse_args()
    if not 3 <= arguments.days <= MOST_DAYS or not all(0 < each <= MOST_SLOS for each in arguments.slos):
        parser.error(f"--slos takes 1 to {MOST_SLOS}, --days 3 to {MOST_DAYS}")
    print(
        f"Scrapes and groups each {STEP_SECONDS} s; sloguard's groups and the full window's increase as they have it."
    )
    print(f"{arguments.days} days of history; longer ranges are extrapolated in proportion.")
    heading = ("SLOs", "rules", "an SLO", "samples at once", "samples a minute", "extrapolated", "")
    print("{:>5} {:<21} {:>9} {:>16} {:>16} {:>12} {:>10}".format(*heading))
    for slos in arguments.slos:
        compare(slos, arguments.days)


if __name__ == "__main__":
    main()
