"""Every code has an example that shows it, and the pages that are generated from the codes are current."""

from pathlib import Path

import pytest

from sloguard.config import codes, load, load_text
from sloguard.config.codes.code import Code, Kind, Scope, example_file
from sloguard.config.documents import documents
from sloguard.config.problem import Level
from sloguard.config.source import MAX_BYTES
from tests.config.texts import ROOT, around, loaded

WITHOUT_EXAMPLE = {"SG001", "SG002", "SG082", "SG099"}
OF_INCIDENTS = {"SG086", "SG087"}
"""Of another kind of file."""
OFFLINE = [code for code in codes.ALL if code.kind is Kind.OFFLINE]
BY_EXAMPLE = [code for code in OFFLINE if code.id not in WITHOUT_EXAMPLE | OF_INCIDENTS]


def test_numbers_are_unique_and_tell_the_level() -> None:
    assert len(codes.BY_ID) == len(codes.ALL)
    hundreds = {Level.ERROR: "0", Level.WARNING: "1", Level.NOTE: "2"}
    assert not [code.id for code in OFFLINE if code.id[2] != hundreds[code.level]]
    assert {code.id[2] for code in codes.ALL if code.kind is Kind.LIVE} == {"3"}


@pytest.mark.parametrize("code", BY_EXAMPLE, ids=lambda code: code.id)
def test_the_example_has_this_problem_and_no_error_beside_it(code: Code) -> None:
    result = loaded(example_file(code))
    found = {problem.code: problem.level for problem in result.problems}
    errors = {number for number, level in found.items() if level is Level.ERROR}
    assert found.get(code.id) is code.level
    assert errors <= {code.id}
    assert (result.configuration is None) == (code.level is Level.ERROR)


def test_codes_that_no_text_can_show(tmp_path: Path) -> None:
    (missing,) = load(tmp_path / "slo.yaml", {}).problems
    (large,) = load_text(b"#" * (MAX_BYTES + 1), "slo.yaml", {}, tmp_path).problems
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(around("routes: {}\n", Scope.TOP).replace("shop", name), encoding="utf-8")
    (twice,) = load(tmp_path, {}).problems
    *listed, many = loaded(around(f"breakdown_by: [{'a b, ' * 1500}]\n", Scope.SLO)).problems
    assert {problem.code for problem in listed} == {"SG028"}
    assert len(listed) == 1000
    assert {missing.code, large.code, twice.code, many.code} == WITHOUT_EXAMPLE
    assert {code.id for code in codes.ALL if not code.example} == WITHOUT_EXAMPLE | OF_INCIDENTS


@pytest.mark.parametrize(("name", "content"), documents().items())
def test_generated_documents_are_current(name: str, content: str) -> None:
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == content, "run: python -m sloguard.config.documents docs"
