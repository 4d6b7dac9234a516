"""The demonstration's copy of slo.yaml differs from it in how often things happen, and in nothing else."""

import pytest
import yaml

from sloguard.demo.quicken import quickened
from tests.demo.reference import SLO_YAML


def test_only_the_intervals_change() -> None:
    text = SLO_YAML.read_text(encoding="utf-8")
    before, after = yaml.safe_load(text), yaml.safe_load(quickened(text))
    assert (after["prometheus"].pop("scrape_interval"), after["evaluation"].pop("interval")) == ("5s", "10s")
    assert (before["prometheus"].pop("scrape_interval"), before["evaluation"].pop("interval")) == ("15s", "30s")
    assert after == before


@pytest.mark.parametrize("text", ["version: 1\n", "version: 1\nprometheus:\nevaluation:\n"])
def test_sections_that_are_left_out_are_added(text: str) -> None:
    assert yaml.safe_load(quickened(text)) == {
        "version": 1,
        "prometheus": {"scrape_interval": "5s"},
        "evaluation": {"interval": "10s"},
    }


@pytest.mark.parametrize("text", ["", "- a list\n", "version: [1\n"])
def test_what_is_no_declaration_comes_back_as_it_is(text: str) -> None:
    assert quickened(text) == text
