"""`explain`, `schema` and .env.example: what helps to write the file."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sloguard.cli.explain import explain
from sloguard.cli.schema import schema
from sloguard.config import codes, load
from sloguard.errors import OutputError, UsageError
from tests.config.texts import REFERENCE, ROOT, configuration_of

app = typer.Typer()
app.command()(explain)
app.command()(schema)
runner = CliRunner()


@pytest.mark.parametrize("code", codes.ALL, ids=lambda code: code.id)
def test_every_code_has_a_page(code: codes.Code) -> None:
    result = runner.invoke(app, ["explain", code.id])
    assert result.exit_code == 0
    page = " ".join(result.stdout.split())
    for part in (code.id, code.level.value, code.title, code.explanation, code.mend):
        assert " ".join(part.split()) in page
    assert len(result.stdout.splitlines()) <= 60


@pytest.mark.parametrize("text", ["SG012", "sg012", " 012", "12"])
def test_a_code_may_be_written_shortly(text: str) -> None:
    assert runner.invoke(app, ["explain", text]).stdout.startswith("SG012 (error): ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SG0122", "there is no code SG0122. Did you mean "),
        ("nothing", "there is no code nothing. They go from SG001 to SG"),
        ("\x1b[2J", "there is no code \\x1b[2J. "),
        ("", "there is no code . They"),
        ("٣", "there is no code \\u0663. "),
    ],
)
def test_an_unknown_code_is_wrong_usage(text: str, complaint: str) -> None:
    error = runner.invoke(app, ["explain", text]).exception
    assert isinstance(error, UsageError)
    assert error.exit_code == 2
    assert str(error).startswith(complaint)


def test_a_page_as_json() -> None:
    document = json.loads(runner.invoke(app, ["explain", "SG012", "--format", "json"]).stdout)
    assert document["schema"] == "sloguard/explain/v1"
    assert (document["code"], document["level"], document["example"]) == ("SG012", "error", "objective: 100\n")
    assert json.loads(runner.invoke(app, ["explain", "SG001", "--format", "json"]).stdout)["example"] is None


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    committed = (ROOT / "docs" / "slo.schema.json").read_text(encoding="utf-8")
    assert runner.invoke(app, ["schema"]).stdout == committed
    out = tmp_path / "schema.json"
    result = runner.invoke(app, ["schema", "--out", str(out)])
    assert (result.stdout, out.read_text(encoding="utf-8")) == ("", committed)
    assert isinstance(runner.invoke(app, ["schema", "--out", str(tmp_path)]).exception, OutputError)


def test_the_schema_is_named_in_the_files_head() -> None:
    first = REFERENCE.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./docs/slo.schema.json"


def test_every_variable_of_the_reference_file_stands_in_the_example_with_words_about_it() -> None:
    needed = set(re.findall(r"\$\{([A-Za-z0-9_]+)", REFERENCE.read_text(encoding="utf-8")))
    blocks = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    described = {match[1]: match[2] for each in blocks if (match := re.fullmatch(r"(?s)#.*\n(\w+)=(.*?)\n?", each))}
    assert described.keys() == needed
    configuration = configuration_of(load(REFERENCE, described))
    assert configuration == configuration_of(load(REFERENCE, {}))
