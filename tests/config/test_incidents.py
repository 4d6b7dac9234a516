"""Files of known incidents: three ways to write them, and every mistake with its place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sloguard.backtest.incidents import KnownIncident
from sloguard.config.incidents import load_incidents
from tests.support.slos import REFERENCE

FROM, TO = datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
YAML = """\
- {from: 2026-11-22T03:00:00Z, to: "2026-11-22T04:40:00+01:00", name: "the, database"}
- {from: 1795316400, to: 1795318800, service: onboarding, slo: availability}
- {from: 2026-11-22T03:00:00Z, to: 2026-11-22T03:40:00Z, slo: onboarding/latency}
"""
JSON = """\
{"incidents": [
  {"from": "2026-11-22T03:00:00Z", "to": "2026-11-22T03:40:00Z", "name": "the, database"},
  {"from": 1795316400, "to": 1795318800, "service": "onboarding", "slo": "onboarding/availability"},
  {"from": "2026-11-22T03:00:00Z", "to": "2026-11-22T03:40:00Z", "slo": "onboarding/latency"}
]}
"""
CSV = """\
from,to,service,slo,name
2026-11-22T03:00:00Z, 2026-11-22T03:40:00Z,,,"the, database"
1795316400,1795318800,onboarding,availability

2026-11-22T03:00:00Z,2026-11-22T03:40:00Z,,onboarding/latency,
"""


@pytest.mark.parametrize(("name", "text"), [("i.yaml", YAML), ("i.json", JSON), ("i.csv", CSV)])
def test_incidents_are_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    loaded = load_incidents(tmp_path / name, REFERENCE.services)
    assert loaded.problems == ()
    assert loaded.incidents == (
        KnownIncident(FROM, TO, name="the, database"),
        KnownIncident(FROM, TO, service="onboarding", slo_id="onboarding/availability"),
        KnownIncident(FROM, TO, slo_id="onboarding/latency"),
    )


@pytest.mark.parametrize("name", ["i.yaml", "i.csv"])
def test_an_empty_file_has_no_incidents(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    assert load_incidents(tmp_path / name, REFERENCE.services).incidents == ()


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("i.yaml", "- {from: 2026-11-22T03:00:00Z}\n", "1:3", "needs the key to"),
        ("i.yaml", "- {from: yesterday, to: 5}\n", "1:10", "is not a time (got yesterday)"),
        ("i.yaml", "- {from: 2026-11-22T03:00:00, to: 1}\n", "1:10", "is not a time"),
        ("i.yaml", "- {from: 5, to: 4}\n", "1:17", "the incident ends before it begins (got 4)"),
        ("i.yaml", "- {from: 5, to: 9, service: shop}\n", "1:29", "there is no such service (got shop)"),
        ("i.yaml", "- {from: 5, to: 9, slo: availability}\n", "1:25", "there is no such SLO (got availability)"),
        ("i.yaml", "- {from: 5, until: 9, to: 9}\n", "1:13", "there is no key until here"),
        ("i.yaml", "- 7\n", "1:3", "must be a mapping"),
        ("i.yaml", "7\n", "1:1", "this is no list of incidents"),
        ("i.yaml", "incident: []\n", "1:1", "there is no key incident here"),
        ("i.yaml", "- {from: 5, to: [\n", "2:1", "not valid YAML"),
        ("i.json", '[{"from": 1,\n "to": "x"}]\n', "2:8", "is not a time (got x)"),
        ("i.csv", "from,to\n1,2\n3,x\n", "3:3", "is not a time (got x)"),
        ("i.csv", 'from,to,name\n1, "2",a\n3,"y y",b\n', "3:4", "is not a time (got y y)"),
        ("i.csv", "from,end\n1,2\n", "2:3", "there is no key end here"),
        ("i.csv", "from,to\n1,2,3\n", "2:5", "there is no key column 3 here"),
        ("missing.yaml", None, "1:1", "there is no such file"),
    ],
)
def test_a_mistake_is_named_with_its_place(name: str, text: str | None, place: str, words: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    problems = [str(each) for each in load_incidents(tmp_path / name, REFERENCE.services).problems]
    assert any(each.startswith(f"{tmp_path / name}:{place}: SG") and words in each for each in problems), problems
