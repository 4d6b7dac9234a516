"""How true the generated rules' 30-day number is: beside the truth, the ledger's, and one `increase` over the window.

Thirty days of traffic of several shapes are lived through; what really happened is known. A real Prometheus holds what
it would have scraped. promtool evaluates the generated recording rules over all that time, as if they had been loaded
from the start; the ledger is filled by `sloguard replay`. Printed is each one's error of the ratio of bad events.

    PYTHONPATH=. python benchmarks/rules_accuracy.py
"""

import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import httpx
import yaml
from tests.support.truth import Pod, Truth, World, openmetrics, simulate

from sloguard.config import load
from sloguard.demo.prometheus import PrometheusServer, backfill, program
from sloguard.model.settings import Configuration
from sloguard.promql import names
from sloguard.promql.text import selector
from sloguard.rules import rule_files

HOUR, DAY = 3_600, 86_400
DAYS = 30
END = 1_795_000_000 // DAY * DAY
START = END - DAYS * DAY
OUTAGE = (END - 12 * DAY + 3 * HOUR, END - 12 * DAY + 4 * HOUR)
"""An hour at night."""
BIRTH = END - 9 * DAY
SCRAPES = 30
TWO = (Pod("a", START, END), Pod("b", START, END))
CHURN = tuple(Pod(f"p{i}", START + i * 6 * HOUR, START + (i + 1) * 6 * HOUR + 600) for i in range(DAYS * 4))


def steady(_: float) -> float:
    return 1.0


def day_and_night(at: float) -> float:
    return 1.0 - 0.95 * math.cos(at / DAY * 2 * math.pi)


def office_hours(at: float) -> float:
    return 2.0 if 8 * HOUR < at % DAY < 18 * HOUR else 0.0


def one_in_200(_: float) -> float:
    return 0.005


def an_outage(at: float) -> float:
    return 0.5 if OUTAGE[0] < at < OUTAGE[1] else 0.002


def world(job: str, pods: tuple[Pod, ...], **changes: object) -> World:
    shape: dict[str, object] = {"requests": day_and_night, "error_ratio": an_outage, "scrape_interval": SCRAPES}
    return World(start=START, end=END, pods=pods, job=job, **(shape | changes))  # type: ignore[arg-type] # by name


WORLDS = (
    world("steady", TWO, requests=steady, error_ratio=one_in_200),
    world("day and night", TWO),
    world("restarts", (Pod("a", START, END, tuple(range(START + 333, END, 7 * HOUR))), TWO[1])),
    world("pods that come and go", CHURN),
    world("missed scrapes", TWO, missed_ratio=0.1),
    world("Prometheus down over the outage", TWO, blind=((OUTAGE[0] - HOUR / 2, OUTAGE[1] + HOUR / 2),)),
    world("low traffic", TWO, requests=lambda _: 0.01, error_ratio=lambda _: 0.02),
    world("errors born late", TWO, errors_from=BIRTH, error_ratio=one_in_200),
    world("rare errors of young pods", CHURN, requests=lambda _: 0.05, error_ratio=one_in_200),
    world("idle hours", TWO, requests=office_hours),
)


def slo_yaml(prometheus: str) -> str:
    slos = [
        {
            "name": f"shape-{number}",
            "objective": 99,
            "indicator": {"events": {"bad": requests(each, "500"), "total": requests(each)}},
        }
        for number, each in enumerate(WORLDS)
    ]
    service = {"name": "shapes", "runbook_url": "https://runbooks.example.com", "slos": slos}
    surroundings = {"url": prometheus, "scrape_interval": f"{SCRAPES}s", "timeout": "60s"}
    return yaml.safe_dump({"version": 1, "prometheus": surroundings, "services": [service]})


def requests(shape: World, code: str = "") -> str:
    return selector("requests_total", {"job": shape.job} | ({"code": code} if code else {}))


def write_past(directory: Path) -> list[Truth]:
    truths = []
    for number, shape in enumerate(WORLDS):
        truth, samples = simulate(shape)
        truths.append(truth)
        file = directory / f"{number}.om"
        file.write_text(openmetrics(samples), encoding="utf-8")
        backfill(directory / "data", file, block_duration="744h")
    return truths


def record(directory: Path, configuration: Configuration, recorded: tuple[str, ...]) -> None:
    """Evaluate some of the recording rules over all the past. They see what is there already, not each other."""
    (text,) = rule_files(configuration).values()
    document = yaml.safe_load(text)
    for group in document["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule.get("record") in recorded]
    document["groups"] = [group for group in document["groups"] if group["rules"]]
    file = directory / "rules.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    shutil.rmtree(directory / "recorded", ignore_errors=True)
    with PrometheusServer(directory) as server:
        command = [program("promtool"), "tsdb", "create-blocks-from", "rules", "--quiet", f"--url={server.url}"]
        command += [f"--start={START}", f"--end={END}", f"--output-dir={directory / 'recorded'}", str(file)]
        subprocess.run(command, check=True, capture_output=True)
    for block in (directory / "recorded").iterdir():
        if (block / "meta.json").exists():
            shutil.move(block, directory / "data" / block.name)


def window_ratios(url: str, configuration: Configuration) -> Iterator[float]:
    """What the rules say at the end of the past about the whole of it."""
    (text,) = rule_files(configuration).values()
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    yield from (answer(url, rule["expr"]) for rule in rules if rule.get("record") == names.WINDOW_ERROR_RATIO)


def answer(url: str, promql: str) -> float:
    form = {"query": promql, "time": str(END)}
    result = httpx.post(f"{url}/api/v1/query", data=form, timeout=120).raise_for_status().json()["data"]["result"]
    return float(result[0]["value"][1]) if result else math.nan


def ledger_ratios(directory: Path, url: str) -> Iterator[float]:
    command = [sys.executable, "-m", "sloguard"]
    common = ["-c", str(directory / "slo.yaml"), "--store", f"sqlite:///{directory}/ledger.db"]
    replay = [*command, "replay", *common, "--prometheus", url, "--since", f"{DAYS}d", "--until", str(END), "-q"]
    subprocess.run(replay, check=True)
    asked = [*command, "status", *common, "--at", str(END), "--format", "json"]
    status = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    found: Mapping[str, Mapping[str, Mapping[str, int]]] = {each["id"]: each for each in status["services"][0]["slos"]}
    for number in range(len(WORLDS)):
        counts = found[f"shapes/shape-{number}"]["counts"]
        yield counts["bad"] / counts["total"]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        truths = write_past(directory)
        (directory / "slo.yaml").write_text(slo_yaml("http://127.0.0.1:9090"), encoding="utf-8")
        configuration = load(directory / "slo.yaml", {}).configuration
        assert configuration is not None
        record(directory, configuration, (names.EVENTS_RATE,))
        record(directory, configuration, (names.BAD_EVENTS_RATE,))
        record(directory, configuration, (names.EVENTS_INCREASE, names.BAD_EVENTS_INCREASE))
        with PrometheusServer(directory) as server:
            rules = list(window_ratios(server.url, configuration))
            increases = [
                answer(
                    server.url,
                    f"sum(increase({requests(each, '500')}[{DAYS}d])) / sum(increase({requests(each)}[{DAYS}d]))",
                )
                for each in WORLDS
            ]
            ledger = list(ledger_ratios(directory, server.url))
    print(f"{'':<32} {'bad events':>11} {'rules':>9} {'increase':>9} {'ledger':>9}")
    for number, shape in enumerate(WORLDS):
        bad, total = truths[number].between(START, END)
        truth = Decimal(bad) / total
        errors = (
            f"{float(Decimal(each) / truth - 1):>+9.2%}" for each in (rules[number], increases[number], ledger[number])
        )
        print(f"{shape.job:<32} {float(truth):>11.3%} {' '.join(errors)}")


if __name__ == "__main__":
    main()
