"""What VictoriaMetrics answers in its own way."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sloguard.errors import QueryRejectedError
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.prometheus.discovery import Discovery
from tests.support.victoria import VictoriaServer

PER_SECOND = 7


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PrometheusSettings, int]]:
    """A server with a counter that has a sample each second, up to the present; and when it began."""
    start = int(time.time()) - 600
    with VictoriaServer(tmp_path_factory.mktemp("victoria")) as server:
        server.take_in(f"requests_total {PER_SECOND * second} {start + second}" for second in range(1_200))
        yield PrometheusSettings(url=server.url), start


@pytest.mark.parametrize("seconds_ago", [0, 1, 15, 29, 31])
def test_the_last_seconds_are_answered_as_they_were(counter: tuple[PrometheusSettings, int], seconds_ago: int) -> None:
    """Without being asked so, it answers for thirty seconds ago, and counts of neighbouring slices overlap."""
    settings, start = counter
    at = int(time.time()) - seconds_ago
    query = "last_over_time(requests_total[5m])"
    with PrometheusClient(settings, attempts=1) as client:
        (sample,) = client.query(query, datetime.fromtimestamp(at, UTC))
    (told,) = AdhocQueries(settings).query(query, datetime.fromtimestamp(at, UTC))
    assert sample.value == told.value == PER_SECOND * (at - start)


def test_ranges_that_reach_the_present_are_exact_in_steps_of_a_minute(counter: tuple[PrometheusSettings, int]) -> None:
    settings, start = counter
    end = int(time.time())
    with PrometheusClient(settings, attempts=1) as client:
        (series,) = client.query_range(
            "last_over_time(requests_total[5m])",
            datetime.fromtimestamp(end - 300, UTC),
            datetime.fromtimestamp(end, UTC),
            timedelta(minutes=1),
        )
    assert [(at, value) for at, value in series.points] == [
        (end - back, PER_SECOND * (end - back - start)) for back in range(300, -1, -60)
    ]


def test_what_is_asked_besides(counter: tuple[PrometheusSettings, int]) -> None:
    settings, _ = counter
    now = datetime.now(UTC)
    with PrometheusClient(settings, attempts=1) as client, Discovery(settings) as discovery:
        client.ping()
        assert abs(discovery.server_time() - now) < timedelta(seconds=60)
        assert "requests_total" in discovery.metric_names(now - timedelta(hours=1), now)
        assert discovery.metric_types() == {}
        assert discovery.retention() is None
        assert discovery.rule_groups() == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("histogram_fraction(0, 1, requests_total)", 'unknown func "histogram_fraction"'),
        ("sum(" + " or ".join(["requests_total"] * 2_000) + ")", "too long query"),
        ("sum(", "unexpected"),
    ],
)
def test_what_it_refuses_is_refused_with_its_reason(
    counter: tuple[PrometheusSettings, int], query: str, words: str
) -> None:
    settings, _ = counter
    with PrometheusClient(settings, attempts=3) as client, pytest.raises(QueryRejectedError, match=words):
        client.query(query, datetime.now(UTC))
