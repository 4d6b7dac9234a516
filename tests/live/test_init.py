"""`sloguard init` against a real Prometheus: what it proposes is valid there, whatever the labels hold."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sloguard.app.live import check_live
from sloguard.cli.init import init
from sloguard.clock import utc_now
from sloguard.demo.prometheus import PrometheusServer
from sloguard.errors import SloguardError
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, LatencyIndicator
from sloguard.promql.selectors import selector_parts
from tests.config.texts import configuration_of, loaded
from tests.live.shop import WICKED_VALUE

app = typer.Typer()
app.command()(init)
runner = CliRunner(env={"PROMETHEUS_URL": None})


def proposing(*arguments: str, cwd: Path) -> tuple[int, str]:
    """The exit code, and the words on stderr."""
    with chdir(cwd):
        done = runner.invoke(app, arguments)
    if isinstance(done.exception, SloguardError):
        return done.exception.exit_code, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


@pytest.fixture(scope="module")
def printed(shop: PrometheusServer) -> str:
    command = [str(Path(sys.executable).with_name("sloguard")), "init", "--prometheus", shop.url, "--out", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def proposed(printed: str) -> Configuration:
    return configuration_of(loaded(printed, {"HOME": "not this"}))


def test_it_is_valid_there(printed: str, shop: PrometheusServer) -> None:
    assert [str(problem) for problem in loaded(printed).problems if problem.code != "SG101"] == []
    found = check_live(loaded(printed), shop.url, utc_now())
    # The old service has never failed.
    assert {problem.code for problem in found} == {"SG302"}


def test_objectives_are_the_steps_below_what_was_reached(proposed: Configuration) -> None:
    assert {slo.id: f"{float(slo.objective_ratio * 100):g}" for slo in proposed.slos} == {
        "shop/availability": "99.9",
        "shop/latency": "98",
        "checkout/availability": "99.5",
        "checkout/latency": "98",
        "shop.Cart/grpc-availability": "99.95",
        "shop.Cart/grpc-latency": "98",
        "old/availability": "99.99",
        "old/latency": "98",
        "sh-op-HOME-x/availability": "99.5",
    }


def test_indicators_are_those_of_the_metrics(proposed: Configuration) -> None:
    indicators = {slo.id: slo.indicator for slo in proposed.slos}
    latency = indicators["shop/latency"]
    assert isinstance(latency, LatencyIndicator)
    assert (latency.histogram, latency.below.total_seconds()) == ("http_request_duration_seconds", 0.3)
    milliseconds = indicators["old/latency"]
    assert isinstance(milliseconds, EventsIndicator)
    assert milliseconds.good == ('http_server_duration_milliseconds_bucket{job="old",le=~"300|300\\\\.0"}',)


def test_label_values_survive(proposed: Configuration) -> None:
    wicked = next(slo.indicator for slo in proposed.slos if slo.service == "sh-op-HOME-x")
    assert isinstance(wicked, EventsIndicator)
    values = {matcher.label: matcher.value for matcher in selector_parts(wicked.total[0]).matchers}
    assert values == {"job": WICKED_VALUE}


def test_comments_tell_what_was_seen(printed: str) -> None:
    assert "# Seen: 216," in printed
    assert "99.95 % of them good" in printed
    assert "# (grpc_server_handled_total, from a gRPC server)." in printed


def test_a_file_is_never_overwritten_unless_it_is_asked_for(shop: PrometheusServer, tmp_path: Path) -> None:
    file = tmp_path / "slo.yaml"
    file.write_text("mine", encoding="utf-8")
    code, words = proposing("--prometheus", shop.url, cwd=tmp_path)
    assert code == 1
    assert "slo.yaml is there already" in words
    assert file.read_text(encoding="utf-8") == "mine"
    code, words = proposing("--prometheus", shop.url, "--force", "--window", "7d", cwd=tmp_path)
    assert code == 0, words
    assert "defaults: {window: 7d}" in file.read_text(encoding="utf-8")
    assert words.startswith("Proposed: 9 SLOs of 5 services in slo.yaml.")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    with PrometheusServer(tmp_path_factory.mktemp("empty")) as server:
        yield server


def test_where_there_is_nothing_it_says_so(empty: PrometheusServer, tmp_path: Path) -> None:
    code, words = proposing("--prometheus", empty.url, cwd=tmp_path)
    assert code == 1
    assert "can carry an SLO yet" in words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--prometheus", "127.0.0.1:9090"), 2, "is no address"),
        (("--prometheus", "http://me:secret@127.0.0.1:9090"), 2, "holds credentials"),
        (("--window", "90m"), 2, "whole number of hours"),
        (("--prometheus", "http://127.0.0.1:1"), 3, "did not answer"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    found, said = proposing(*arguments, cwd=tmp_path)
    assert found == code
    assert words in said
    assert "secret" not in said
    assert list(tmp_path.iterdir()) == []
