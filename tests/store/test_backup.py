"""Backups: everything comes back, exactly, in either database; what is damaged is refused, and nothing is half done."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from sloguard.errors import StoreError
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from sloguard.store import Store, open_store
from sloguard.store.backup import Finding, back_up, restore, verify_backup, verify_store
from sloguard.store.connection import connect, writing
from sloguard.store.migrating import migrate_to
from sloguard.store.opening import checked
from tests.store.killed_cycle import outcome
from tests.support.incidents import NOON, notification

KEY = LedgerKey('shop/check{tenant="ü\n🔥"}', "f")
AWKWARD = (
    Slice(0, 60, 0.1 + 0.2, 2.0**53 + 2),
    Slice(60, 60, -1.0, 1e-300),
    Slice(120, 60, 5e300, 1e308, bridged=True),
)


def cycle(number: int) -> CycleOutcome:
    """A small one: counts of 10 SLOs, an alert that fires, one that ends, and notifications."""
    whole = outcome(number)
    return replace(whole, ranges=whole.ranges[:10])


@pytest.fixture
def filled(store: Store) -> Store:
    store.alerts.commit_cycle(cycle(0), NOON)
    store.alerts.commit_cycle(cycle(1), NOON)
    store.ledger.write_replayed([CountedRange(KEY, 0, 180, AWKWARD)], {KEY: (0, 180)})
    return store


def contents(store: Store) -> dict[str, object]:
    """Everything that a store has, as its users see it."""
    return {
        "slices": {key: store.ledger.slices(key, 0, 10**9) for key in store.ledger.marks()},
        "marks": store.ledger.marks(),
        "replayed": store.ledger.replayed(),
        "alerts": store.alerts.alerts(),
        "outbox": store.outbox.claim("look", NOON + timedelta(days=1), timedelta(0), 100),
    }


def test_everything_comes_back(filled: Store, tmp_path: Path, empty_url: Callable[[], str]) -> None:
    report = back_up(filled.engine, tmp_path / "a.backup", NOON)
    before = contents(filled)
    assert report.rows["slices"] == 103
    for _ in range(2):  # into a new store of the same kind, or the other one
        url = empty_url()
        assert restore(tmp_path / "a.backup", url, replace=False).rows == report.rows
        restored = open_store(url)
        assert contents(restored) == before
        restored.ledger.write_ranges([CountedRange(LedgerKey("new/slo", "f"), 0, 60, AWKWARD[:1])])
        restored.alerts.commit_cycle(CycleOutcome(notifications=(notification(key="later"),)), NOON)
        assert verify_store(restored.engine).ok
        restored.close()


def test_a_backup_is_the_same_byte_for_byte_from_either_store(
    filled: Store, tmp_path: Path, empty_url: Callable[[], str]
) -> None:
    back_up(filled.engine, tmp_path / "a.backup", NOON)
    url = empty_url()
    restore(tmp_path / "a.backup", url, replace=False)
    copy = open_store(url)
    back_up(copy.engine, tmp_path / "b.backup", NOON)
    copy.close()
    assert gzip.decompress((tmp_path / "a.backup").read_bytes()) == gzip.decompress(
        (tmp_path / "b.backup").read_bytes()
    )


def test_a_backup_sees_one_state_while_cycles_are_committed(store: Store, tmp_path: Path) -> None:
    store.alerts.commit_cycle(cycle(0), NOON)
    stopping = threading.Event()

    def go_on() -> None:
        number = 1
        while not stopping.is_set():
            store.alerts.commit_cycle(cycle(number), NOON)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        reports = [back_up(store.engine, tmp_path / f"{number}.backup", NOON) for number in range(3)]
    finally:
        stopping.set()
        writer.join()
    for report in reports:
        cycles = report.rows["outbox"] // 20
        assert report.rows["slices"] == cycles * 50
        assert verify_backup(report.path).ok


def test_a_store_that_is_there_is_replaced_only_on_demand(
    filled: Store, tmp_path: Path, empty_url: Callable[[], str]
) -> None:
    back_up(filled.engine, tmp_path / "a.backup", NOON)
    url = empty_url()
    other = open_store(url)
    other.alerts.commit_cycle(cycle(5), NOON)
    kept = contents(other)
    other.close()
    with pytest.raises(StoreError, match=r"There is a store at .* already"):
        restore(tmp_path / "a.backup", url, replace=False)
    other = open_store(url)
    assert contents(other) == kept
    other.close()
    restore(tmp_path / "a.backup", url, replace=True)
    other = open_store(url)
    assert contents(other) == contents(filled)
    other.close()


def test_a_file_that_a_daemon_uses_is_not_replaced(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(url)
    back_up(store.engine, tmp_path / "a.backup", NOON)
    program = (
        f"from sloguard.store import open_store; s = open_store({url!r}); s.ping(); print('up', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdout
        daemon.stdout.readline()
        store.close()
        with pytest.raises(StoreError, match=r"is in use. Stop the daemon first"):
            restore(tmp_path / "a.backup", url, replace=True)
        daemon.communicate("\n", timeout=30)
    restore(tmp_path / "a.backup", url, replace=True)


def damaged(path: Path, how: Callable[[bytes], bytes]) -> Path:
    """A copy of a backup whose packed content has been changed."""
    copy = path.with_name("damaged.backup")
    copy.write_bytes(gzip.compress(how(gzip.decompress(path.read_bytes()))))
    return copy


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda content: content.replace(b"service/7", b"service/8", 1), "its checksum is wrong"),
        (lambda content: content[: len(content) // 2], "its end is missing"),
        (lambda content: content.replace(b'[1,"service/0"', b'1,"service/0"', 1), "its checksum is wrong"),
        (lambda _: b"", "is no backup of sloguard"),
        (lambda _: b'{"format": "other"}\n', "is no backup of sloguard"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    how: Callable[[bytes], bytes], words: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(url)
    store.alerts.commit_cycle(cycle(0), NOON)
    back_up(store.engine, tmp_path / "a.backup", NOON)
    before = contents(store)
    store.close()
    broken = damaged(tmp_path / "a.backup", how)
    assert words in verify_backup(broken).findings[0].detail
    with pytest.raises(StoreError, match=words):
        restore(broken, url, replace=True)
    store = open_store(url)
    assert contents(store) == before
    store.close()


@pytest.mark.parametrize("content", [b"no gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff cut"])
def test_what_is_no_archive_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    (finding,) = verify_backup(tmp_path / "x").findings
    assert str(tmp_path / "x") in finding.detail
    assert not verify_backup(tmp_path / "missing").ok


def test_every_single_flipped_byte_is_noticed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.ledger.write_ranges([CountedRange(KEY, 0, 180, AWKWARD)])
    path = back_up(store.engine, tmp_path / "a.backup", NOON).path
    store.close()
    content = path.read_bytes()
    for at in range(10, len(content)):  # the head of a gzip file holds a name and a time, which say nothing
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :])
        assert not verify_backup(path).ok, at


def test_of_a_backup_that_gzip_itself_finds_wrong_it_is_said_that_it_is_damaged(filled: Store, tmp_path: Path) -> None:
    path = back_up(filled.engine, tmp_path / "a.backup", NOON).path
    content = path.read_bytes()
    path.write_bytes(content[:-6] + bytes([content[-6] ^ 0x01]) + content[-5:])
    assert "a.backup is damaged: it cannot be unpacked. Take an older one." in verify_backup(path).findings[0].detail


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path: Path, empty_url: Callable[[], str]) -> None:
    old = connect(checked(empty_url()))
    with writing(old) as connection:
        migrate_to(connection, "0002")
        connection.execute(text("INSERT INTO series VALUES (7, 'shop/a', 'f', 0, 60, NULL, NULL)"))
        connection.execute(text("INSERT INTO slices VALUES (7, 0, 60, 1.0, 5.0, FALSE)"))
    assert back_up(old, tmp_path / "old.backup", NOON).revision == "0002"
    old.dispose()
    url = empty_url()
    restore(tmp_path / "old.backup", url, replace=False)
    store = open_store(url)
    assert store.ledger.slices(LedgerKey("shop/a", "f"), 0, 60) == [Slice(0, 60, 1.0, 5.0)]
    store.close()


def test_a_full_disk_leaves_no_half_backup(filled: Store, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "such" / "a.backup"
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        back_up(filled.engine, missing, NOON)
    assert not list(tmp_path.glob("*.backup"))


def test_what_cannot_be_right_is_found(store: Store) -> None:
    store.ledger.write_ranges([CountedRange(KEY, 0, 180, AWKWARD)])
    store.alerts.commit_cycle(CycleOutcome(notifications=(notification(),)), NOON)
    assert verify_store(store.engine).ok
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE slices SET seconds = 90 WHERE start = 60"))
        connection.execute(text("UPDATE outbox SET incident = '{}'"))
    verdict = verify_store(store.engine)
    assert [finding.check for finding in verdict.findings] == ["slices", "outbox"]
    assert verdict.findings[1] == Finding("outbox", "entry 1 cannot be read (KeyError)")
    assert verdict.rows["slices"] == 3
