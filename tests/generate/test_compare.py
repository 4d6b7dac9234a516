"""What differs between the files that are there and those that should be."""

from pathlib import Path

import pytest

from sloguard.errors import OutputError
from sloguard.output import FileState, compare, unified_diff


def is_ours(text: str) -> bool:
    return text.startswith("# ours")


def test_each_file_has_a_state(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "current.yaml").write_text("# ours\n")
    (folder / "stale.yaml").write_text("# ours: old\n")
    (folder / "removed.yaml").write_text("# ours: of a removed service\n")
    (folder / "handmade.yaml").write_text("# mine\n")
    wanted = {"rules/missing.yaml": "# ours\n", "rules/stale.yaml": "# ours: new\n", "rules/current.yaml": "# ours\n"}

    found = compare(tmp_path, wanted, {"rules/*.yaml": is_ours})

    assert [(each.path, each.state) for each in found] == [
        ("rules/current.yaml", FileState.CURRENT),
        ("rules/missing.yaml", FileState.MISSING),
        ("rules/removed.yaml", FileState.ORPHANED),
        ("rules/stale.yaml", FileState.STALE),
    ]
    assert unified_diff(found) == (
        "--- /dev/null\n+++ b/rules/missing.yaml\n@@ -0,0 +1 @@\n+# ours\n"
        "--- a/rules/removed.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-# ours: of a removed service\n"
        "--- a/rules/stale.yaml\n+++ b/rules/stale.yaml\n@@ -1 +1 @@\n-# ours: old\n+# ours: new\n"
    )


def test_a_missing_directory_has_no_files(tmp_path: Path) -> None:
    (found,) = compare(tmp_path / "nowhere", {"a.yaml": "x"}, {"*.yaml": is_ours})

    assert found.state is FileState.MISSING


def test_a_difference_of_bytes_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"line\r\n\xff")

    (found,) = compare(tmp_path, {"a.yaml": "line\n"}, {})

    assert found.state is FileState.STALE
    assert "No newline at end of file" in unified_diff([found])


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()

    with pytest.raises(OutputError, match=r"a\.yaml cannot be read: Is a directory"):
        compare(tmp_path, {"a.yaml": "x"}, {})
