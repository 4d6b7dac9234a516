"""Whatever a file holds, loading it ends soon, in a value, with problems that fit on a line and lie in the file."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sloguard.config import Loaded, codes
from sloguard.config.schema.file import FileEntry, FileShell
from sloguard.config.shape import WORDS
from tests.config.texts import REFERENCE, loaded

TEXT = REFERENCE.read_bytes()
TRAPS = (
    *(b"\x00", b"\xff", b"\t", b"\r", b"\n", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"'", b'"', b"{", b"}", b"[", b"]"),
    *(b": ", b"- ", b"? ", b"&a ", b"*a", b"<<: ", b"!!int ", b"!x ", b"|", b">", b"%", b"@", b"`", b"---\n", b"...\n"),
    *(b"on", b"12:30", b"017", b"1e99", b".inf", b"-1", b"0", b"100", b"99.99999999", b"null", b"true", b"30d", b"0s"),
    *(b"${", b"${A}", b"${A:-", b"$window", b"rate(x[5m])", b"x{", b"((((((((", b"\\ud800", b"\\0", b"version: 2"),
)
LINES = TEXT.splitlines(keepends=True)


def sound(result: Loaded, content: bytes) -> None:
    lines = content.decode("utf-8", errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    last = lines.count("\n") + 1
    has_error = any(problem.level.value == "error" for problem in result.problems)
    assert (result.configuration is None) is has_error
    for problem in result.problems:
        assert problem.code in codes.BY_ID
        assert str(problem).isprintable()
        assert 1 <= problem.line <= last + 1
        assert problem.column >= 1
        assert len(problem.message) < 2000
    places = [(problem.line, problem.column) for problem in result.problems]
    assert places == sorted(places)
    assert repr(result)


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    sound(loaded(content), content)


@given(st.text(alphabet=":-[]{}&*!|>'\"%@`#,? \n\tab<01.$~", max_size=80))
@example("? \n: \n")
@example("<<: *a")
@example("&a *a")
def test_any_yaml_like_text(text: str) -> None:
    content = text.encode()
    sound(loaded(content), content)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(TEXT)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        removed = draw(st.integers(0, 12))
        content[place : place + removed] = draw(st.sampled_from(TRAPS) | st.binary(max_size=3))
    return bytes(content)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_the_reference_file_mutated(content: bytes) -> None:
    sound(loaded(content, {"A": "b"}), content)


@pytest.mark.parametrize("seed", range(4))
def test_the_reference_file_with_lines_moved(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        lines = list(LINES)
        for _ in range(chance.randint(1, 5)):
            source = chance.randrange(len(lines))
            moved = lines.pop(source) if chance.random() < 0.5 else lines[source]
            lines.insert(chance.randrange(len(lines)), chance.choice([b"", b"", b"  "]) + moved)
        content = b"".join(lines)
        sound(loaded(content), content)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 200)
    | st.sampled_from(
        ["a", "x y", "30d", "standard", "page", "sum(x)", "x", "https://a.example.com", "{a='b'}", "${A}", ""]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "version",
                    "services",
                    "slos",
                    "name",
                    "objective",
                    "indicator",
                    "events",
                    "latency",
                    "threshold",
                    "total",
                    "bad",
                    "good",
                    "query",
                    "below",
                    "alerting",
                    "tiers",
                    "severity",
                    "long",
                    "short",
                    "factor",
                    "routes",
                    "page",
                    "notify",
                    "slack",
                    "pagerduty",
                    "token",
                    "channel",
                    "routing_key",
                    "prometheus",
                    "url",
                    "headers",
                    "tls",
                    "basic_auth",
                    "evaluation",
                    "slice",
                    "defaults",
                    "window",
                    "histogram",
                    "filter",
                    "breakdown_by",
                    "weight",
                    "zzz",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(each) for each in value) + "]"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case None:
            return "null"
        case _:
            return str(value).lower()


@settings(max_examples=150)
@given(st.sampled_from(["prometheus", "notify", "routes", "defaults", "evaluation", "services"]), VALUES)
def test_any_value_under_any_key(key: str, value: object) -> None:
    content = f"version: 1\n{key}: {flow(value)}\n".encode()
    sound(loaded(content, {"A": "b"}), content)


@settings(max_examples=150)
@given(st.sampled_from(["objective", "window", "indicator", "alerting", "breakdown_by", "weight", "name"]), VALUES)
def test_any_value_in_an_slo(key: str, value: object) -> None:
    slo = {"name": "'a'", "objective": "99", "indicator": "{events: {bad: x, total: y}}", key: flow(value)}
    fields = ", ".join(f"{name}: {text}" for name, text in slo.items())
    content = f"version: 1\nservices: [{{name: a, slos: [{{{fields}}}]}}]\n".encode()
    sound(loaded(content, {"A": "b"}), content)


def kinds(schema: object) -> Iterator[str]:
    """The kinds of schemas that check values, within pydantic's core schema of a model."""
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema["type"]
        for key, inner in schema.items():
            if key not in {"serialization", "json_schema_input_schema", "metadata"}:
                yield from kinds(inner)
    elif isinstance(schema, list | tuple):
        for inner in schema:
            yield from kinds(inner)


def test_every_error_of_pydantic_that_can_occur_has_words() -> None:
    """The fuzzing above would meet a KeyError for one that is missing."""
    errors = {"str": {"string_type"}, "list": {"list_type", "too_short"}, "dict": {"dict_type"}}
    errors |= {"model": {"model_type"}, "literal": {"literal_error"}}
    silent = {"model-fields", "model-field", "default", "nullable", "definitions", "definition-ref"}
    silent |= {"function-after", "function-before", "function-plain", "function-wrap", "no-info", "any"}
    found = {*kinds(FileEntry.__pydantic_core_schema__), *kinds(FileShell.__pydantic_core_schema__)}
    assert found - silent == errors.keys()
    assert WORDS.keys() == set().union(*errors.values())


TEMPLATED = b"""version: 1
templates:
  http:
    parameters: [job, {objective: 99.9}]
    runbook_url: https://runbooks.example.com/$(name)
    slos:
      - name: availability
        objective: $(objective)
        indicator: {events: {bad: 'errors_total{job="$(job)"}', total: 'requests_total{job=~"$(job)|$(name)"}'}}
services:
  - {name: a, template: http, with: {job: "a\\"b"}}
  - {name: b, template: http, with: {job: "${A}", objective: 99}, slos: [{name: availability, objective: 98}]}
"""
TEMPLATE_TRAPS = (b"$(", b"$(job)", b"$$(", b"with", b"template", b"name: ", b"&a ", b"*a", b"'", b'"', b"`")
INCLUDE = b"include: [no-such-team/*.yaml]\n"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_with_templates_mutated(data: st.DataObject) -> None:
    content = bytearray(TEMPLATED + INCLUDE * data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 12))] = data.draw(st.sampled_from(TRAPS + TEMPLATE_TRAPS))
    sound(loaded(bytes(content), {"A": "b"}), bytes(content))
