"""vmalert takes the generated rules, and they come to the same on VictoriaMetrics.

Debian's vmalert is older than `keep_firing_for`, which is taken out here as docs/apply.md tells its users to.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.promql import names
from sloguard.rules import rule_files
from tests.support.slos import configuration_of, events_bad, make_slo
from tests.support.victoria import VictoriaServer, victoria_program

ROOT = Path(__file__).parents[2]
GENERATED = [
    *sorted((ROOT / "alerting-rules").glob("*.yaml")),
    *sorted((Path(__file__).parent / "golden" / "alerting-rules").glob("*.yaml")),
]
SCRAPE = 15
SLO = make_slo("availability", events_bad('requests_total{code="500"}', "requests_total"), "0.999", service="shop")


def vmalert(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [victoria_program("vmalert"), "-httpListenAddr=127.0.0.1:0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def for_old_vmalert(rules: str) -> str:
    return re.sub(r"^ *keep_firing_for: .*\n", "", rules, flags=re.MULTILINE)


@pytest.mark.parametrize("file", GENERATED, ids=lambda file: str(file.relative_to(ROOT)))
def test_vmalert_accepts_what_is_generated(file: Path, tmp_path: Path) -> None:
    rules = tmp_path / file.name
    rules.write_text(for_old_vmalert(file.read_text(encoding="utf-8")), encoding="utf-8")
    done = vmalert(f"-rule={rules}", "-dryRun")
    assert done.returncode == 0, done.stdout + done.stderr


def samples(now: int) -> Iterator[str]:
    """Ten requests a second, of which every fifth fails; also in the minutes to come."""
    start = now - 1_200
    for at in range(start, now + 180, SCRAPE):
        yield f'requests_total{{code="200"}} {8 * (at - start)} {at}'
        yield f'requests_total{{code="500"}} {2 * (at - start)} {at}'


def test_the_rules_record_and_page_on_victoriametrics(tmp_path: Path, httpserver: HTTPServer) -> None:
    told: list[Mapping[str, Any]] = []

    def alertmanager(request: Request) -> Response:
        told.extend(json.loads(request.get_data()))
        return Response("{}")

    httpserver.expect_request("/api/v2/alerts").respond_with_handler(alertmanager)
    (text,) = rule_files(configuration_of(SLO)).values()
    rules = tmp_path / "shop.yaml"
    # As declared, but at once: nobody wants to wait for the third evaluation.
    rules.write_text(re.sub(r"interval: \w+", "interval: 1s", for_old_vmalert(text)), encoding="utf-8")
    with VictoriaServer(tmp_path, arguments=["-search.latencyOffset=1s", "-search.disableCache"]) as server:
        server.take_in(samples(int(time.time())))
        command = [
            victoria_program("vmalert"),
            "-httpListenAddr=127.0.0.1:0",
            f"-rule={rules}",
            f"-datasource.url={server.url}",
            f"-remoteWrite.url={server.url}",
            f"-remoteRead.url={server.url}",
            f"-notifier.url={httpserver.url_for('')}",
            "-remoteWrite.flushInterval=200ms",
        ]
        log = (tmp_path / "vmalert.log").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            with PrometheusClient(PrometheusSettings(url=server.url)) as client:
                _wait_until(lambda: any(each["labels"]["severity"] == "page" for each in told), tmp_path)
                assert value(client, f"sum({names.EVENTS_RATE})") == pytest.approx(10, rel=0.05)
                assert value(client, f"sum({names.BAD_EVENTS_RATE})") == pytest.approx(2, rel=0.05)
                assert value(client, "sum(sloguard:error_ratio:1h)") == pytest.approx(0.2, rel=0.05)
                firing = 'ALERTS{alertstate="firing", severity="page"}'
                _wait_until(lambda: bool(client.query(firing, datetime.now(UTC))), tmp_path)
        finally:
            process.terminate()
            process.wait(timeout=20)
            log.close()
    page = next(each for each in told if each["labels"]["severity"] == "page")
    assert page["labels"]["slo_id"] == "shop/availability"
    assert "{{" not in "".join(page["annotations"].values()), "every template was filled in"


def _wait_until(condition: Callable[[], bool], directory: Path) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, (directory / "vmalert.log").read_text(encoding="utf-8")[-3000:]
        time.sleep(0.2)


def value(client: PrometheusClient, query: str) -> float:
    (sample,) = client.query(query, datetime.now(UTC))
    return sample.value
