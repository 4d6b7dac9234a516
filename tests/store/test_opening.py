"""Opening: what is made, what is refused, and in which words."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import sloguard.store.migrations
from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey
from sloguard.store import open_store
from sloguard.store.codec import alert_to_json, incident_to_json
from sloguard.store.outbox import _claimable
from sloguard.store.tables import REVISIONS, metadata
from tests.store.test_ledger import KEY, counted, minutes
from tests.support.incidents import NOON, record, told


def sqlite_url(tmp_path: Path, name: str = "store.db") -> str:
    return f"sqlite:///{tmp_path / name}"


_ALERTS_0002 = """
DROP TABLE alerts;
CREATE TABLE alerts (
    slo_id TEXT PRIMARY KEY, alert TEXT NOT NULL, incident TEXT NOT NULL, updated_at BIGINT NOT NULL
);
"""


_WITHOUT_0006 = "".join(
    f"DROP TABLE {name};" for name in ("incidents", "firings", "silences", "acknowledgements", "held_back")
)


def downgrade_to(path: Path, revision: str) -> None:
    """Make the store look as the sloguard of that revision left it."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE lease")
        connection.execute("DROP TABLE provisional_counts")
        if revision < "0007":
            connection.execute("DROP TABLE holes")
            connection.execute("DROP TABLE recounts")
        if revision < "0006":
            connection.executescript(_WITHOUT_0006)
        if revision < "0005":
            connection.execute("ALTER TABLE slices DROP COLUMN unseen_seconds")
        if revision < "0004":
            connection.execute("DROP TABLE adjustments")
        if revision == "0001":
            connection.executescript("DROP TABLE alerts; DROP TABLE outbox;")
        if revision == "0002":
            connection.executescript(_ALERTS_0002)
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


def test_what_was_written_is_there_after_opening_again(store_url: str) -> None:
    first = open_store(store_url)
    first.ledger.write_ranges([counted(minutes(0, 2))])
    first.close()
    second = open_store(store_url)
    assert tuple(second.ledger.slices(KEY, 0, 900)) == minutes(0, 2)
    second.ping()
    second.close()


def test_the_steps_lead_to_the_tables_that_the_program_uses(store_url: str) -> None:
    store = open_store(store_url)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


def test_the_known_revisions_are_those_of_the_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(sloguard.store.migrations.__file__).parent))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == REVISIONS


def test_an_older_store_is_left_alone_unless_asked(tmp_path: Path) -> None:
    url, path = sqlite_url(tmp_path), tmp_path / "store.db"
    store = open_store(url)
    store.ledger.write_ranges([counted(minutes(0, 2))])
    store.close()
    downgrade_to(path, "0001")
    with pytest.raises(StoreError, match=r"older sloguard\. Make a backup .* `sloguard run --migrate`"):
        open_store(url)
    store = open_store(url, migrate=True)
    assert tuple(store.ledger.slices(KEY, 0, 900)) == minutes(0, 2)
    assert store.outbox.depth()["pending"] == 0
    store.close()
    open_store(url).close()


def test_alerts_of_an_older_store_go_on_firing(tmp_path: Path) -> None:
    url, path = sqlite_url(tmp_path), tmp_path / "store.db"
    open_store(url).close()
    downgrade_to(path, "0002")
    firing = record("shop/checkout")
    written = {**json.loads(alert_to_json(firing.alert)), "notified": ["pagerduty.primary", "slack.oncall"]}
    row = ("shop/checkout", json.dumps(written), incident_to_json(firing.incident), 1)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO alerts VALUES (?, ?, ?, ?)", row)
    connection.close()
    store = open_store(url, migrate=True)
    assert store.alerts.alerts() == {AlertKey("shop/checkout"): firing}
    expected = [told("shop/checkout", receiver) for receiver in ("pagerduty.primary", "slack.oncall")]
    assert sorted(store.alerts.incidents(), key=lambda each: each.receiver) == expected
    store.close()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    open_store(sqlite_url(tmp_path)).close()
    downgrade_to(tmp_path / "store.db", "9999")
    for migrate in (False, True):
        with pytest.raises(StoreError, match=r"newer sloguard than this one\. Upgrade sloguard"):
            open_store(sqlite_url(tmp_path), migrate=migrate)


def test_another_programs_database_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE invoices (id INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(sqlite_url(tmp_path), migrate=True)
    assert path.read_bytes() == before


def test_a_store_whose_beginning_is_damaged_says_how_to_restore_it(tmp_path: Path) -> None:
    """It looks like a file of something else."""
    open_store(sqlite_url(tmp_path)).close()
    with (tmp_path / "store.db").open("r+b") as file:
        file.write(b"garbage!" * 2)
    with pytest.raises(StoreError, match=r"or it is damaged\. .*`sloguard restore --replace`"):
        open_store(sqlite_url(tmp_path))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("version: 1\n" * 1_000)
    with pytest.raises(StoreError, match=r"is not a SQLite database, or it is damaged\. Give another path"):
        open_store(sqlite_url(tmp_path))


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(sqlite_url(tmp_path))
    store.ledger.write_ranges([counted(minutes(0, 30_000))])
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)  # behind the tables' own descriptions
        file.write(b"\xff" * (size // 2))
    store = open_store(sqlite_url(tmp_path))
    with pytest.raises(StoreError, match=r"is damaged\. Restore a backup"):
        store.ledger.slices(KEY, 0, 10**9)
    store.close()


def test_a_locked_file(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path))
    with store.engine.connect() as connection:  # the pool's only idle connection, made impatient
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "store.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked: another process has been writing"):
        store.ledger.write_ranges([counted(minutes(0, 1))])
    other.rollback()
    other.close()
    store.ledger.write_ranges([counted(minutes(0, 1))])
    store.close()


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path))
    other = sqlite3.connect(tmp_path / "store.db")
    other.execute("BEGIN IMMEDIATE")
    assert store.ledger.marks() == {}
    other.close()
    store.close()


def test_a_full_disk(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path))
    store.ledger.write_ranges([counted(minutes(0, 10))])
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="the disk is full"):
        store.ledger.write_ranges([counted(minutes(0, 5_000))])
    assert tuple(store.ledger.slices(KEY, 0, 10**9)) == minutes(0, 10)
    store.close()


REFUSED = [
    ("", "The store's URL cannot be read"),
    ("sloguard.db", "The store's URL cannot be read"),
    ("postgresql://me:hunter2@host:port/db", "The store's URL cannot be read"),
    ("mysql://me:hunter2@host/db", "A store cannot be kept in 'mysql'"),
    ("postgres://me:hunter2@host/db", "A store cannot be kept in 'postgres'"),
    ("sqlite://", "A store in memory would forget its alerts"),
    ("sqlite:///:memory:", "A store in memory would forget its alerts"),
    ("sqlite:///{tmp}", "is a folder. Give the path of a file"),
    ("sqlite:///{tmp}/no/such/store.db", "does not exist. Make it: mkdir -p {tmp}/no/such"),
    ("sqlite:////proc/store.db", "cannot be opened. Is its folder there, and may this user write in it?"),
    ("postgresql://me:hunter2@127.0.0.1:1/db", "could not be used: connection"),
]


@pytest.mark.parametrize(("url", "words"), REFUSED)
def test_what_cannot_be_a_store_is_refused_without_its_password(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url.format(tmp=tmp_path))
    assert words.format(tmp=tmp_path) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_current_store_opens_without_alembic(tmp_path: Path) -> None:
    """It would cost every command 0.3 s."""
    url = sqlite_url(tmp_path)
    open_store(url).close()
    program = f"import sys; from sloguard.store import open_store; open_store({url!r}).close(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "alembic" not in done.stdout.split()


def test_several_processes_may_make_the_same_store_at_once(store_url: str) -> None:
    program = f"from sloguard.store import open_store; open_store({store_url!r}).close()"
    starting = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in starting:
        _, problems = process.communicate(timeout=60)
        assert process.returncode == 0, problems
    open_store(store_url).close()


def test_looking_for_due_entries_reads_an_index(tmp_path: Path) -> None:
    """The outbox keeps what was delivered: a scan would grow with it."""
    store = open_store(sqlite_url(tmp_path))
    with store.engine.connect() as connection:
        query = _claimable(NOON, 10).compile(connection, compile_kwargs={"literal_binds": False})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", tuple(range(20))[: str(query).count("?")])
        steps = [row.detail for row in plan]
    assert any("outbox_pending" in step for step in steps), steps
    scans = [step for step in steps if step.startswith("SCAN outbox")]
    assert all("USING INDEX outbox_pending" in step for step in scans), steps
    store.close()


def test_the_durability_that_was_chosen(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path))
    with store.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 10_000
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    store.close()
