"""SLOs made of others: names, circles, and what cannot stand beside them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.composite import CompositeIndicator, Member, MissingMember
from tests.config.texts import configuration_of, loaded

FILE = """version: 1
defaults: {{runbook_url: "https://r.example.com"{defaults}}}
services:
  - name: shop
    slos:
      - {{name: latency, objective: 99, indicator: {{events: {{bad: e, total: t}}}}{latency}}}
      - {{name: whole, objective: 99, indicator: {{composite: {composite}}}{whole}}}
  - name: search
    slos:
      - {{name: answers, objective: 99, indicator: {{events: {{bad: e, total: t}}}}}}
      - {{name: both, objective: 98, indicator: {{composite: {{members: [{{slo: answers}}, {{slo: shop/whole}}]}}}}}}
"""
MEMBERS = "{members: [{slo: search/answers, weight: 2}, {slo: latency}]}"


def text(composite: str = MEMBERS, whole: str = "", latency: str = "", defaults: str = "") -> str:
    return FILE.format(composite=composite, whole=whole, latency=latency, defaults=defaults)


def complaints(*arguments: str) -> list[str]:
    result = loaded(text(*arguments))
    assert result.configuration is None
    return [f"{problem.line}:{problem.column} {problem.code} {problem.message}" for problem in result.problems]


def test_members_go_by_their_ids() -> None:
    slos = {slo.id: slo for slo in configuration_of(loaded(text())).slos}
    members = (Member("search/answers", Decimal(2)), Member("shop/latency", Decimal(1)))
    assert slos["shop/whole"].indicator == CompositeIndicator(members)
    both = slos["search/both"].indicator
    assert isinstance(both, CompositeIndicator)
    assert [member.slo_id for member in both.members] == ["search/answers", "shop/whole"], "a composite too"


@pytest.mark.parametrize("missing", list(MissingMember))
def test_what_a_missing_member_means_is_declared(missing: MissingMember) -> None:
    slos = configuration_of(loaded(text(f"{{members: [{{slo: latency}}], missing: {missing}}}"))).slos
    assert slos[1].indicator == CompositeIndicator((Member("shop/latency"),), missing)


@pytest.mark.parametrize(
    ("composite", "expected"),
    [
        (
            "{members: [{slo: latencyy}]}",
            "7:78 SG095 there is no such SLO (got latencyy). Did you mean shop/latency?",
        ),
        ("{members: [{slo: a/b/c}]}", "7:78 SG095 there is no such SLO (got a/b/c). Name an SLO as service/slo."),
        (
            "{members: [{slo: latency}, {slo: whole}]}",
            "7:94 SG096 the SLO is a member of itself (got whole): shop/whole → shop/whole. Remove this member, or",
        ),
        (
            "{members: [{slo: latency}, {slo: search/both}]}",
            "7:94 SG096 the SLO is a member of itself (got search/both): shop/whole → search/both → shop/whole.",
        ),
        ("{members: [{slo: latency}, {slo: latency}]}", "7:94 SG097 latency is a member twice. Give it one weight."),
        ("{members: []}", "SG023 indicator.composite.members must not be empty"),
        ("{members: [{slo: latency, weight: 0}]}", "SG033 indicator.composite.members[0].weight must be above zero"),
        ("{members: [{weight: 2}]}", "SG021 indicator.composite.members[0] needs the key slo."),
        ("{members: [{slo: latency}], missing: skip}", "SG024 indicator.composite.missing must be 'no_data', 'ignore'"),
        ("{members: [latency]}", "SG022 indicator.composite.members[0] must be a mapping (got latency)."),
    ],
)
def test_composites_that_cannot_be(composite: str, expected: str) -> None:
    assert expected in complaints(composite)[0]


SLICED = ", budgeting: {method: timeslices, slice: 5m, objective: 95}"


def test_what_a_composite_cannot_have() -> None:
    assert "SG097 a composite counts nothing itself (got timeslices)." in complaints(MEMBERS, SLICED)[0]
    assert "SG097 a composite has no labels." in complaints(MEMBERS, ", breakdown_by: [route]")[0]
    assert "SG090" in complaints(MEMBERS, ", group_by: [route]")[0]


def test_inherited_timeslices_are_the_members_own_affair() -> None:
    slos = configuration_of(loaded(text(MEMBERS, "", "", SLICED))).slos
    assert [slo.timeslices is None for slo in slos] == [False, True, False, True]


def test_a_member_with_a_problem_of_its_own_is_not_called_unknown() -> None:
    found = loaded(text().replace("{name: latency, objective: 99", "{name: latency, objective: 100"))
    assert [problem.code for problem in found.problems] == ["SG012"]


def _kind(members: list[int]) -> str:
    listed = ", ".join(f"{{slo: n{each}}}" for each in members)
    return f"{{composite: {{members: [{listed}]}}}}" if members else "{events: {bad: e, total: t}}"


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
@settings(max_examples=50, deadline=None)
def test_circles_are_found_wherever_they_are(edges: list[tuple[int, int]]) -> None:
    members = {node: sorted({there for here, there in edges if here == node}) for node in range(8)}
    listed = "".join(
        f"      - {{name: n{node}, objective: 99, indicator: {_kind(inner)}}}\n" for node, inner in members.items()
    )
    result = loaded(f"version: 1\nservices:\n  - name: s\n    slos:\n{listed}")
    reachable = {node: set(inner) for node, inner in members.items()}
    for _ in members:
        reachable = {node: inner.union(*(reachable[each] for each in inner)) for node, inner in reachable.items()}
    in_circle = sorted(node for node, inner in reachable.items() if node in inner)
    lines_with = sorted({problem.line - 5 for problem in result.problems if problem.code == "SG096"})
    assert lines_with == in_circle
    assert (result.configuration is None) == bool(in_circle)
