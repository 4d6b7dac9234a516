"""What rules cost Prometheus: samples and engine time a minute, of sloguard's rules and of two other generators'.

The same SLOs, each with two raw series, are given to all three. A real Prometheus has the past of the raw series and of
what each generator's rules would have recorded. It loads the rules of one generator after the other, and its query log
tells what each of them read when it was evaluated; that is weighed by how often its group is evaluated. Where a range
is longer than the history, samples and time are multiplied by what is missing: with steady series they grow with it.

    python benchmarks/rules_cost.py --slos 100 --days 30     # nothing is extrapolated; some minutes
    python benchmarks/rules_cost.py --slos 1000 --days 1
"""

import argparse
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.evaluation.tiers import standard_tiers, tier_windows
from sloguard.model.duration import format_duration, parse_duration
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.window import RollingWindow
from sloguard.promql import names
from sloguard.promql.recorded import Speed, slo_labels
from sloguard.promql.text import selector
from sloguard.rules.groups import service_groups
from sloguard.rules.rule import AlertingRule, RecordingRule, Rule, RuleGroup
from sloguard.rules.yaml_text import document

STEP_SECONDS = 30
"""Of scrapes, and of the other generators' groups, but for the one that has an interval of its own."""
STEP = timedelta(seconds=STEP_SECONDS)
MINUTE = timedelta(minutes=1)
DAY_SECONDS = 86_400
SLOS_A_SERVICE = 10
MONTH = RollingWindow(timedelta(days=30))
MEAN_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
INCREASE_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "4d")
INCREASE_INTERVAL = timedelta(seconds=150)
MOST_SLO_DAYS = 4_000
SAMPLES_A_SECOND = 100_000
"""At least so fast is the history written and loaded."""
PATIENCE_SECONDS = 900
_RANGE = re.compile(r"\[(\w+)\]")


@dataclass(slots=True)
class Load:
    rules: int = 0
    samples: float = 0
    """By one evaluation of each rule."""
    per_minute: float = 0
    engine_seconds: float = 0
    """A minute."""
    extrapolated: float = 0
    """The part of `per_minute` that was calculated, not read."""


def slo(number: int) -> Slo:
    total, bad = requests(number), requests(number, "500")
    tiers = standard_tiers(Decimal("0.001"), MONTH.length, EvaluationSettings().slice)
    service, indicator = f"fleet-{number // SLOS_A_SERVICE}", EventsIndicator(total=(total,), bad=(bad,))
    return Slo(service, f"slo-{number}", Decimal("0.999"), MONTH, indicator, AlertPolicy(tiers))


def requests(number: int, code: str = "") -> str:
    return selector("requests_total", {"slo": str(number)} | ({"code": code} if code else {}))


def sloguard_rules(slos: int) -> Iterator[RuleGroup]:
    for first in range(0, slos, SLOS_A_SERVICE):
        own = tuple(slo(number) for number in range(first, min(first + SLOS_A_SERVICE, slos)))
        yield from service_groups(Service(own[0].service, own), EvaluationSettings()).as_written


def mean_of_ratios(slos: int) -> Iterator[RuleGroup]:
    """Seven rate ratios, the mean of the recorded one over the window, two alerts. Its metadata series read nothing."""
    for number in range(slos):
        rules = [recording(mean_series(number, window), rate_ratio(number, window)) for window in MEAN_WINDOWS]
        recorded = f"{mean_series(number, '5m')}[30d]"
        mean = f"sum_over_time({recorded}) / ignoring (window) count_over_time({recorded})"
        rules.append(recording(mean_series(number, "30d"), mean))
        for first, second in (((("5m", "1h"), 14.4), (("30m", "6h"), 6)), ((("2h", "1d"), 3), (("6h", "3d"), 1))):
            tiers = (
                " and ignoring (window) ".join(f"{mean_series(number, window)} > {factor} * 0.001" for window in pair)
                for pair, factor in (first, second)
            )
            alert = " or ignoring (window) ".join(f"({tier})" for tier in tiers)
            rules.append(AlertingRule("Burn", alert, timedelta(0), {}, {}))  # type: ignore[arg-type] # a list of both
        yield RuleGroup(f"mean-{number}", STEP, tuple(rules))


def full_window_increase(slos: int) -> Iterator[RuleGroup]:
    """One increase over the whole window, seven rate ratios, four alerts."""
    for number in range(slos):
        whole = f"sum by (code) (increase({requests(number)}[30d]))"
        yield RuleGroup(f"whole-{number}", INCREASE_INTERVAL, (recording(burn_series(number, "30d"), whole),))
        rules: list[Rule] = [
            recording(burn_series(number, window), rate_ratio(number, window)) for window in INCREASE_WINDOWS
        ]
        for short, long, factor in (("5m", "1h", 14), ("30m", "6h", 7), ("2h", "1d", 2), ("6h", "4d", 1)):
            both = (f"{burn_series(number, window)} > {factor} * 0.001" for window in (short, long))
            rules.append(AlertingRule("Burn", " and ".join(both), timedelta(0), {}, {}))
        yield RuleGroup(f"increase-{number}", STEP, tuple(rules))


def recording(series: str, expression: str) -> RecordingRule:
    """A rule that records a series as a selector names it."""
    metric, _, labels = series[:-1].partition("{")
    return RecordingRule(metric, expression, dict(re.findall(r'(\w+)="(\w+)"', labels)))


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


def write_history(file: Path, slos: int, days: int, end: int) -> None:
    """Series that are read over a range have the past that is read; those of which only the last value is, a bit."""
    whole = days * DAY_SECONDS
    times = {step: [str(at) for at in range(end - whole, end + 1, step)] for step in {STEP_SECONDS, *own_history()}}
    with file.open("w", encoding="utf-8") as out:
        for number in range(slos):
            for code, rate in (("200", 30), ("500", 0.02)):
                series = requests(number, code)
                values = (f"{rate * STEP_SECONDS * index:g}" for index in range(len(times[STEP_SECONDS])))
                out.writelines(
                    f"{series} {value} {at}\n" for value, at in zip(values, times[STEP_SECONDS], strict=True)
                )
            labels = slo_labels(slo(number))
            for step, recorded in own_history().items():
                for name in recorded:
                    out.writelines(f"{selector(name, labels)} 0.001 {at}\n" for at in times[step])
            out.writelines(f"{mean_series(number, '5m')} 0.001 {at}\n" for at in times[STEP_SECONDS])
            for latest in latest_series(number, labels):
                out.writelines(f"{latest} 0.001 {at}\n" for at in times[STEP_SECONDS][-4:])
        out.write("# EOF\n")


def own_history() -> Mapping[int, Sequence[str]]:
    """The series that sloguard's rules sum over windows, by the seconds between their samples."""
    return {
        int(pace.sample_interval.total_seconds()): (pace.bad, pace.total) for pace in (each.value for each in Speed)
    }


def latest_series(number: int, labels: Mapping[str, str]) -> Iterator[str]:
    yield from (mean_series(number, window) for window in MEAN_WINDOWS if window != "5m")
    yield from (burn_series(number, window) for window in INCREASE_WINDOWS)
    for window in tier_windows(slo(number).tiers):
        yield selector(names.error_ratio_name(window), labels)


def measured(directory: Path, groups: Sequence[RuleGroup], history: timedelta) -> tuple[Load, float]:
    """What the rules read when a Prometheus evaluates each of them once; and its processor time, all in all."""
    intervals = {group.name: group.interval for group in groups}
    # Each is evaluated within the first minute, whatever its own interval; the weight comes afterwards.
    text = document((), [replace(group, interval=MINUTE, comment="") for group in groups])
    log = directory / "queries.log"
    log.unlink(missing_ok=True)
    (directory / "rules.yaml").write_text(re.sub(r"\n +keep_firing_for: 0s", "", text), encoding="utf-8")
    config = f"global: {{query_log_file: {log}}}\nrule_files: [{directory}/rules.yaml]\n"
    with PrometheusServer(directory, config) as server:
        wanted = sum(len(group.rules) for group in groups)
        found = evaluations(log, wanted)
        cpu_seconds = processor_seconds(server)
    return total_load(found, intervals, history), cpu_seconds


def evaluations(log: Path, wanted: int) -> Sequence[Mapping[str, object]]:
    """The first evaluation of each rule."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(2)
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        first: dict[tuple[str, str], Mapping[str, object]] = {}
        for line in lines:
            entry = json.loads(line) if line.endswith("}") else {}
            if "ruleGroup" in entry:
                first.setdefault((entry["ruleGroup"]["name"], entry["params"]["query"]), entry)
        if len(first) >= wanted:
            return list(first.values())
    raise RuntimeError(f"of {wanted} rules only {len(first)} were evaluated")


def processor_seconds(server: PrometheusServer) -> float:
    text = httpx.get(f"{server.url}/metrics", timeout=30).text
    return float(re.search(r"^process_cpu_seconds_total (\S+)", text, re.MULTILINE)[1])  # type: ignore[index] # always


def total_load(found: Sequence[Mapping[str, object]], intervals: Mapping[str, timedelta], history: timedelta) -> Load:
    result = Load()
    for entry in found:
        stats: dict[str, dict[str, float]] = entry["stats"]  # type: ignore[assignment] # Prometheus' own format
        query: str = entry["params"]["query"]  # type: ignore[index]
        group: str = entry["ruleGroup"]["name"]  # type: ignore[index]
        ranges = {parse_duration(text) for text in _RANGE.findall(query)}
        factor = max(max(ranges, default=history) / history, 1)
        weight = factor * (MINUTE / intervals[group])
        samples = stats["samples"]["totalQueryableSamples"]
        result.rules += 1
        result.samples += samples * factor
        result.per_minute += samples * weight
        result.engine_seconds += stats["timings"]["evalTotalTime"] * weight
        result.extrapolated += samples * weight * (1 - 1 / factor)
    return result


def compare(slos: int, days: int) -> None:
    history = timedelta(days=days)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        end = int(time.time() + 60 + slos * days * 10_000 / SAMPLES_A_SECOND) // STEP_SECONDS * STEP_SECONDS
        write_history(directory / "history.om", slos, days, end)
        backfill(directory / "past", directory / "history.om", block_duration="744h")
        (directory / "history.om").unlink()
        if time.time() > end:
            raise RuntimeError("the history took longer to prepare than expected: try again with fewer SLOs or days")
        time.sleep(end - time.time())
        loads = {}
        for generator, rules in GENERATORS.items():
            shutil.rmtree(directory / "data", ignore_errors=True)
            shutil.copytree(directory / "past", directory / "data", copy_function=hard_link)
            loads[generator] = measured(directory, list(rules(slos)), history)
    own = loads["sloguard"][0]
    for generator, (found, cpu_seconds) in loads.items():
        print(
            f"{slos:>5} {generator:<21} {found.rules / slos:>8.1f} {found.samples / slos:>12,.0f}"
            f" {found.per_minute / slos:>12,.0f} {found.extrapolated / found.per_minute:>7.0%}"
            f" {found.per_minute / own.per_minute:>7.1f} × {found.engine_seconds:>10.2f} s"
            f" {found.engine_seconds / own.engine_seconds:>7.1f} × {cpu_seconds:>8.1f} s",
            flush=True,
        )


def hard_link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, default=100)
    parser.add_argument("--days", type=int, default=3, help="of history, 1 to 30")
    arguments = parser.parse_args()
    if not 1 <= arguments.days <= 30 or not 0 < arguments.slos * arguments.days <= MOST_SLO_DAYS:
        parser.error(f"--days takes 1 to 30, and SLOs times days may be at most {MOST_SLO_DAYS:,}")
    interval = format_duration(STEP)
    print(f"Scrapes and groups each {interval}; sloguard's groups and the full window's increase as they have it.")
    print(f"{arguments.days} d of history; what longer ranges would read is extrapolated in proportion.")
    print("Samples are of one SLO; engine time is of all, a minute; processor time is one evaluation of each rule and")
    print("Prometheus' start.")
    heading = ("SLOs", "rules", "an SLO", "at once", "a minute", "extra.", "ratio", "engine", "ratio", "processor")
    print("{:>5} {:<21} {:>8} {:>12} {:>12} {:>7} {:>9} {:>12} {:>9} {:>10}".format(*heading))
    compare(arguments.slos, arguments.days)


if __name__ == "__main__":
    main()
