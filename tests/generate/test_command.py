"""`sloguard generate`, run as its users run it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.promtool import check_rules

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "rules" / "golden"
SLOS = re.findall(r"^      - name: (\S+)$", (GOLDEN / "slo.yaml").read_text(encoding="utf-8"), re.MULTILINE)
ORPHANED = (
    "orphaned: alerting-rules/removed.yaml was generated from what is no longer declared. "
    "Delete it, or generate with --prune."
)


def generate(*arguments: str, config: Path = GOLDEN / "slo.yaml") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("sloguard")), "generate", *arguments, "-c", str(config)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def texts(directory: Path) -> dict[str, str]:
    return {
        file.relative_to(directory).as_posix(): file.read_text(encoding="utf-8")
        for folder in ("alerting-rules", "alerting-rules/tests", "dashboards")
        for file in sorted((directory / folder).glob("*"))
        if file.is_file()
    }


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """A directory with the golden file's output."""
    done = generate("--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_the_committed_files_are_what_is_generated(generated: Path) -> None:
    assert texts(generated) == texts(GOLDEN)


def test_the_files_of_the_reference_workload_are_up_to_date() -> None:
    done = generate("--check", "--out", str(ROOT), config=ROOT / "slo.yaml")

    assert done.stdout == ""
    assert done.returncode == 0


def test_promtool_accepts_the_committed_rules(tmp_path: Path) -> None:
    for folder in (ROOT, GOLDEN):
        for file in sorted((folder / "alerting-rules").glob("*.yaml")):
            assert "SUCCESS" in check_rules(file.read_text(encoding="utf-8"), tmp_path)


def test_only_what_was_asked_for_is_written(tmp_path: Path) -> None:
    assert generate("rules", "--out", str(tmp_path)).returncode == 0
    assert list(texts(tmp_path)) == ["alerting-rules/checkout.yaml"]

    assert generate("dashboards", "--out", str(tmp_path)).returncode == 0
    assert list(texts(tmp_path)) == [
        "alerting-rules/checkout.yaml",
        "dashboards/checkout.json",
        "dashboards/overview.json",
        "dashboards/sloguard.json",
    ]


def test_a_file_that_somebody_wrote_is_not_overwritten_unasked(generated: Path) -> None:
    own = generated / "alerting-rules" / "checkout.yaml"
    own.write_text("# mine\ngroups: []\n", encoding="utf-8")
    refused = generate("--out", str(generated))
    assert refused.returncode == 1
    assert "was not written by sloguard" in refused.stderr
    assert own.read_text(encoding="utf-8").startswith("# mine")
    assert generate("--force", "--out", str(generated)).returncode == 0
    assert texts(generated) == texts(GOLDEN)


def test_writing_again_changes_nothing(generated: Path) -> None:
    before = {path: (generated / path).stat().st_mtime_ns for path in texts(generated)}

    done = generate("--out", str(generated))

    assert done.returncode == 0
    assert done.stderr == "All 6 generated files are up to date.\n"
    assert {path: (generated / path).stat().st_mtime_ns for path in texts(generated)} == before


def test_check_tells_what_is_stale_missing_and_orphaned(generated: Path) -> None:
    rules = generated / "alerting-rules" / "checkout.yaml"
    shutil.copy(rules, rules.with_name("removed.yaml"))
    rules.with_name("handmade.yaml").write_text("groups: []\n", encoding="utf-8")
    rules.write_text(rules.read_text(encoding="utf-8").replace("vector(0.9995)", "vector(0.9)"), encoding="utf-8")
    (generated / "dashboards" / "overview.json").unlink()
    before = texts(generated)

    done = generate("--check", "--out", str(generated))

    assert done.returncode == 1
    assert "-          vector(0.9)\n+          vector(0.9995)\n" in done.stdout
    assert "handmade" not in done.stdout + done.stderr
    assert done.stderr.splitlines() == [
        "stale: alerting-rules/checkout.yaml",
        "missing: dashboards/overview.json",
        ORPHANED,
        "3 of 7 generated files are not up to date. Run the same command without --check.",
        "checkout/payments: objective 90 % → 99.95 %",
        *(f"checkout/{name}: removed, its alerts with it" for name in sorted(SLOS)),
    ]
    assert texts(generated) == before


def test_an_orphaned_file_alone_fails_the_check(generated: Path) -> None:
    rules = generated / "alerting-rules" / "checkout.yaml"
    shutil.copy(rules, rules.with_name("removed.yaml"))

    assert generate("--check", "--out", str(generated)).returncode == 1
    assert generate("dashboards", "--check", "--out", str(generated)).returncode == 0


def test_prune_removes_what_was_generated_once_and_nothing_else(generated: Path) -> None:
    rules = generated / "alerting-rules" / "checkout.yaml"
    tests = generated / "alerting-rules" / "tests" / "checkout_test.yaml"
    board = generated / "dashboards" / "checkout.json"
    for file, removed in ((rules, "removed.yaml"), (tests, "removed_test.yaml"), (board, "removed.json")):
        shutil.copy(file, file.with_name(removed))
    rules.with_name("handmade.yaml").write_text("groups: []\n", encoding="utf-8")
    tests.with_name("handmade_test.yaml").write_text("tests: []\n", encoding="utf-8")

    done = generate("--prune", "--out", str(generated))
    again = generate("--prune", "--check", "--out", str(generated))

    assert done.returncode == again.returncode == 0
    assert done.stderr.splitlines()[:3] == [
        "removed: alerting-rules/removed.yaml",
        "removed: alerting-rules/tests/removed_test.yaml",
        "removed: dashboards/removed.json",
    ]
    golden = texts(GOLDEN)
    assert set(texts(generated)) - set(golden) == {
        "alerting-rules/handmade.yaml",
        "alerting-rules/tests/handmade_test.yaml",
    }


def test_check_and_prune_together_write_nothing(generated: Path) -> None:
    rules = generated / "alerting-rules" / "checkout.yaml"
    shutil.copy(rules, rules.with_name("removed.yaml"))

    assert generate("--prune", "--check", "--out", str(generated)).returncode == 1
    assert rules.with_name("removed.yaml").exists()


def test_diff_shows_the_same_and_succeeds(generated: Path) -> None:
    rules = generated / "alerting-rules" / "checkout.yaml"
    rules.write_text("changed\n", encoding="utf-8")

    done = generate("--diff", "--out", str(generated))

    assert done.returncode == 0
    assert "--- a/alerting-rules/checkout.yaml\n+++ b/alerting-rules/checkout.yaml\n" in done.stdout
    assert rules.read_text(encoding="utf-8") == "changed\n"


def test_json_lists_the_files_and_what_happened(tmp_path: Path) -> None:
    first = json.loads(generate("rules", "--format", "json", "--out", str(tmp_path)).stdout)
    again = json.loads(generate("rules", "--format", "json", "--out", str(tmp_path)).stdout)
    checked = json.loads(generate("rules", "--check", "--format", "json", "--out", str(tmp_path)).stdout)

    path = "alerting-rules/checkout.yaml"
    assert first == {"schema": "sloguard/generate/v1", "files": [{"path": path, "state": "created"}]}
    assert again["files"] == [{"path": path, "state": "unchanged"}]
    assert checked["files"] == [{"path": path, "state": "current", "diff": "", "changes": []}]


def test_a_target_that_cannot_be_written_is_named_and_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "dashboards").write_text("mine", encoding="utf-8")

    done = generate("--out", str(tmp_path))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "dashboards" in done.stderr
    assert texts(tmp_path) == {}


def test_an_invalid_file_writes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "slo.yaml"
    config.write_text("version: 1\nservices: nonsense\n", encoding="utf-8")

    done = generate("--out", str(tmp_path / "out"), config=config)

    assert done.returncode == 1
    assert "slo.yaml:2:" in done.stderr
    assert not (tmp_path / "out").exists()
