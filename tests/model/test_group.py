"""Label values come from clients: whatever they hold, a group has an id that fits everywhere and reads back."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.model.alert import AlertKey
from sloguard.model.delivery import LONGEST_DEDUP_KEY, dedup_key
from sloguard.model.group import LONGEST_GROUP_LABEL, MOST_GROUP_LABELS, Group, group_of, group_text, parse_group
from sloguard.model.policy import AlertPolicy
from sloguard.model.slo import Comparison, EventsIndicator, LatencyIndicator, Slo, ThresholdIndicator, grouped
from sloguard.model.window import RollingWindow
from sloguard.promql.grouping import of_group

NAME = "n" * 100
LARGEST_INDEXED_BYTES = 2704 - 100
"""PostgreSQL's for an index entry, less what stands beside the id."""

LABELS = st.lists(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,10}", fullmatch=True), min_size=1, max_size=4, unique=True)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def slo(indicator: EventsIndicator | None = None) -> Slo:
    counted = indicator or EventsIndicator(total=("requests_total",), bad=('requests_total{code="500"}',))
    objective, window = Decimal("0.99"), RollingWindow(timedelta(days=30))
    return Slo("shop", "availability", objective, window, counted, AlertPolicy(), group_by=("tenant",))


@given(LABELS, st.lists(VALUES, min_size=4, max_size=4))
def test_a_group_reads_back_from_its_text(names: list[str], values: list[str]) -> None:
    group = group_of(tuple(sorted(names)), dict(zip(names, values, strict=False)))
    text = group_text(group)
    assert parse_group(text) == group
    assert text.isprintable()


@given(st.text(max_size=60))
def test_any_other_text_is_no_group(text: str) -> None:
    found = parse_group(text)
    assert found is None or group_text(found) == text


@pytest.mark.parametrize("text", ["", "{}", "{", '{a="b"', '{a="b",}', "{a=1}", '{a="b"}x', '{a="b",,c="d"}', "{a=}"])
def test_what_looks_like_a_group_but_is_none(text: str) -> None:
    assert parse_group(text) is None


@pytest.mark.parametrize("character", ["x", '"', "\\", "\n", "\u202e", "\U0001f600", "\U000e0001", "é"])
def test_a_value_of_any_length_fits_into_the_index_and_stays_its_own(character: str) -> None:
    names = tuple(f"{number}".rjust(LONGEST_GROUP_LABEL, "l") for number in range(MOST_GROUP_LABELS))
    long, longer = (group_of(names, dict.fromkeys(names, character * length)) for length in (10_000, 10_001))
    assert long != longer
    assert len(f"{NAME}/{NAME}{group_text(long)}".encode()) < LARGEST_INDEXED_BYTES
    assert long[0][1].startswith(character)


def test_a_label_that_is_missing_is_empty() -> None:
    assert group_of(("region", "tenant"), {"tenant": "acme"}) == (("region", ""), ("tenant", "acme"))


@given(VALUES, VALUES)
def test_receivers_tell_groups_apart(one: str, other: str) -> None:
    groups: list[Group] = [group_of(("tenant",), {"tenant": value}) for value in (one, other)]
    keys = [dedup_key(AlertKey(grouped(slo(), group).id)) for group in groups]
    assert all(len(key) <= LONGEST_DEDUP_KEY for key in keys)
    assert (keys[0] == keys[1]) == (one == other)


def test_the_longest_plain_id_is_not_shortened() -> None:
    assert dedup_key(AlertKey(f"{NAME}/{NAME}")) == f"sloguard/{NAME}/{NAME}"


def test_a_groups_slo_is_named_after_it() -> None:
    acme = grouped(slo(), (("tenant", 'a"b'),))
    assert acme.id == 'shop/availability{tenant="a\\"b"}'
    assert acme.title == 'availability{tenant="a\\"b"}'
    assert (acme.declared_id, acme.name) == ("shop/availability", "availability")
    assert slo().is_template
    assert not acme.is_template
    assert json.loads(json.dumps(dict(acme.group))) == {"tenant": 'a"b'}


def test_a_groups_selectors_are_narrowed() -> None:
    group = (("tenant", 'a"b'),)
    events = of_group(slo().indicator, group)
    assert events == EventsIndicator(
        total=('requests_total{tenant="a\\"b"}',), bad=('requests_total{code="500",tenant="a\\"b"}',)
    )
    bare = LatencyIndicator("duration_seconds", "", timedelta(seconds=1))
    latency = of_group(bare, group)
    assert isinstance(latency, LatencyIndicator)
    assert latency.matchers == 'tenant="a\\"b"'
    assert of_group(slo().indicator, ()) is not None


def test_what_is_no_counter_has_no_groups() -> None:
    gauge = ThresholdIndicator("x", Comparison.BELOW, Decimal(1))
    assert of_group(gauge, ()) is gauge
    with pytest.raises(ValueError, match="ThresholdIndicator has no groups"):
        of_group(gauge, (("tenant", "acme"),))
