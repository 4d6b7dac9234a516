"""No room left on the disk: no file is changed, and nothing is left behind."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD = {"a.txt": "old a", "b.txt": "old b", "gone.txt": "old"}
WRITE = """
import sys
from pathlib import Path
from sloguard.errors import OutputError
from sloguard.output import write_files
size = int(sys.argv[2])
try:
    write_files(Path(sys.argv[1]), {"a.txt": "new", "b.txt": "n" * size, "new/c.txt": "new"}, ["gone.txt"])
except OutputError as error:
    sys.exit(str(error))
"""


def contents(directory: Path) -> dict[str, str]:
    files = (file for file in directory.rglob("*") if file.is_file())
    return {file.relative_to(directory).as_posix(): file.read_text(encoding="utf-8") for file in sorted(files)}


def fill(directory: Path) -> None:
    for name, text in OLD.items():
        (directory / name).write_text(text, encoding="utf-8")


def write(directory: Path, size: int, *, most_bytes: int | None = None) -> str:
    """Try to write a file of some size among others; the words on stderr."""

    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    command = [sys.executable, "-c", WRITE, str(directory), str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit)
    return done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mounted)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield mounted
    subprocess.run(["umount", str(mounted)], check=True)


def test_on_a_full_disk_nothing_changes(small_disk: Path) -> None:
    fill(small_disk)

    assert "No space left on device. No file was changed." in write(small_disk, 100_000)
    assert contents(small_disk) == OLD

    assert write(small_disk, 100) == ""
    assert contents(small_disk) == {"a.txt": "new", "b.txt": "n" * 100, "new/c.txt": "new"}


def test_where_no_file_may_be_so_large_nothing_changes(tmp_path: Path) -> None:
    fill(tmp_path)

    assert "File too large. No file was changed." in write(tmp_path, 100_000, most_bytes=50_000)
    assert contents(tmp_path) == OLD


def test_no_room_for_the_journal_is_no_room(tmp_path: Path) -> None:
    """The texts fit, and what is written down about them does not."""
    fill(tmp_path)

    assert "File too large. No file was changed." in write(tmp_path, 100, most_bytes=150)
    assert contents(tmp_path) == OLD
