"""Whatever stands in a label, the proposed file is valid and reads as exactly that."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sloguard.evaluation.tiers import standard_tiers
from sloguard.live.amounts import alertable, events_needed
from sloguard.model.slo import EventsIndicator
from sloguard.promql.selectors import selector_parts
from sloguard.proposal.catalog import CATALOG
from sloguard.proposal.objective import STEPS, proposed_objective
from sloguard.proposal.observed import Observation
from sloguard.proposal.propose import proposals
from sloguard.proposal.text import Surroundings, slo_yaml
from tests.config.texts import configuration_of, loaded

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WINDOW = timedelta(days=30)
WORDS = st.text(alphabet=st.one_of(st.sampled_from("${}'\"\\\n #:&*!-x"), st.characters(codec="utf-8")), max_size=20)
EVENTS = st.floats(min_value=1e-6, max_value=1e9)


@given(st.lists(WORDS.filter(bool), min_size=1, max_size=5, unique=True))
@settings(max_examples=100, deadline=None)
def test_label_values_survive_both_languages(values: list[str]) -> None:
    source = CATALOG[0]
    seen = [Observation(source, "job", value, 1e6, 10.0, "code") for value in values]
    services = proposals(seen, WINDOW)
    text = slo_yaml(services, Surroundings("http://127.0.0.1:9090", WINDOW, 15.0, NOW))
    configuration = configuration_of(loaded(text, {"x": "not this"}))
    read = set()
    for slo in configuration.slos:
        assert isinstance(slo.indicator, EventsIndicator)
        read |= {matcher.value for matcher in selector_parts(slo.indicator.total[0]).matchers}
    assert read == set(values)
    assert len({service.name for service in services}) == len(values)


@given(EVENTS, st.floats(min_value=0, max_value=1), EVENTS)
def test_a_proposed_objective_is_met_and_can_alert(total: float, error_ratio: float, hourly: float) -> None:
    objective = proposed_objective(total * error_ratio, total, hourly, WINDOW)
    assume(objective is not None)
    assert objective is not None
    budget_ratio = 1 - objective / 100
    assert error_ratio < float(budget_ratio)
    assert alertable(standard_tiers(budget_ratio, WINDOW, timedelta(minutes=1)), budget_ratio, hourly)


def test_a_worse_service_gets_no_better_objective() -> None:
    found = [proposed_objective(bad, 1e6, 1e4, WINDOW) for bad in (0, 1e2, 1e3, 1e4, 1e5, 3e5)]
    assert found == [Decimal(each) for each in ("99.99", "99.95", "99.5", "98", "80", "60")]
    assert proposed_objective(6e5, 1e6, 1e4, WINDOW) is None
    assert proposed_objective(0, 0, 1e4, WINDOW) is None
    assert proposed_objective(0, 1e6, 0.0, WINDOW) is None


@given(st.sampled_from(STEPS), st.sampled_from(["1", "3", "6", "14.4"]))
def test_the_arithmetic_of_the_fewest_events(objective: Decimal, factor: str) -> None:
    from sloguard.evaluation.burn import significant
    from sloguard.model.measurement import Counts

    budget_ratio = 1 - objective / 100
    needed = events_needed(Decimal(factor), budget_ratio)
    assert significant(Counts(needed, needed), Decimal(factor), budget_ratio)
    assert not significant(Counts(needed - 1, needed - 1), Decimal(factor), budget_ratio)


def test_names_are_valid_and_unique() -> None:
    seen = [Observation(CATALOG[0], "job", name, 1e6 - index, 0.0, "code") for index, name in enumerate(NAMES)]
    assert [service.name for service in proposals(seen, WINDOW)] == ["a-b", "a-b-2", "a-b-3", "service", "x" * 90]


NAMES = ("a b", "a/b", "a-b", "äöü", "x" * 200)


def test_without_a_label_the_metric_names_the_service() -> None:
    (service,) = proposals([Observation(CATALOG[0], "", "", 1e6, 0.0, "code")], WINDOW)
    assert service.name == "http_requests_total"
    assert dict(service.slos[0].fields) == {
        "bad": 'http_requests_total{code=~"5.."}',
        "total": "http_requests_total",
    }


def test_a_matcher_that_is_always_needed_stands_in_each_selector() -> None:
    mesh = next(source for source in CATALOG if source.counter == "istio_requests_total")
    seen = Observation(mesh, "destination_service_name", "cart", 1e6, 0.0, "response_code")
    fields = dict(proposals([seen], WINDOW)[0].slos[0].fields)
    assert fields["total"] == 'istio_requests_total{reporter="destination",destination_service_name="cart"}'


def test_the_lowest_bound_that_is_kept_is_promised() -> None:
    source = next(source for source in CATALOG if source.histogram == "http_server_request_duration_seconds")
    within = ((0.0005, 960.0), (0.1, 900.0), (0.25, 970.0), (1.0, 999.0), (float("inf"), 1000.0))
    for total, below in ((1000.0, "250ms"), (1030.0, "1s"), (2000.0, None)):
        services = proposals([Observation(source, "job", "cart", total * 1e4, within=scaled(within))], WINDOW)
        found = [dict(slo.fields).get("below") for service in services for slo in service.slos]
        assert found == ([below] if below else [])


def scaled(within: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((bound, events * 1e4) for bound, events in within)
