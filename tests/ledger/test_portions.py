"""Many SLOs of many steps are counted in portions that fit into memory, and each SLO in just one of them."""

import pytest

from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CounterPlan, CountingPlan, GaugePlan
from sloguard.ledger.portions import Portions, slos_at_once
from sloguard.ports import LedgerKey
from sloguard.promql.bundles import Term
from sloguard.promql.terms import Outcome

HOUR = 3_600


def plan(counters: int, gauges: int) -> CountingPlan:
    terms = tuple(Term(f'requests{{slo="{number}"}}', ()) for number in range(counters))
    return CountingPlan(
        tuple(
            CounterPlan(LedgerKey(f"counter/{n}", ""), Outcome.BAD, (term,), (term,)) for n, term in enumerate(terms)
        ),
        tuple(GaugePlan(LedgerKey(f"gauge/{number}", ""), "up < 1") for number in range(gauges)),
    )


@pytest.mark.parametrize(
    ("steps", "slos"),
    [(1, 500), (24, 500), (72, 500), (73, 250), (360, 62), (1_440, 15), (36_000, 1), (1_000_000, 1)],
)
def test_longer_chunks_have_fewer_slos(steps: int, slos: int) -> None:
    assert slos_at_once(steps) == slos


def test_each_slo_is_in_one_portion() -> None:
    whole = plan(counters=1_100, gauges=40)
    found = [
        key for portion in Portions(whole, whole.keys, 60).of(Chunk(0, 24 * HOUR, HOUR)) for key in portion.plan.keys
    ]
    assert found == list(whole.keys)


def test_gauges_are_looked_at_slice_by_slice_and_take_no_place_from_counters() -> None:
    whole = plan(counters=1_000, gauges=31)
    portions = list(Portions(whole, whole.keys, 60).of(Chunk(0, 24 * HOUR, HOUR)))
    assert [(len(portion.plan.counters), len(portion.plan.gauges)) for portion in portions] == [
        (500, 0),
        (500, 0),
        (0, 15),
        (0, 15),
        (0, 1),
    ]


def test_what_an_asker_has_learnt_serves_all_chunks_of_as_many_steps() -> None:
    whole = plan(counters=600, gauges=0)
    portions = Portions(whole, whole.keys, 60)
    first, second = (list(portions.of(Chunk(start, start + 6 * HOUR, 300))) for start in (0, 6 * HOUR))
    assert [portion.terms for portion in first] == [portion.terms for portion in second]


def test_only_the_keys_that_were_asked_for() -> None:
    whole = plan(counters=5, gauges=2)
    wanted = (whole.keys[1], whole.keys[6])
    portions = Portions(whole, wanted, 60).of(Chunk(0, HOUR, 60))
    assert [portion.plan.keys for portion in portions] == [(whole.keys[1],), (whole.keys[6],)]
