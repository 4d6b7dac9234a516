"""The pre-commit hooks and the GitHub Action, run as those who run them would."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BIN = Path(sys.executable).parent


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_on_this_repository(hook: dict[str, Any]) -> None:
    program, *arguments = shlex.split(hook["entry"])
    files = ["slo.yaml"] if hook.get("pass_filenames", True) else []

    done = subprocess.run([str(BIN / program), *arguments, *files], cwd=ROOT, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr


def step_environment(step: dict[str, Any], inputs: dict[str, str], temporary: Path) -> dict[str, str]:
    """What GitHub puts there: nothing of the inputs reaches the script itself."""
    values = {f"${{{{ inputs.{name} }}}}": value for name, value in inputs.items()}
    own = {name: values[expression] for name, expression in step["env"].items()}
    return dict(os.environ) | own | {"RUNNER_TEMP": str(temporary)}


def run(name: str, inputs: dict[str, str], temporary: Path) -> subprocess.CompletedProcess[str]:
    (step,) = [each for each in ACTION["runs"]["steps"] if each.get("name") == name]
    assert "${{" not in step["run"]
    (temporary / "sloguard").mkdir(exist_ok=True)
    if not (temporary / "sloguard" / "bin").exists():
        (temporary / "sloguard" / "bin").symlink_to(BIN)
    environment = step_environment(step, inputs, temporary)
    command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_action_passes_on_this_repository_and_annotates_what_is_stale(tmp_path: Path) -> None:
    defaults = {name: str(each["default"]) for name, each in ACTION["inputs"].items()}

    assert run("Validate", defaults, tmp_path).returncode == 0
    assert run("Check the generated files", defaults, tmp_path).returncode == 0
    empty = run("Check the generated files", defaults | {"out": str(tmp_path), "kind": "rules"}, tmp_path)
    assert empty.returncode == 1
    assert empty.stdout.startswith("::error file=")
