"""Killed in the middle of writing: the next run finds all the old files, or makes all of them new."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sloguard.errors import OutputError
from sloguard.output import finish_interrupted, write_files

ROOT = Path(__file__).parents[2]
OLD = {"a.txt": "old", "c.txt": "old", "folder/b.txt": "old", "gone.txt": "old", "other.txt": "mine"}
NEW = {"a.txt": "new", "c.txt": "new", "folder/b.txt": "new", "other.txt": "mine"}


def contents(directory: Path) -> dict[str, str]:
    files = (file for file in sorted(directory.rglob("*")) if file.is_file() and not file.name.startswith("."))
    return {file.relative_to(directory).as_posix(): file.read_text(encoding="utf-8") for file in files}


def hidden(directory: Path) -> list[str]:
    return [file.name for file in directory.rglob(".*")]


def fill(directory: Path) -> None:
    for path, text in OLD.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")


def killed(directory: Path, before: int) -> bool:
    command = [sys.executable, "-m", "tests.generate.killed", str(directory), str(before)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("before", range(1, 8))
def test_the_next_run_finishes_or_begins_anew(before: int, tmp_path: Path) -> None:
    fill(tmp_path)

    assert killed(tmp_path, before)
    # The first rename makes the journal valid: until then nothing has happened. The sixth step ends it again.
    finished = finish_interrupted(tmp_path)

    assert bool(finished) == (1 < before < 7)
    assert contents(tmp_path) == (NEW if before > 1 else OLD)
    write_files(tmp_path, {"a.txt": "newest", "folder/b.txt": "newest"})
    assert contents(tmp_path)["a.txt"] == "newest"
    assert hidden(tmp_path) == []


def test_writing_itself_finishes_what_was_interrupted(tmp_path: Path) -> None:
    fill(tmp_path)
    assert killed(tmp_path, 3)

    write_files(tmp_path, {"d.txt": "new"})

    assert contents(tmp_path) == NEW | {"d.txt": "new"}


def test_a_file_that_was_written_anew_meanwhile_is_not_removed(tmp_path: Path) -> None:
    fill(tmp_path)
    assert killed(tmp_path, 3)
    (tmp_path / "gone.txt").write_text("written by hand", encoding="utf-8")

    assert finish_interrupted(tmp_path)

    assert contents(tmp_path) == NEW | {"gone.txt": "written by hand"}


@pytest.mark.parametrize(
    "journal",
    [
        "{",
        "[]",
        json.dumps({"schema": "sloguard/journal/v1", "new": {"a.txt": "../evil"}, "removed": {}}),
        json.dumps({"schema": "sloguard/journal/v1", "new": {"../a.txt": ".sloguard-1.tmp"}, "removed": {}}),
    ],
)
def test_a_journal_that_is_none_of_ours_moves_nothing(journal: str, tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / ".sloguard-journal.json").write_text(journal, encoding="utf-8")

    with pytest.raises(OutputError, match=r"no journal|outside"):
        finish_interrupted(tmp_path)

    assert contents(tmp_path) == OLD


def test_removing_is_undone_if_a_file_cannot_be_written(tmp_path: Path) -> None:
    fill(tmp_path)

    with pytest.raises(OutputError, match="No file was changed"):
        write_files(tmp_path, {"a.txt": "new"}, ["gone.txt", "never.txt"])

    assert contents(tmp_path) == OLD
    assert hidden(tmp_path) == []
