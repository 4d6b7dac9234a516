"""The workload as Prometheus and its user meet it: over HTTP, and as a process."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from sloguard.demo.faults import Fault
from sloguard.demo.workload import Workload
from tests.demo.reference import selectors

MODULE = [sys.executable, "-m", "sloguard.demo.workload"]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with Workload() as workload, httpx.Client(base_url=workload.url, trust_env=False) as client:
        yield client


def scrape(client: httpx.Client) -> list[Sample]:
    text = client.get("/metrics").raise_for_status().text
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def matches(sample: Sample, selector: str) -> bool:
    name, _, matchers = selector.partition("{")
    conditions = re.findall(r'(\w+)(=~?)"([^"]*)"', matchers)
    return sample.name == name and all(
        re.fullmatch(value, sample.labels.get(label, "")) if operator == "=~" else sample.labels.get(label) == value
        for label, operator, value in conditions
    )


def test_it_has_every_series_that_slo_yaml_asks_for(client: httpx.Client) -> None:
    samples = scrape(client)
    wanted = selectors()
    assert len(wanted) == 25
    assert [one for one in wanted if not any(matches(sample, one) for sample in samples)] == []


def test_events_happen_by_themselves(client: httpx.Client) -> None:
    deadline = time.monotonic() + 10
    while not sum(sample.value for sample in scrape(client) if sample.name == "http_requests_total"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_faults_are_switched_on_and_off(client: httpx.Client) -> None:
    def active() -> set[str]:
        return {fault["name"] for fault in client.get("/faults").json()["faults"] if fault["active"]}

    assert active() == set()
    for fault in Fault:
        assert client.post(f"/faults/{fault}", content=b"why not").status_code == 200
        assert client.post(f"/faults/{fault}").status_code == 200
        assert active() == {fault}
        assert client.delete(f"/faults/{fault}").status_code == 200
        assert active() == set()


@pytest.mark.parametrize("path", ["/faults/gremlins", "/faults/", "/fault/bad-release", "/x/faults/bad-release"])
def test_an_unknown_fault_is_refused_with_those_that_exist(client: httpx.Client, path: str) -> None:
    answer = client.post(path)
    assert answer.status_code == 404
    assert "bad-release, database-down" in answer.json()["error"]


def test_other_paths_say_what_there_is(client: httpx.Client) -> None:
    answer = client.get("/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "Here are /metrics and /faults."})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_as_a_process_it_serves_and_ends_when_told(number: signal.Signals) -> None:
    process = subprocess.Popen([*MODULE, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("workload: ").strip()
        samples = httpx.get(url, trust_env=False).raise_for_status().text
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()
    assert 'http_requests_total{code="503",' in samples
    assert "_created" not in samples


@pytest.mark.parametrize(
    ("address", "words"),
    [("0.0.0.0:80", "0.0.0.0 is not a loopback address"), ("localhost", "is no address"), ("127.0.0.1:x", "is no")],
)
def test_it_listens_on_the_loopback_interface_only(address: str, words: str) -> None:
    ended = subprocess.run([*MODULE, "--listen", address], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert words in ended.stderr


def test_many_signals_in_a_row_end_it() -> None:
    """As the end of a parent with several threads sends them: one for each thread."""
    command = [sys.executable, "-m", "sloguard.demo.workload", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as workload:
        assert workload.stdout
        workload.stdout.readline()
        for _ in range(40):
            workload.send_signal(signal.SIGTERM)
        try:
            assert workload.wait(timeout=20) == 0
        finally:
            workload.kill()
