"""Two replicas: one is asked while it answers, what belongs together goes to one, and nothing is counted twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.daemon.replicas import replicas_words
from sloguard.errors import PrometheusUnavailableError, QueryRejectedError, UnwatchedError
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.ports import MetricsSource, Proof, ReplicaState
from sloguard.prometheus import PrometheusReplicas
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.store import open_store
from tests.ledger.conftest import slo_of

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PROOF = Proof("watched", AT)


class Replica:
    """A Prometheus that answers each query with one sample, its own number, or not at all."""

    def __init__(self, number: int) -> None:
        self.server = HTTPServer()
        self.server.expect_request("/api/v1/query").respond_with_handler(self._answer)
        self.server.expect_request("/api/v1/query_range").respond_with_handler(self._answer)
        self.server.start()
        self.url = self.server.url_for("").rstrip("/")
        self.number = number
        self.down = False
        self.fails_at: str | None = None
        self.watched = True
        self.asked: list[str] = []

    def _answer(self, request: Request) -> Response:
        query = request.values["query"]
        if self.down:
            return Response("", status=503)
        self.asked.append(query)
        if query == self.fails_at:
            return Response("", status=503)
        if query == "refused":
            return Response('{"status":"error","errorType":"bad_data","error":"parse error"}', status=400)
        is_proof = query == PROOF.promql or query.startswith("group(last_over_time(up[")
        found = self.watched if is_proof else not query.startswith("label_replace(")
        rows = f'[{{"metric":{{}},"value":[1,"{self.number}"]}}]' if found else "[]"
        kind = "matrix" if request.path.endswith("_range") else "vector"
        rows = "[]" if kind == "matrix" else rows
        return Response(f'{{"status":"success","data":{{"resultType":"{kind}","result":{rows}}}}}')


@pytest.fixture
def pair() -> Iterator[tuple[Replica, Replica]]:
    both = Replica(1), Replica(2)
    yield both
    for each in both:
        each.server.clear()
        each.server.stop()


@pytest.fixture
def source(pair: tuple[Replica, Replica]) -> Iterator[PrometheusReplicas]:
    first, second = pair
    settings = PrometheusSettings(url=first.url, fallback_urls=(second.url,), timeout=timedelta(seconds=2))
    with PrometheusReplicas(settings, attempts=1) as source:
        yield source


def number(source: MetricsSource, query: str = "x") -> float:
    return source.query(query, AT)[0].value


def test_one_is_asked_while_it_answers_and_stays_in_use(
    pair: tuple[Replica, Replica], source: PrometheusReplicas
) -> None:
    first, second = pair
    assert [number(source), number(source)] == [1, 1]
    first.down = True
    assert [number(source), number(source)] == [2, 2]
    first.down = False
    assert number(source) == 2, "going back would cost another change"
    assert source.in_use == second.url
    second.down = True
    assert number(source) == 1
    assert not [query for query in first.asked if query != "x"]


def test_what_belongs_together_is_asked_of_one(pair: tuple[Replica, Replica], source: PrometheusReplicas) -> None:
    first, second = pair
    first.fails_at = "exceptions"
    found = source.on_one_replica(lambda replica: [number(replica, query) for query in ("main", "exceptions")])
    assert found == [2, 2]
    assert first.asked == second.asked == ["main", "exceptions"]


def test_a_refused_query_is_no_failure(pair: tuple[Replica, Replica], source: PrometheusReplicas) -> None:
    first, second = pair
    with pytest.raises(QueryRejectedError):
        source.query("refused", AT)
    assert second.asked == []
    assert source.states() == [ReplicaState(first.url, False, None), ReplicaState(second.url, False, None)]


def test_a_replica_that_was_away_does_not_go_on_from_there(
    pair: tuple[Replica, Replica], source: PrometheusReplicas
) -> None:
    first, second = pair
    assert source.on_one_replica(number, PROOF) == 1
    assert first.asked == [PROOF.promql, "x"], "a process that begins does not know who was asked before"
    assert source.on_one_replica(number, PROOF) == 1
    assert first.asked == [PROOF.promql, "x", "x"]
    first.down, second.watched = True, False
    with pytest.raises(UnwatchedError, match="no samples from 03:00:00 UTC"):
        source.on_one_replica(number, PROOF)
    assert source.in_use == first.url
    second.watched = True
    assert source.on_one_replica(number, PROOF) == 2


def test_none_answers(pair: tuple[Replica, Replica], source: PrometheusReplicas) -> None:
    for each in pair:
        each.down = True
    with pytest.raises(PrometheusUnavailableError, match="No replica answers") as raised:
        source.query("x", AT)
    assert all(each.url in str(raised.value) for each in pair)
    assert [bool(state.problem) for state in source.states()] == [True, True]


def test_a_second_round_asks_both_again(pair: tuple[Replica, Replica]) -> None:
    first, second = pair
    first.down, second.fails_at = True, "x"
    settings = PrometheusSettings(url=first.url, fallback_urls=(second.url,))
    with PrometheusReplicas(settings, attempts=2) as source, pytest.raises(PrometheusUnavailableError):
        source.query("x", AT)
    assert second.asked == ["x", "x"]


def test_a_single_server_needs_no_proof(pair: tuple[Replica, Replica]) -> None:
    first, _ = pair
    first.watched = False
    with PrometheusReplicas(PrometheusSettings(url=first.url), attempts=1) as source:
        assert source.on_one_replica(number, PROOF) == 1
    assert first.asked == ["x"]


def test_those_that_are_not_in_use_are_looked_after(pair: tuple[Replica, Replica], source: PrometheusReplicas) -> None:
    first, second = pair
    source.query("x", AT)
    assert replicas_words(source.states()).endswith(f"{second.url} has not been needed.")
    source.look_after(AT)
    assert replicas_words(source.states()).endswith(f"{second.url} could be asked, too.")
    second.down = True
    source.look_after(AT)
    words = replicas_words(source.states())
    assert words.startswith(f"Prometheus at {first.url} answers in full. {second.url} could not be used: ")
    assert "503" in words


def test_occasional_questions_go_to_the_one_in_use(pair: tuple[Replica, Replica], source: PrometheusReplicas) -> None:
    first, second = pair
    settings = PrometheusSettings(url=first.url, fallback_urls=(second.url,))
    adhoc = AdhocQueries(settings, lambda: source.in_use)
    assert adhoc.query("x", AT)[0].value == 1
    first.down = True
    source.query("x", AT)
    assert adhoc.query("x", AT)[0].value == 2


def test_a_slice_at_whose_beginning_nobody_watched_is_left_out(
    pair: tuple[Replica, Replica], source: PrometheusReplicas, tmp_path: Path
) -> None:
    first, second = pair
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    ledger = LiveLedger(source, store.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=15), plan)
    ledger.committed(ledger.settle(AT))
    ledger.committed(ledger.settle(AT + timedelta(minutes=1)))
    first.down, second.watched = True, False
    settled = ledger.settle(AT + timedelta(minutes=2))
    assert (settled.ranges, settled.until) == ((), AT + timedelta(minutes=2))
    assert not settled.seen, "what comes next must not be spread over it"
    store.close()


def test_replay_prefers_who_saw_the_beginning_and_takes_whom_there_is(
    pair: tuple[Replica, Replica], source: PrometheusReplicas, tmp_path: Path
) -> None:
    first, second = pair
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    first.watched = False
    Replay(source, store.ledger, timedelta(minutes=1)).run(plan, AT - timedelta(hours=2), AT)
    assert source.in_use == first.url, "downwards there is nothing to go on from"
    Replay(source, store.ledger, timedelta(minutes=1)).run(plan, AT, AT + timedelta(hours=2))
    first.down, second.watched = True, False
    outcome = Replay(source, store.ledger, timedelta(minutes=1)).run(plan, AT, AT + timedelta(hours=3))
    assert outcome.complete
    assert source.in_use == second.url
    store.close()
