"""A later version of the language is one function away."""

from dataclasses import replace as changed
from pathlib import Path

import pytest

from sloguard.config import load_text
from sloguard.config.nodes import Mapping
from sloguard.config.versions import LANGUAGES, Languages, Upgrade
from tests.config.texts import codes_of, configuration_of, loaded

BODY = """{key}:
  - name: shop
    runbook_url: https://runbooks.example.com
    slos:
      - {{name: s, objective: {objective}, indicator: {{events: {{bad: errors_total, total: requests_total}}}}}}
"""


def renaming(old: str, new: str) -> Upgrade:
    def upgrade(root: Mapping) -> Mapping:
        return Mapping({new if key == old else key: entry for key, entry in root.entries.items()}, root.place)

    return upgrade


OLDER = Languages(3, {1: renaming("apps", "systems"), 2: renaming("systems", "services")})


@pytest.mark.parametrize(("version", "key"), [(1, "apps"), (2, "systems"), (3, "services")])
def test_an_older_file_is_brought_up_to_date_and_keeps_its_places(version: int, key: str) -> None:
    for objective, expected in (("99", []), ("100", ["slo.yaml:6:30: SG012"])):
        text = f"version: {version}\n" + BODY.format(key=key, objective=objective)
        result = load_text(text.encode(), "slo.yaml", {}, Path(), OLDER)
        assert [str(problem)[:20] for problem in result.problems] == expected
        assert expected or [slo.id for slo in configuration_of(result).slos] == ["shop/s"]


def test_files_of_different_versions_go_together(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(
        "version: 1\n" + BODY.format(key="apps", objective=99).replace("shop", "old"), encoding="utf-8"
    )
    text = "version: 3\ninclude: old.yaml\n" + BODY.format(key="services", objective=99)
    result = load_text(text.encode(), "slo.yaml", {}, tmp_path, OLDER)
    assert [each.name for each in configuration_of(result).services] == ["shop", "old"]


def test_registering_a_language_changes_nothing_for_others() -> None:
    assert changed(LANGUAGES) == Languages(1, {})
    assert codes_of(loaded("version: 3\n" + BODY.format(key="services", objective=99))) == ["SG009"]


@pytest.mark.parametrize(
    ("version", "complaint"),
    [
        ("2", "1:10: SG009 version is not one that this program knows (got 2). Update sloguard, or write the file in"),
        ("0", "1:10: SG009 version is not one that this program knows (got 0). Write version: 1."),
        ("v1", "1:10: SG009 version is not one that this program knows (got v1). Write version: 1."),
        ("1.0", "1:10: SG009 version is not one that this program knows (got 1.0). Write version: 1."),
        ("[1]", "1:10: SG009 version is not one that this program knows (got a list). Write version: 1."),
        ("'1'", "1:10: SG009 version must be a number (got 1). Write version: 1, without quotes."),
        ("", "1:1: SG023 version has no value"),
        (
            "99999999999999999999999",
            "1:10: SG009 version is not one that this program knows (got 9999999999999999999…)",
        ),
    ],
)
def test_versions_that_cannot_be_read(version: str, complaint: str) -> None:
    (problem,) = loaded(f"version: {version}\n" + BODY.format(key="services", objective=99)).problems
    assert str(problem).startswith(f"slo.yaml:{complaint}")
