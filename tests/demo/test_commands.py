"""The two commands of the README: what make would do, and the words where it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sloguard.demo.faults import DESCRIPTIONS
from tests.demo.reference import SLO_YAML

ROOT = SLO_YAML.parent
SHELL = shutil.which("sh") or "/bin/sh"


def dry_run(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--dry-run", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def run_alone(script: str, directory: Path, programs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script where only the given programs are on the PATH: shell code by name, or the real ones if empty."""
    path = directory / "bin"
    path.mkdir()
    for name, code in programs.items():
        if code:
            (path / name).write_text(f"#!{SHELL}\n{code}\n")
            (path / name).chmod(0o755)
        else:
            (path / name).symlink_to(shutil.which(name) or name)
    command = [SHELL, str(ROOT / "scripts" / script), "."]
    return subprocess.run(command, cwd=directory, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_make_demo_hands_its_arguments_on() -> None:
    assert ".venv/bin/sloguard demo --once" in dry_run("demo", "DEMO_ARGS=--once")


def test_make_test_checks_style_types_and_everything_else() -> None:
    commands = dry_run("test")
    order = ["ruff check", "ruff format --check", "mypy", "pytest"]
    assert sorted(order, key=commands.index) == order


def test_help_names_every_command() -> None:
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in text.splitlines()} >= {"demo", "test", "lint", "check", "generate", "clean"}


def test_ci_runs_the_same_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (
            '[ "$1" = --version ] && echo Python 3.9.2; exit 1',
            "sloguard needs Python 3.11 or newer; found: Python 3.9.2",
        ),
        (
            'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac',
            "apt-get install python3-venv (or python3.11-venv)",
        ),
    ],
)
def test_a_python_that_will_not_do_is_explained(tmp_path: Path, python: str, words: str) -> None:
    ended = run_alone("virtualenv", tmp_path, {"python3": python})
    assert ended.returncode == 1
    assert words in ended.stderr


def test_prometheus_is_installed_only_where_it_is_missing(tmp_path: Path) -> None:
    programs = {"prometheus": "exit 0", "promtool": "exit 0", "apt-get": "echo never"}
    ended = run_alone("prometheus", tmp_path, programs)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_without_apt_it_is_explained(tmp_path: Path) -> None:
    ended = run_alone("prometheus", tmp_path, {"cat": ""})
    assert ended.returncode == 1
    assert "brew install prometheus" in ended.stderr


def test_without_root_and_sudo_it_is_explained(tmp_path: Path) -> None:
    ended = run_alone("prometheus", tmp_path, {"apt-get": "echo never", "id": "echo 1000"})
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "As root: apt-get install --no-install-recommends prometheus" in ended.stderr


@pytest.mark.parametrize("user", [0, 1000])
def test_it_is_installed_by_apt(tmp_path: Path, user: int) -> None:
    bin_path = tmp_path / "bin"
    install = (
        f'echo "apt-get $*"; case "$*" in *install*) for p in prometheus promtool; do echo "#!{SHELL}\necho version 1" '
    )
    install += f">{bin_path}/$p; chmod +x {bin_path}/$p; done;; esac"
    programs = {"apt-get": install, "id": f"echo {user}", "sudo": '"$@"', "env": "", "chmod": "", "head": ""}
    ended = run_alone("prometheus", tmp_path, programs)
    assert ended.returncode == 0, ended.stderr
    assert (
        ended.stdout.splitlines()[0]
        == "Installing Debian's prometheus package with apt-get (there is none on the PATH)"
    )
    assert ended.stdout.splitlines()[-1] == "version 1"


def test_an_installation_that_brought_nothing_is_an_error(tmp_path: Path) -> None:
    ended = run_alone("prometheus", tmp_path, {"apt-get": "exit 0", "id": "echo 0", "env": ""})
    assert ended.returncode == 1
    assert "still there is no prometheus on the PATH" in ended.stderr


def test_the_documentation_describes_every_fault() -> None:
    text = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    assert [fault for fault, words in DESCRIPTIONS.items() if f"| `{fault}` | {words} |" not in text] == []
