"""`group_by` and its limit."""

import pytest

from sloguard.model.group import DEFAULT_GROUP_LIMIT
from tests.config.texts import codes_of, only_slo, with_slo

EVENTS = "indicator: {events: {bad: errors_total, total: requests_total}}\n"
LATENCY = "indicator: {latency: {histogram: duration_seconds, below: 300ms}}\n"
THRESHOLD = "indicator: {threshold: {query: queue_length, below: 100}}\n"


@pytest.mark.parametrize("indicator", [EVENTS, LATENCY], ids=["events", "latency"])
@pytest.mark.parametrize("written", ["tenant", "[tenant]", "[tenant, tenant]"])
def test_one_label(indicator: str, written: str) -> None:
    slo = only_slo(with_slo(f"{indicator}group_by: {written}\n"))
    assert (slo.group_by, slo.group_limit, slo.is_template) == (("tenant",), DEFAULT_GROUP_LIMIT, True)


def test_labels_have_one_order_so_that_ids_do_not_depend_on_the_files() -> None:
    slo = only_slo(with_slo("group_by: [tenant, region]\ngroup_limit: 1000\nweight: 3\n"))
    assert slo.group_by == ("region", "tenant")
    assert slo.group_limit == 1000
    assert slo.weight == 3


def test_without_groups_nothing_is_grouped() -> None:
    assert not only_slo(with_slo("")).is_template


@pytest.mark.parametrize(
    ("fragment", "code", "words"),
    [
        (THRESHOLD + "group_by: [queue]\n", "SG090", "an indicator that is no counter"),
        ("group_by: [a, b, c, d, e]\n", "SG091", "too many labels (got 5)"),
        ("group_by: [le]\n", "SG091", "makes no groups"),
        ("group_by: [__name__]\n", "SG091", "makes no groups"),
        ("group_by: [sloguard_term]\n", "SG091", "makes no groups"),
        (f"group_by: [{'l' * 101}]\n", "SG091", "too long"),
        ("group_by: ['a b']\n", "SG028", "is not a label name"),
        ("group_by: [tenant]\ngroup_limit: 1001\n", "SG092", "a whole number up to 1,000 (got 1001)"),
        ("group_by: [tenant]\ngroup_limit: 2.5\n", "SG092", "a whole number up to 1,000 (got 2.5)"),
        ("group_by: [tenant]\ngroup_limit: 0\n", "SG033", "above zero"),
        ("group_limit: 5\n", "SG092", "stands without group_by (got 5)"),
    ],
)
def test_what_cannot_be_grouped_is_refused(fragment: str, code: str, words: str) -> None:
    result = with_slo(fragment)
    assert codes_of(result) == [code]
    assert result.configuration is None
    assert words in result.problems[0].message
