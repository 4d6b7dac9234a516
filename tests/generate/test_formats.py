"""Annotations, Alertmanager and Kubernetes, through the command line."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sloguard.rules.kubernetes import object_name
from tests.generate.test_command import GOLDEN, ROOT, generate
from tests.support.promtool import check_rules


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN / "alerting-rules", tmp_path / "alerting-rules")
    rules = tmp_path / "alerting-rules" / "checkout.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("vector(0.9995)", "vector(0.9)"), encoding="utf-8")
    return tmp_path


def test_github_shows_what_changes_beside_the_file(stale: Path) -> None:
    done = generate("rules", "--check", "--format", "github", "--out", str(stale))

    assert done.returncode == 1
    assert done.stdout.startswith(f"::error file={stale}/alerting-rules/checkout.yaml,line=1,col=1,title=generate::")
    assert "%0Acheckout/payments: objective 90 %25 → 99.95 %25\n" in done.stdout
    assert "checkout/payments: objective 90 % → 99.95 %" in done.stderr


def test_gitlab_gets_a_code_quality_report(stale: Path) -> None:
    (finding,) = json.loads(generate("rules", "--check", "--format", "gitlab", "--out", str(stale)).stdout)

    assert finding["check_name"] == "generate"
    assert finding["location"]["path"] == f"{stale}/alerting-rules/checkout.yaml"


def test_json_has_the_changes_in_words(stale: Path) -> None:
    (file,) = json.loads(generate("rules", "--diff", "--format", "json", "--out", str(stale)).stdout)["files"]

    assert file["changes"] == ["checkout/payments: objective 90 % → 99.95 %"]


@pytest.mark.skipif(shutil.which("amtool") is None, reason="the package prometheus-alertmanager is not installed")
@pytest.mark.parametrize("config", [ROOT / "slo.yaml", GOLDEN / "slo.yaml"], ids=["reference", "golden"])
def test_amtool_accepts_the_routes(config: Path, tmp_path: Path) -> None:
    assert generate("alertmanager", "--out", str(tmp_path), config=config).returncode == 0
    file = tmp_path / "alertmanager" / "alertmanager.yaml"

    done = subprocess.run(["amtool", "check-config", str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_routes_go_where_slo_yaml_says(tmp_path: Path) -> None:
    generate("alertmanager", "--out", str(tmp_path), config=ROOT / "slo.yaml")
    document = yaml.safe_load((tmp_path / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8"))
    (burn,) = document["route"]["routes"]

    assert [(each["matchers"], each["receiver"], each.get("continue", False)) for each in burn["routes"]] == [
        (['severity="page"'], "pagerduty.primary", True),
        (['severity="page"'], "slack.oncall", False),
        (['severity="ticket"'], "slack.oncall", False),
    ]
    assert {each["name"] for each in document["receivers"]} == {
        "pagerduty.primary",
        "slack.oncall",
        "sloguard-unrouted",
    }
    assert all(each["equal"] == ["slo_id"] for each in document["inhibit_rules"])


def test_manifests_hold_the_rules_and_the_dashboards(tmp_path: Path) -> None:
    assert generate("kubernetes", "--out", str(tmp_path)).returncode == 0
    folder = tmp_path / "kubernetes"
    rule = yaml.safe_load((folder / "checkout-rules.yaml").read_text(encoding="utf-8"))
    board = yaml.safe_load((folder / "checkout-dashboard.yaml").read_text(encoding="utf-8"))

    assert (rule["kind"], rule["metadata"]["name"]) == ("PrometheusRule", "sloguard-checkout")
    rules = yaml.safe_load((GOLDEN / "alerting-rules" / "checkout.yaml").read_text(encoding="utf-8"))
    assert rule["spec"] == rules
    assert "SUCCESS" in check_rules(yaml.safe_dump(rule["spec"]), tmp_path)
    assert (board["kind"], board["metadata"]["labels"]["grafana_dashboard"]) == ("ConfigMap", "1")
    dashboard = (GOLDEN / "dashboards" / "checkout.json").read_text(encoding="utf-8")
    assert json.loads(board["data"]["checkout.json"]) == json.loads(dashboard)


def test_manifests_that_are_left_over_are_pruned(tmp_path: Path) -> None:
    generate("kubernetes", "--out", str(tmp_path))
    folder = tmp_path / "kubernetes"
    shutil.copy(folder / "checkout-rules.yaml", folder / "gone-rules.yaml")

    assert generate("kubernetes", "--prune", "--out", str(tmp_path)).returncode == 0
    assert not (folder / "gone-rules.yaml").exists()


@pytest.mark.parametrize("name", ["a.b", "A-b", "x" * 300, "a/b"])
def test_names_fit_kubernetes_and_stay_apart(name: str) -> None:
    fit = object_name(f"sloguard-{name}")

    assert re.fullmatch(r"[a-z0-9-]{1,253}", fit)
    assert fit != object_name("sloguard-a-b") == "sloguard-a-b"


def test_validate_annotates_for_github_and_gitlab(tmp_path: Path) -> None:
    config = tmp_path / "slo.yaml"
    config.write_text("version: 1\nservices: nonsense\n", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("sloguard")), "validate", str(config), "--format"]

    github = subprocess.run([*command, "github"], capture_output=True, text=True, check=False)
    gitlab = subprocess.run([*command, "gitlab"], capture_output=True, text=True, check=False)

    assert github.returncode == gitlab.returncode == 1
    assert github.stdout.startswith(f"::error file={config},line=2,col=")
    assert json.loads(gitlab.stdout)[0]["location"] == {"path": str(config), "lines": {"begin": 2}}
