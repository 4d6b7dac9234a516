"""Bytes and YAML: each trap is a problem with its place, never a traceback and never a silent guess."""

import os
import time
from pathlib import Path

import pytest

from sloguard.config import load
from sloguard.config.codes.code import Scope
from sloguard.config.compose import MAX_DEPTH
from tests.config.texts import REFERENCE, around, codes_of, configuration_of, loaded, only_slo, with_slo

GOOD = around("", Scope.SLO)


def complaints(text: str | bytes) -> str:
    result = loaded(text)
    assert result.configuration is None
    return "\n".join(map(str, result.problems))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "slo.yaml:1:1: SG008 the file is empty"),
        (b"\n# nothing\n", "slo.yaml:1:1: SG008 the file is empty"),
        (b"---\n", "slo.yaml:2:1: SG008 the file is empty"),
        (b"text", "slo.yaml:1:1: SG008 the file's top is not a mapping"),
        (b"- a\n", "slo.yaml:1:1: SG008 the file's top is not a mapping"),
        (b"version: 1\n---\nversion: 1\n", "slo.yaml:2:1: SG008 a second YAML document starts here"),
        (b"a: b\nc: \xff\n", "slo.yaml:2:4: SG003 the file is not UTF-8 (got byte 0xff)"),
        ("a: é\nc: ".encode("latin-1"), "slo.yaml:1:4: SG003 the file is not UTF-8"),
        ("version: 1\n".encode("utf-16"), "slo.yaml:1:1: SG003 the file is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "slo.yaml:1:1: SG003"),
        (b"a: b\x00c\n", "slo.yaml:1:5: SG003 an invisible character stands here (got U+0000)"),
        ("a: é\r\nb: c\u2028d\n".encode(), "slo.yaml:2:5: SG003 an invisible character stands here (got U+2028)"),
        (
            b"a: b\n\tc: d\n",
            "slo.yaml:2:1: SG004 this is not valid YAML: found a tab character that violates indentation",
        ),
        (b"a: @b\n", "slo.yaml:1:4: SG004 this is not valid YAML: found character that cannot start any token. Indent"),
        (b"a: b: c\n", "slo.yaml:1:5: SG004 this is not valid YAML: mapping values are not allowed"),
        (b"a: [b\nc: d\n", "slo.yaml:2:2: SG004 this is not valid YAML: did not find expected ',' or ']'"),
        (b"a: 'b\n", "slo.yaml:2:1: SG004 this is not valid YAML: found unexpected end of stream"),
        (b'a: "\\q"\n', "slo.yaml:1:5: SG004 this is not valid YAML: found unknown escape character"),
        (b"%YAML 3.0\n---\na: b\n", "slo.yaml:1:1: SG004"),
        (b"a: &x [*x]\n", "slo.yaml:1:8: SG006 *x stands within what it repeats"),
        (b"a: &x {b: {c: *x}}\n", "slo.yaml:1:15: SG006 *x stands within what it repeats"),
        (b"a: *x\n", "slo.yaml:1:4: SG006 nothing before is marked &x"),
        (b"a: " + b"[" * 60, f"slo.yaml:1:53: SG007 values are nested more than {MAX_DEPTH} levels deep"),
        (b"? [a, b]\n: c\n", "slo.yaml:1:3: SG015 a key is text, not a list or mapping"),
        (b"a: !!python/object:os.system {}\n", "slo.yaml:1:4: SG015 tags have no meaning here"),
        (b"version: 1\n<<: 3\n", "slo.yaml:2:5: SG006 << merges mappings only"),
    ],
)
def test_unreadable_files(text: bytes, complaint: str) -> None:
    assert complaint in complaints(text)


def test_the_message_tells_where_the_trouble_started() -> None:
    assert "while parsing a flow sequence that starts in line 1" in complaints("a: [b\nc: d\n")


def test_duplicates_name_the_first_and_the_rest_is_checked() -> None:
    result = with_slo("objective: 99\nowner: a\nobjective: 95\nweight: 0\n")
    assert codes_of(result) == ["SG005", "SG033"]
    assert "the key objective stands twice (first in line 8)" in result.problems[0].message


@pytest.mark.parametrize("text", ["on", "Yes", "no", "OFF", "12:30", "017", "0x1F", "0b1", "1_000", "1:20.5", "0o17"])
def test_values_that_readers_disagree_about(text: str) -> None:
    result = with_slo(f"owner: {text}\n")
    assert codes_of(result) == ["SG010"]
    assert f"(got {text})" in result.problems[0].message
    assert only_slo(with_slo(f"owner: '{text}'\n")).owner == text


@pytest.mark.parametrize(
    "text", ["y", "N", "2026-01-01", "30d", "1.2.3", "=", "a b", "12:30 lunch", ".nan", "null-team"]
)
def test_plain_text_stays_text(text: str) -> None:
    assert only_slo(with_slo(f"owner: {text}\n")).owner == text


@pytest.mark.parametrize("text", ["7", "1e3", "99.5", "true", "-1", ".5"])
def test_numbers_and_truth_are_no_text(text: str) -> None:
    assert codes_of(with_slo(f"owner: {text}\n")) == ["SG022"]
    assert only_slo(with_slo(f"owner: !!str {text}\n")).owner == text


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_a_key_without_a_value_is_reported_at_the_key(text: str) -> None:
    (problem,) = with_slo(f"objective: {text}\n").problems
    assert problem.code == "SG023"
    assert problem.column == 9


@pytest.mark.parametrize(
    "variant", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.rstrip("\n"), f"---\n{GOOD}...\n"]
)
def test_byte_order_mark_line_ends_and_markers_change_nothing(variant: str) -> None:
    assert configuration_of(loaded(variant)) == configuration_of(loaded(GOOD))


def test_places_are_right_with_crlf_byte_order_mark_and_wide_letters() -> None:
    text = "\ufeff" + around("description: 'é 😀'\nowner: [é]\n", Scope.SLO).replace("\n", "\r\n")
    (problem,) = loaded(text).problems
    line = text.split("\r\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith("[é]")


def test_anchors_and_merges() -> None:
    text = """version: 1
services:
  - &first
    name: a
    runbook_url: https://r.example.com
    slos:
      - &slo {name: s, objective: 99, indicator: {events: {bad: errors_total, total: requests_total}}}
      - {<<: *slo, name: t, objective: 99.5}
      - {<<: [{name: u}, *slo]}
  - {<<: *first, name: b}
"""
    slos = configuration_of(loaded(text)).slos
    assert [(slo.id, str(slo.objective_ratio)) for slo in slos][:4] == [
        ("a/s", "0.99"),
        ("a/t", "0.995"),
        ("a/u", "0.99"),
        ("b/s", "0.99"),
    ]


def test_alias_bomb_ends_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    started = time.perf_counter()
    assert "SG002 there are more than 500,000 values" in complaints("\n".join(lines))
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_ends_quickly(opening: str) -> None:
    started = time.perf_counter()
    assert "SG007" in complaints("a:\n  " + opening * 100_000) or opening == "? "
    assert time.perf_counter() - started < 2.0


def test_ten_megabytes_are_read_in_bounded_time() -> None:
    started = time.perf_counter()
    result = loaded(b"# a comment line that says nothing at all\n" * 230_000)
    assert codes_of(result) == ["SG008"]
    assert time.perf_counter() - started < 10.0


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    def problem(path: Path) -> str:
        (only,) = load(path, {}).problems
        return str(only)

    locked = tmp_path / "locked.yaml"
    locked.write_text("version: 1\n", encoding="utf-8")
    locked.chmod(0)
    assert ":1:1: SG001 there is no such file. Check the path" in problem(tmp_path / "none.yaml")
    assert "SG001 no file matches this pattern" in problem(tmp_path / "*.yml")
    (tmp_path / "empty").mkdir()
    assert "SG001 there is no *.yaml or *.yml in this directory" in problem(tmp_path / "empty")
    assert "SG001 the file cannot be read: Not a directory" in problem(REFERENCE / "x")
    assert "SG001 the file cannot be read" in problem(Path("a\0b"))
    assert os.geteuid() == 0 or "SG001 you may not read this file" in problem(locked)


def test_unprintable_text_is_refused_and_not_printed() -> None:
    result = with_slo('owner: "a\\0b"\ndescription: "a\\nb\\tc"\n')
    assert codes_of(result) == ["SG029"]
    assert all(str(problem).isprintable() for problem in result.problems)
    odd = loaded(around('"ob\\e[2J": 1\n', Scope.SLO))
    assert codes_of(odd) == ["SG020"]
    assert str(odd.problems[0]).isprintable()
