"""Files on disk: all are replaced, or none."""

import stat
from pathlib import Path

import pytest

from sloguard.errors import OutputError
from sloguard.output import write_files


def contents(directory: Path) -> dict[str, str]:
    return {
        file.relative_to(directory).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


def test_files_are_created_and_replaced_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "other.txt").write_text("other")

    write_files(tmp_path, {"old.txt": "new\n", "folder/new.txt": "é\n"})

    assert contents(tmp_path) == {"folder/new.txt": "é\n", "old.txt": "new\n", "other.txt": "other"}


def test_permissions_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o640)

    write_files(tmp_path, {"a.txt": "new"})

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")

    write_files(tmp_path, {"link.txt": "new"})

    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_nothing_changes_if_one_cannot_be_prepared(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "folder").mkdir()

    with pytest.raises(OutputError, match=r"folder cannot be written: Is a directory\. No file was changed\."):
        write_files(tmp_path, {"a.txt": "new", "folder": "new"})

    assert contents(tmp_path) == {"a.txt": "old"}


def test_what_was_replaced_is_put_back_if_a_later_one_fails(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    # Preparing b/c makes b a folder, which the file b can then not replace.
    with pytest.raises(OutputError, match="No file was changed"):
        write_files(tmp_path, {"a.txt": "new", "new.txt": "new", "b": "new", "b/c": "new"})

    assert contents(tmp_path) == {"a.txt": "old"}


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "dashboards").write_text("mine")

    with pytest.raises(OutputError, match="dashboards"):
        write_files(tmp_path, {"dashboards/a.json": "{}"})

    assert contents(tmp_path) == {"dashboards": "mine"}


@pytest.mark.parametrize("path", ["../a.txt", "/tmp/a.txt", "x/../../a.txt"])
def test_paths_do_not_leave_the_directory(path: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="outside"):
        write_files(tmp_path / "out", {path: "new"})

    assert contents(tmp_path) == {}
