"""`validate --live` against a real Prometheus: each code's example, and files that are in order."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sloguard.app.live import check_live
from sloguard.clock import utc_now
from sloguard.config import Problem, codes
from sloguard.config.codes.code import Code, Kind, Scope, example_file
from sloguard.config.problem import Level
from sloguard.demo.prometheus import PrometheusServer
from tests.config.texts import around, loaded

LIVE = [code for code in codes.ALL if code.kind is Kind.LIVE]


def problems(text: str, server: PrometheusServer) -> list[Problem]:
    result = loaded(text)
    assert result.configuration is not None, result.problems
    return list(check_live(result, server.url, utc_now()))


def slo_problems(fragment: str, server: PrometheusServer) -> list[str]:
    return [str(problem) for problem in problems(around(fragment, Scope.SLO), server)]


@pytest.mark.parametrize("code", LIVE, ids=lambda code: code.id)
def test_the_example_has_this_problem_and_no_error_beside_it(code: Code, shop: PrometheusServer) -> None:
    found = {problem.code: problem.level for problem in problems(example_file(code), shop)}
    assert found.get(code.id) is code.level
    errors = {number for number, level in found.items() if level is Level.ERROR}
    # A histogram in milliseconds lacks the bucket in seconds, too.
    assert errors <= {code.id, *({"SG304"} if code.id == "SG305" else set())}


IN_ORDER = [
    """indicator:
  events: {bad: 'http_requests_total{job="shop",code=~"5.."}', total: 'http_requests_total{job="shop"}'}
breakdown_by: [route, code]
""",
    "indicator: {latency: {histogram: http_request_duration_seconds, filter: '{job=\"shop\"}', below: 300ms}}\n",
    "indicator: {latency: {histogram: http_request_duration_seconds, below: 1s}}\n",
    "indicator: {threshold: {query: queue_length, below: 100}}\n",
    # `increase` is refused where two metrics have the same labels; counting is not.
    """indicator: {events: {bad: 'twin_a_total', total: '{__name__=~"twin_._total"}'}}\n""",
    "indicator: {latency: {histogram: http_request_duration_seconds, below: 500ms, interpolate: [300ms, 1s]}}\n",
    """indicator:
  ratio:
    error: 'sum(rate(http_requests_total{job="shop",code="500"}[$window]))
      / sum(rate(http_requests_total{job="shop"}[$window]))'
""",
    """group_by: [job]
indicator: {events: {bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}}
""",
    """indicator: {latency: {histogram: http_request_duration_seconds, filter: '{job="shop"}', below: 500ms,
  interpolate: [300ms, 1s]}}
""",
    """indicator: {ratio: {error: 'sum(rate(http_requests_total{code=~"5.."}[$window]))
  / sum(rate(http_requests_total[$window]))'}}
""",
    """indicator:
  events: {good: 'rpc_duration_milliseconds_bucket{le="300"}', total: rpc_duration_milliseconds_count}
""",
]


@pytest.mark.parametrize("fragment", IN_ORDER)
def test_what_is_in_order_has_no_problem(fragment: str, shop: PrometheusServer) -> None:
    assert slo_problems(fragment, shop) == []


WORDS = [
    (
        "indicator: {latency: {histogram: http_request_duration_seconds, below: 500ms, interpolate: [400ms, 1s]}}\n",
        "SG304 the histogram has no bucket with the bound 0.4. Use interpolate: [300ms, 1s].",
    ),
    (
        "indicator: {ratio: {error: 'sum(rate(a_total[$window])) / sum(rate(b_total[$window]))'}}\n",
        "the query has no value now (got sum(rate(a_total[$window]))",
    ),
    ("indicator: {latency: {histogram: no_such_seconds, below: 1s, native: true}}\n", "the query has no value now"),
    ("indicator: {freshness: {timestamp: no_such_seconds, below: 1h}}\n", "has no value now (got no_such_seconds)"),
    (
        "indicator: {events: {bad: 'http_requests_total{code=\"500\"}', total: http_request_total}}\n",
        "(got http_request_total): there is no such metric. Did you mean http_requests_total?",
    ),
    (
        "indicator: {latency: {histogram: http_request_durations_seconds, below: 300ms}}\n",
        "there is no such metric. Did you mean http_request_duration_seconds",
    ),
    (
        """indicator: {events: {bad: 'rare_jobs_total', total: 'http_requests_total{job="shopp"}'}}\n""",
        "the label job has no such value. Did you mean shop",
    ),
    (
        """indicator: {events: {bad: 'rare_jobs_total{outcome="x"}', total: rare_jobs_total}}\n""",
        "the label outcome has no such value. There are: error, success.",
    ),
    (
        """indicator: {events: {bad: 'rare_jobs_total{result="x"}', total: rare_jobs_total}}\n""",
        "the metric has no label result. Correct the label's name",
    ),
    (
        """indicator: {events: {bad: 'http_requests_total{job="shop",code="503"}', total: http_requests_total}}\n""",
        "each matcher alone fits some series, together they fit none",
    ),
    (
        "indicator: {latency: {histogram: http_request_duration_seconds, below: 400ms}}\n",
        "SG304 the histogram has no bucket with the bound 0.4 (got 400ms). Use below: 300ms or 1s, or add the bucket.",
    ),
    (
        "indicator: {latency: {histogram: http_request_duration_seconds, below: 300s}}\n",
        "(got 300s): the bounds are in seconds. If 300 ms were meant, write below: 300ms.",
    ),
    (
        "indicator: {latency: {histogram: rpc_duration_milliseconds, below: 300ms}}\n",
        """Use events: {good: 'NAME_bucket{le="300"}', total: NAME_count}.""",
    ),
    (
        "indicator: {ratio: {error: 'rate(nothing_total[$window]) / rate(http_requests_total[$window])'}}\n",
        "SG301 the query has no value now",
    ),
    (
        """group_by: [tenant]
indicator: {events: {bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}}
""",
        "SG307 no series of the total has the label tenant (got tenant).",
    ),
    (
        "indicator: {threshold: {query: logins_total, below: 100}}\n",
        "SG306 the metric is a counter, and a gauge is needed (got logins_total).",
    ),
    (
        "indicator: {events: {bad: 'rare_jobs_total{outcome=\"error\"}', total: rare_jobs_total}}\n",
        "needs 3 bad ones to be more than chance",
    ),
    (
        "window: 60d\nindicator: {events: {bad: 'http_requests_total{code=\"500\"}', total: http_requests_total}}\n",
        "SG309 the window of 60d is longer than Prometheus remembers (got 60d): it keeps samples for 30d.",
    ),
]


@pytest.mark.parametrize(("fragment", "words"), WORDS)
def test_the_words_help(fragment: str, words: str, shop: PrometheusServer) -> None:
    assert words in "\n".join(slo_problems(fragment, shop))


def test_places_are_those_of_the_parts(shop: PrometheusServer) -> None:
    text = around(
        """breakdown_by: [route, rout]
indicator:
  events:
    bad:
      - 'http_requests_total{code="500"}'
      - 'http_requests_totals{code="500"}'
    total: http_requests_total
""",
        Scope.SLO,
    )
    lines = text.splitlines()
    for problem in problems(text, shop):
        assert lines[problem.line - 1][problem.column - 1 :].startswith(("rout]", "'http_requests_totals"))


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("sloguard"))
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, cwd=cwd)


def test_the_command_tells_what_is_wrong_and_exits_1(shop: PrometheusServer, tmp_path: Path) -> None:
    file = tmp_path / "slo.yaml"
    file.write_text(example_file(codes.BY_ID["SG301"]), encoding="utf-8")
    assert command("validate", cwd=tmp_path).returncode == 0
    done = command("validate", "--live", "--prometheus", shop.url, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("slo.yaml:")
    assert ": SG301 " in done.stderr
    assert done.stdout == ""
    done = command("validate", "--live", "--prometheus", shop.url, "--format", "json", cwd=tmp_path)
    (document,) = json.loads(done.stdout)["files"]
    assert not document["valid"]
    assert "SG301" in [problem["code"] for problem in document["problems"]]


def test_without_a_prometheus_the_command_exits_3(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    (tmp_path / "slo.yaml").write_text(example_file(codes.BY_ID["SG301"]), encoding="utf-8")
    done = command("validate", "--live", "--prometheus", url, cwd=tmp_path)
    assert done.returncode == 3
    assert "cannot reach Prometheus" in done.stderr
    assert "Traceback" not in done.stderr
    assert command("validate", "--prometheus", url, cwd=tmp_path).returncode == 2
