"""`sloguard apply` as a person and a pipeline use it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sloguard.cli.main import app
from sloguard.errors import PublishError, UsageError
from tests.support.publishing import TOKEN, GrafanaStandIn, RulerStandIn

SERVICES = """version: 1
services:
  - name: shop
    slos:
      - name: availability
        objective: {objective}
        indicator: {{events: {{bad: 'failures_total{{shop="a"}}', total: 'requests_total{{shop="a"}}'}}}}
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[RulerStandIn, GrafanaStandIn]]:
    with RulerStandIn() as ruler, GrafanaStandIn() as grafana:
        yield ruler, grafana


class Shell:
    """Runs the command in a directory with a slo.yaml."""

    def __init__(self, directory: Path, ruler: RulerStandIn, grafana: GrafanaStandIn) -> None:
        self.file = directory / "slo.yaml"
        self.ruler, self.grafana = ruler, grafana
        (directory / "token").write_text(f"{TOKEN}\n", encoding="utf-8")

    def declare(self, objective: str = "99.9", *, apply: bool = True) -> None:
        section = f"""apply:
  ruler: {{url: "{self.ruler.url}/prometheus", tenant: acme, bearer_token_file: token}}
  grafana: {{url: "{self.grafana.url}", token: "${{GRAFANA_TOKEN}}", folder: Promises}}
"""
        self.file.write_text(SERVICES.format(objective=objective) + (section if apply else ""), encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        environment = {"GRAFANA_TOKEN": TOKEN}
        return CliRunner().invoke(app, ["apply", "-c", str(self.file), *arguments], env=environment)

    def made(self) -> int:
        return self.ruler.changes + self.grafana.changes


@pytest.fixture
def shell(tmp_path: Path, servers: tuple[RulerStandIn, GrafanaStandIn]) -> Shell:
    for server in servers:
        server.forget()
    shell = Shell(tmp_path, *servers)
    shell.declare()
    return shell


def test_a_dry_run_shows_everything_and_changes_nothing(shell: Shell) -> None:
    done = shell.run("--dry-run")
    assert done.exit_code == 0, done.output
    assert "+++ b/rule-groups/sloguard-shop-availability/fast.yaml" in done.stdout
    assert "would be created: dashboard" in done.stderr
    assert "shop/availability: new" in done.stderr
    assert shell.made() == 0


def test_all_is_pushed_once_and_changes_are_told_in_words(shell: Shell) -> None:
    done = shell.run()
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "created: rule group sloguard-shop-availability/fast" in done.stderr
    assert all(name.startswith("sloguard-shop") for name in shell.ruler.namespaces["sloguard"])
    assert set(shell.grafana.folders.values()) == {"Promises"}
    assert len(shell.grafana.dashboards) == 3
    assert {request.headers.get("X-Scope-OrgID") for request in shell.ruler.requests} == {"acme"}
    made = shell.made()
    again = shell.run()
    assert again.exit_code == 0
    assert f"nothing to do, {len(shell.ruler.namespaces['sloguard'])} rule groups are as they should be" in again.stderr
    assert shell.made() == made
    shell.declare("99.95")
    changed = shell.run("rules")
    assert changed.exit_code == 0
    assert "shop/availability: objective 99.9 % → 99.95 %" in changed.stderr
    assert "updated: rule group sloguard-shop-availability/slow" in changed.stderr
    assert TOKEN not in done.output + again.output + changed.output


def test_json_tells_the_same(shell: Shell) -> None:
    document = json.loads(shell.run("--format", "json", "--quiet").stdout)
    assert document["schema"] == "sloguard/apply/v1"
    assert document["applied"] is True
    assert [target["unchanged"] for target in document["targets"]] == [0, 0]
    assert {change["kind"] for target in document["targets"] for change in target["changes"]} == {"create"}
    assert document["meaning"] == ["shop/availability: new"]


def test_what_somebody_has_changed_stops_all_of_it(shell: Shell) -> None:
    shell.run()
    (uid, board), *_ = shell.grafana.dashboards.items()
    shell.grafana.save({**board, "title": "By hand"}, shell.grafana.folder_of[uid], "wider")
    shell.declare("99.95")
    made = shell.made()
    refused = shell.run()
    assert refused.exit_code == 1
    assert f"dashboard {uid} has been changed since the last apply. Look at it, and take it over" in refused.stderr
    assert "Nothing has been changed." in refused.stderr
    assert shell.made() == made
    assert shell.run("--force").exit_code == 0
    assert shell.grafana.dashboards[uid]["title"] != "By hand"


def test_nowhere_to_push_to(shell: Shell) -> None:
    shell.declare(apply=False)
    done = shell.run()
    assert isinstance(done.exception, UsageError)
    assert "apply: {ruler: {url:" in str(done.exception)


def test_nobody_answers(shell: Shell) -> None:
    text = shell.file.read_text(encoding="utf-8").replace(shell.ruler.url, "http://127.0.0.1:1")
    shell.file.write_text(text, encoding="utf-8")
    done = shell.run("rules")
    assert isinstance(done.exception, PublishError)
    assert done.exception.exit_code == 3
