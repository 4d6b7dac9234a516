"""The generated past: repeatable, true, and a past that a real Prometheus answers from."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from sloguard.demo.faults import Fault
from sloguard.demo.history import Counters, Incident, Past, Truth, chunks, write_past
from sloguard.demo.prometheus import PrometheusServer
from sloguard.demo.services import Services
from sloguard.demo.traffic import BACKUP
from tests.demo.reference import selectors

END = 1_795_356_037
INCIDENTS = (Incident(Fault.DATABASE_DOWN, days_ago=1, hour=20, minutes=30),)


def text(past: Past) -> list[str]:
    return [line for lines, _ in chunks(past, Counters(past)) for line in lines]


def test_the_same_past_is_written_twice_the_same_and_another_seed_otherwise() -> None:
    past = Past(END, days=0.1)
    assert text(past) == text(past)
    assert text(past) != text(Past(END, days=0.1, seed=2))


def test_it_ends_when_it_should_and_begins_with_zeros() -> None:
    past = Past(END, days=0.5)
    lines = [line for line in text(past) if line.startswith("http_requests_total")]
    times = sorted({int(line.split()[-1]) for line in lines})
    assert times[-1] == END
    assert {later - earlier for earlier, later in pairwise(times)} == {60}
    assert {line.split()[-2] for line in lines if line.endswith(f" {times[0]}\n")} == {"0"}


def test_every_chunk_is_a_document_of_one_utc_day() -> None:
    past = Past(END, days=2)
    for lines, samples in chunks(past, Counters(past)):
        assert lines[-1] == "# EOF\n"
        assert len(lines) == samples + 1
        assert len({int(line.split()[-1]) // 86_400 for line in lines[:-1]}) == 1


def test_the_truth_is_the_last_sample_of_every_series() -> None:
    past = Past(END, days=0.5, incidents=INCIDENTS)
    counters = Counters(past)
    lines = [line for chunk, _ in chunks(past, counters) for line in chunk]
    truth = counters.truth(len(lines))
    last = {line.rpartition("} ")[0]: line.split()[-2] for line in lines[:-1] if line.endswith(f" {END}\n")}
    bad = sum(
        int(value) for series, value in last.items() if series.startswith("http_requests_total") and 'code="5' in series
    )
    assert truth.count("http_requests_total", code=("500", "503")) == bad > 0
    durations = truth.count("http_request_duration_seconds_bucket", le="+Inf")
    assert durations == truth.count("http_request_duration_seconds_count") == truth.count("http_requests_total")


def test_past_and_present_have_the_same_series() -> None:
    past = Past(END, days=0.01, target=())
    before = {line.rpartition("} ")[0] for line in text(past)[:-1]}
    exposition = generate_latest(Services(END).registry).decode()
    now = {
        sample.name + "{" + ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    assert before == now


@dataclass(frozen=True)
class Told:
    url: str
    truth: Truth
    end: int

    def value(self, promql: str) -> float:
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": promql, "time": self.end}, trust_env=False)
        (sample,) = answer.raise_for_status().json()["data"]["result"]
        return float(sample["value"][1])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    directory = tmp_path_factory.mktemp("past")
    end = int(time.time())
    truth = write_past(Past(end, days=2, incidents=INCIDENTS), directory / "data", directory / "scratch")
    assert list((directory / "scratch").iterdir()) == []
    with PrometheusServer(directory) as server:
        yield Told(server.url, truth, end)


def test_prometheus_answers_every_selector_of_slo_yaml(told: Told) -> None:
    for selector in selectors():
        assert told.value(f"count({selector})") > 0, selector


def test_prometheus_has_counted_what_really_happened(told: Told) -> None:
    asked = {
        'sum(http_requests_total{service="onboarding"})': told.truth.count("http_requests_total"),
        'sum(http_requests_total{code=~"5.."})': told.truth.count("http_requests_total", code=("500", "503")),
        'sum(resume_operations_total{operation="parsing",outcome="success"})': told.truth.count(
            "resume_operations_total", operation="parsing", outcome="success"
        ),
        'sum(http_request_duration_seconds_bucket{le="0.3"})': told.truth.count(
            "http_request_duration_seconds_bucket", le="0.3"
        ),
    }
    assert {query: told.value(query) for query in asked} == asked
    names = {name for name, _ in told.truth.events} | {BACKUP}
    assert sum(told.value(f"sum(count_over_time({name}[3d]))") for name in names) == told.truth.samples


def test_a_failed_import_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a directory should be")
    with pytest.raises(Exception, match="promtool"):
        write_past(Past(END, days=0.01), tmp_path / "data", tmp_path / "scratch")
