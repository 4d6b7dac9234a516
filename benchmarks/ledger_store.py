"""What the ledger's store costs: space, an evaluation's commit, a start, an hour's upkeep, backups.

The store holds made-up counts of 30 days as the daemon keeps them: slices for six hours, sums of five minutes for three
days and of hours before. Then an hour passes, slice by slice. Beside it stands what the slices would take if they were
never summed up. Trust the ratios, not the seconds. 10,000 SLOs take ten minutes or so.

    python benchmarks/ledger_store.py --slos 1000 10000
    python benchmarks/ledger_store.py --slos 1000 --store postgresql://USER@HOST/EMPTY
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, event, text

from daemon_cost import COUNTED_UNTIL, DAY, HOUR, fleet
from sloguard.daemon.upkeep import Upkeep
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.model.settings import Configuration
from sloguard.model.slo import Service, Slo
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from sloguard.store import Store, open_store
from sloguard.store.backup import back_up, restore, verify_backup

MINUTE = 60
MONTH_DAYS = 30
PASTS = 50
"""So many different ones the SLOs have."""
SLOS_AT_ONCE = 200
UNSUMMED_SLOS, UNSUMMED_SECONDS = 500, 6 * HOUR
"""Enough to tell how long a slice is in the file."""


@dataclass(slots=True)
class Transactions:
    """How long each one has the database to itself."""

    seconds: list[float] = field(default_factory=list)
    _began: float = 0.0

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "commit", self._commit)

    def _begin(self, _: Connection) -> None:
        self._began = time.perf_counter()

    def _commit(self, _: Connection) -> None:
        self.seconds.append(time.perf_counter() - self._began)


def at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def taken(work: Callable[[], object]) -> float:
    """Seconds on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def piece(start: int, seconds: int, chance: random.Random, events_a_second: float) -> Slice:
    """Whole numbers, as counters have them."""
    total = round(chance.gauss(events_a_second, events_a_second / 10) * seconds)
    return Slice(start, seconds, float(round(total * chance.random() * 0.002)), float(max(0, total)))


def past(number: int, *, days: int) -> tuple[Slice, ...]:
    chance, events_a_second = random.Random(number), 0.05 * 1.15**number
    fine, medium = ((COUNTED_UNTIL - age) // HOUR * HOUR for age in (6 * HOUR, 3 * DAY))
    slices, start = [], (COUNTED_UNTIL - days * DAY) // HOUR * HOUR
    while start < COUNTED_UNTIL:
        seconds = MINUTE if start >= fine else 300 if start >= medium else HOUR
        slices.append(piece(start, seconds, chance, events_a_second))
        start += seconds
    return tuple(slices)


def fill(store: Store, keys: Sequence[LedgerKey], pasts: Sequence[tuple[Slice, ...]]) -> int:
    """How many slices there are."""
    count = 0
    for first in range(0, len(keys), SLOS_AT_ONCE):
        some = {key: pasts[number % len(pasts)] for number, key in enumerate(keys[first : first + SLOS_AT_ONCE])}
        ranges = [CountedRange(key, slices[0].start, slices[-1].end, slices) for key, slices in some.items()]
        store.ledger.write_replayed(ranges, {each.key: (each.start, each.end) for each in ranges})
        count += sum(map(len, some.values()))
    return count


def size(store: Store) -> int:
    """Bytes, once everything is where it belongs."""
    if store.engine.dialect.name != "sqlite":
        with store.engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    store.close()  # which writes the log back
    return Path(store.engine.url.database or "").stat().st_size


def evaluations(keys: Sequence[LedgerKey], pasts: Sequence[tuple[Slice, ...]]) -> Iterator[CycleOutcome]:
    """What an hour of them commits, slice by slice."""
    for start in range(COUNTED_UNTIL, COUNTED_UNTIL + HOUR, MINUTE):
        same = [pasts[number][-1 - start // MINUTE % 300] for number in range(len(pasts))]
        slices = [Slice(start, MINUTE, each.bad, each.total) for each in same]
        ranges = [
            CountedRange(key, start, start + MINUTE, (slices[number % SLOS_AT_ONCE % len(pasts)],))
            for number, key in enumerate(keys)
        ]
        yield CycleOutcome(tuple(ranges))


def unsummed_bytes(directory: Path) -> float:
    """Of a slice, where all are as they were counted."""
    chance = random.Random(1)
    store = open_store(f"sqlite:///{directory}/unsummed.db")
    times = range(COUNTED_UNTIL - UNSUMMED_SECONDS, COUNTED_UNTIL, MINUTE)
    pasts = [tuple(piece(start, MINUTE, chance, 0.05 * 1.15**number) for start in times) for number in range(PASTS)]
    count = fill(store, [LedgerKey(f"fleet/{number}", "f") for number in range(UNSUMMED_SLOS)], pasts)
    found = size(store) / count
    store.close()
    return found


def kept_small(store: Store, slos: tuple[Slo, ...]) -> str:
    transactions = Transactions()
    transactions.watch(store.engine)
    upkeep = Upkeep(Configuration((Service("fleet", slos),)), store.ledger, store.upkeep, lambda _: False)
    seconds = taken(lambda: upkeep.run(at(COUNTED_UNTIL + HOUR)))
    longest = max(transactions.seconds)
    return f"an hour's upkeep {seconds:.2f} s in {len(transactions.seconds)} transactions, the longest {longest:.3f} s"


def backed_up(store: Store, url: str, directory: Path) -> str:
    file = directory / "store.backup"
    made = taken(lambda: back_up(store.engine, file, at(COUNTED_UNTIL)))
    verified = taken(lambda: verify_backup(file))
    is_file = store.engine.dialect.name == "sqlite"
    store.close()
    target = f"sqlite:///{directory}/restored.db" if is_file else url
    restored = taken(lambda: restore(file, target, replace=not is_file))
    return (
        f"a backup {made:.1f} s and {file.stat().st_size / 1e6:.1f} MB, verified in {verified:.1f} s,"
        f" restored in {restored:.1f} s"
    )


def measure(count: int, url: str, directory: Path, days: int) -> None:
    slos = fleet(count)
    keys = [ledger_key(each) for each in slos]
    pasts = [past(number, days=days) for number in range(PASTS)]
    store = open_store(url)
    if store.ledger.marks():
        raise SystemExit(f"There is a ledger at {url} already. Give an empty database.")
    empty = size(store)
    filling = taken(lambda: fill(store, keys, pasts))
    used = size(store) - empty
    print(
        f"{count:>6} SLOs, {days} days: {used / count / 1e3:.1f} kB an SLO, {used / count / len(pasts[0]):.1f} bytes a"
        f" slice, {len(pasts[0]):,} slices; filled in {filling:.0f} s",
        flush=True,
    )
    loading = taken(lambda: Histories(store.ledger, timedelta(seconds=MINUTE)).load(slos, at(COUNTED_UNTIL)))
    outcomes = evaluations(keys, pasts)
    commits = [taken(partial(store.alerts.commit_cycle, each, at(COUNTED_UNTIL))) for each in outcomes]
    print(
        f"{count:>6} SLOs: a commit {sum(commits) / len(commits):.3f} s, the longest {max(commits):.3f} s;"
        f" histories read in {loading:.1f} s; {kept_small(store, slos)}",
        flush=True,
    )
    print(f"{count:>6} SLOs: {backed_up(store, url, directory)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, nargs="+", default=[1000])
    parser.add_argument("--days", type=int, default=MONTH_DAYS, help="of history, at least 4")
    parser.add_argument("--store", help="an empty PostgreSQL database; by default a SQLite file; takes one fleet")
    arguments = parser.parse_args()
    if arguments.days < 4 or (arguments.store and len(arguments.slos) > 1):
        parser.error("--days takes 4 or more, and with --store there is one fleet")
    with tempfile.TemporaryDirectory() as name:
        unsummed = unsummed_bytes(Path(name))
    month = unsummed * MONTH_DAYS * DAY / MINUTE
    print(
        f"Never summed up: {month / 1e3:.0f} kB an SLO and month ({unsummed:.1f} bytes a slice, in SQLite)", flush=True
    )
    for count in sorted(arguments.slos):
        with tempfile.TemporaryDirectory() as name:
            measure(count, arguments.store or f"sqlite:///{name}/store.db", Path(name), arguments.days)


if __name__ == "__main__":
    main()
