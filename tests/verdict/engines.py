"""What each side decides: the severity of the alert over time, by SLO."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from sloguard.backtest.run import Counted, Period, Walk
from sloguard.demo.prometheus import PrometheusServer, backfill, program
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.alert import AlertKind
from sloguard.model.policy import Severity
from sloguard.model.settings import Configuration, EvaluationSettings, PrometheusSettings
from sloguard.model.slo import Service
from sloguard.prometheus import PrometheusClient
from sloguard.rules import rule_files
from sloguard.store import open_store
from tests.verdict.scripts import CALM, LENGTH, SCRAPE, Script, openmetrics, promtool_values

START = 1_795_000_000 // 3_600 * 3_600
INTERVAL = 30
Course = Mapping[str, Sequence[tuple[float, Severity | None]]]
"""By SLO: the minutes since the calm at which the alert's severity became another one; None is no alert."""

_PROBE = 'ALERTS{alertstate="firing"}'
_FAILED = re.compile(r"time: (\S+),\n(.*?)(?=\n +expr: |\Z)", re.DOTALL)
_FIRING = re.compile(r"severity=\"(\w+)\", slo_id=\"([^\"]+)\"")
_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def by_rules(scripts: Sequence[Script], directory: Path) -> Course:
    """What the generated rule file does in Prometheus' own rule engine, promtool's: expressions, chains of rules,
    keep_firing_for. Asked at each evaluation which alerts fire, by expecting none.
    """
    configuration = configured(scripts)
    (text,) = (text for name, text in rule_files(configuration).items())
    (directory / "rules.yaml").write_text(text, encoding="utf-8")
    series = [
        {"series": name, "values": promtool_values(values)}
        for script in scripts
        for name, values in script.series().items()
    ]
    probes = [{"expr": _PROBE, "eval_time": f"{at}s"} for at in range(CALM - INTERVAL, LENGTH + 1, INTERVAL)]
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{INTERVAL}s",
        "tests": [{"interval": f"{SCRAPE}s", "input_series": series, "promql_expr_test": probes}],
    }
    (directory / "test.yaml").write_text(yaml.dump(test, Dumper=yaml.CSafeDumper), encoding="utf-8")
    command = [program("promtool"), "test", "rules", "test.yaml"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return _changes(scripts, _fired(done.stdout + done.stderr))


def by_daemon(scripts: Sequence[Script], directory: Path) -> Course:
    """What the daemon's decisions are over the ledger that is counted from a real Prometheus with the same samples."""
    configuration = configured(scripts)
    history = directory / "history.om"
    history.write_text("\n".join(openmetrics(scripts, START)), encoding="utf-8")
    backfill(directory / "data", history)
    since, until = (datetime.fromtimestamp(START + at, UTC) for at in (0, LENGTH))
    store = open_store(f"sqlite:///{directory}/ledger.db")
    with PrometheusServer(directory) as server, PrometheusClient(PrometheusSettings(url=server.url)) as client:
        plan = counting_plan(configuration.slos).no_coarser_than(timedelta(minutes=1))
        Replay(client, store.ledger, timedelta(minutes=1)).run(plan, since, until)
    counted = Counted.of(store.ledger)
    period = Period(since + timedelta(seconds=CALM), until)
    course: dict[str, Sequence[tuple[float, Severity | None]]] = {}
    for slo in configuration.slos:
        lived = Walk(slo, (slo,), counted, configuration.evaluation, period).lived()
        own = [each for each in lived.firings if each.kind is AlertKind.OBJECTIVE]
        starts: dict[float, Severity | None] = {_minute(each.ended_at): None for each in own if each.ended_at}
        starts |= {_minute(each.started_at): each.severity for each in own}
        course[slo.name] = sorted(starts.items())
    store.close()
    return course


def configured(scripts: Sequence[Script]) -> Configuration:
    return Configuration(
        services=(Service("same", tuple(script.slo for script in scripts)),),
        evaluation=EvaluationSettings(interval=timedelta(seconds=INTERVAL), slice=timedelta(minutes=1)),
    )


def _minute(at: datetime) -> float:
    return (at.timestamp() - START - CALM) / 60


def _fired(words: str) -> Mapping[int, Mapping[str, Severity]]:
    """The severest alert of each SLO by second, from what promtool did not expect."""
    fired: dict[int, dict[str, Severity]] = {}
    for time, found in _FAILED.findall(words):
        match = _TIME.fullmatch(time)
        assert match, words[:2_000]
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        at = fired.setdefault(3_600 * hours + 60 * minutes + seconds, {})
        for severity, slo_id in _FIRING.findall(found):
            name = slo_id.partition("/")[2]
            at[name] = max(Severity(severity), at.get(name, Severity.INFO), key=lambda each: each.rank)
    assert fired, words[:2_000]
    return fired


def _changes(scripts: Sequence[Script], fired: Mapping[int, Mapping[str, Severity]]) -> Course:
    course: dict[str, list[tuple[float, Severity | None]]] = {}
    for script in scripts:
        found = course.setdefault(script.name, [])
        before: Severity | None = None
        for at in range(CALM - INTERVAL, LENGTH + 1, INTERVAL):
            now = fired.get(at, {}).get(script.name)
            if now is not before:
                found.append(((at - CALM) / 60, now))
            before = now
    return course
