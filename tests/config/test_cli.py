"""`validate`, and how the other commands load their file: what is printed where, and the exit codes."""

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sloguard.cli.loading import load_or_exit
from sloguard.cli.validate import validate
from tests.config.texts import REFERENCE

BAD = """version: 1
services:
  - name: shop
    slos:
      - {name: a, objective: 100, indicator: {events: {bad: e, total: t}}, ownr: me}
"""
GOOD = """version: 1
services:
  - name: shop
    slos:
      - {name: a, objective: 90, indicator: {events: {bad: e, total: t}}}
"""
app = typer.Typer()
app.command()(validate)
runner = CliRunner(env={"SLOGUARD_CONFIG": None, "SLACK_BOT_TOKEN": None, "PAGERDUTY_ROUTING_KEY": None})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "slo.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_good_file(files: Path) -> None:
    result = runner.invoke(app, [])
    assert result.exit_code == 0
    assert result.stdout == "slo.yaml: 1 service, 1 SLO, valid\n"
    assert [line.split(" ")[:3] for line in result.stderr.splitlines()] == [
        ["slo.yaml:5:16:", "SG101", "warning:"],
        ["slo.yaml:5:30:", "SG201", "note:"],
    ]
    assert runner.invoke(app, ["--quiet"]).stderr == ""


def test_a_bad_file_prints_every_problem_and_nothing_on_stdout(files: Path) -> None:
    result = runner.invoke(app, ["bad.yaml"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "bad.yaml:5:30: SG012 objective must be below 100 (got 100): it leaves no error budget. Use at most 99.999.",
        "bad.yaml:5:76: SG020 there is no key ownr here. Did you mean owner?",
    ]


def test_several_files_are_all_checked(files: Path) -> None:
    result = runner.invoke(app, ["bad.yaml", "slo.yaml", "none.yaml", "--quiet"])
    assert result.exit_code == 1
    assert result.stdout == "slo.yaml: 1 service, 1 SLO, valid\n"
    assert [line.split(" ")[1] for line in result.stderr.splitlines()] == ["SG012", "SG020", "SG001"]


def test_the_file_may_come_from_the_environment(files: Path) -> None:
    result = runner.invoke(app, ["-q"], env={"SLOGUARD_CONFIG": "bad.yaml"})
    assert result.exit_code == 1
    assert "bad.yaml:5:30: SG012" in result.stderr


def test_json(files: Path) -> None:
    result = runner.invoke(app, ["bad.yaml", "slo.yaml", "--format", "json"])
    assert result.exit_code == 1
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert document["schema"] == "sloguard/validate/v1"
    bad, good = document["files"]
    assert (bad["file"], bad["valid"], bad["services"], bad["slos"]) == ("bad.yaml", False, 0, 0)
    assert bad["problems"][0] == {
        "code": "SG012",
        "level": "error",
        "file": "bad.yaml",
        "line": 5,
        "column": 30,
        "message": "objective must be below 100 (got 100): it leaves no error budget. Use at most 99.999.",
    }
    assert (good["valid"], good["services"], good["slos"]) == (True, 1, 1)
    assert {problem["level"] for problem in good["problems"]} == {"warning", "note"}


def test_paths_that_are_not_utf8_can_be_reported(files: Path) -> None:
    odd = os.fsdecode(b"odd\xff\n.yaml")
    (files / odd).write_text(BAD, encoding="utf-8")
    for arguments in ([odd], [odd, "--format", "json"]):
        result = runner.invoke(app, arguments)
        assert result.exit_code == 1
        assert "SG012" in result.output


def test_the_reference_file_is_valid() -> None:
    result = runner.invoke(app, [str(REFERENCE), "-q"])
    assert result.exit_code == 0
    assert result.stdout == f"{REFERENCE}: 2 services, 13 SLOs, valid\n"


def test_commands_load_with_warnings_only_where_they_ask_for_them(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = load_or_exit(Path("slo.yaml"), warnings=True)
    assert [slo.id for slo in configuration.slos] == ["shop/a"]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "slo.yaml:5:16: SG101 warning: a can page somebody, and has no runbook. "
        "Set runbook_url here, at the service or under defaults.\n"
    )
    load_or_exit(Path("slo.yaml"))
    assert capsys.readouterr().err == ""


def test_commands_end_with_the_problems_of_a_bad_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        load_or_exit(Path("bad.yaml"))
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err.count("bad.yaml:5:") == 2


def test_a_directory_is_one_configuration(files: Path) -> None:
    (files / "team").mkdir()
    for name in ("a", "b"):
        (files / "team" / f"{name}.yaml").write_text(GOOD.replace("shop", name), encoding="utf-8")
    for path in ("team", "team/*.yaml"):
        assert runner.invoke(app, [path, "-q"]).stdout == f"{path}: 2 services, 2 SLOs, valid\n"
        assert [slo.id for slo in load_or_exit(Path(path)).slos] == ["a/a", "b/a"]
    (files / "team" / "b.yaml").write_text(BAD, encoding="utf-8")
    document = json.loads(runner.invoke(app, ["team", "-q", "--format", "json"]).stdout)
    assert {problem["file"] for problem in document["files"][0]["problems"]} == {"team/b.yaml"}
