"""Work on a store that ends before its n-th statement, as if by kill -9. Run as a program, for it forks.

Each line that it reads names a work, the URL of a store and n; it answers `killed`, or `done` if there were not so many
statements.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from sloguard.store import Store, open_store

Work = Callable[[Store], object]
Kill = Callable[[str, str, int], bool]
"""Whether a work (its name) on a store (its URL) was killed before a statement (its number, from 1 on)."""


@contextmanager
def killer(module: str) -> Iterator[Kill]:
    """Runs a module that serves its works."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdin
        assert process.stdout
        sent, answers = process.stdin, process.stdout

        def kill(work: str, url: str, before_statement: int) -> bool:
            sent.write(f"{work} {url} {before_statement}\n")
            sent.flush()
            answer = answers.readline().strip()
            assert answer in {"killed", "done"}, f"{work} failed before statement {before_statement}: {answer!r}"
            return answer == "killed"

        yield kill
        sent.close()


def each_death(kill: Kill, work: str, prepared: Path) -> Iterator[tuple[bool, Store]]:
    """A store (a SQLite file that nobody uses) as it is found after each death, and last after the work's own end."""
    for number in itertools.count(1):
        file = prepared.with_name(f"{work}-{number}.db")
        shutil.copy(prepared, file)
        url = f"sqlite:///{file}"
        killed = kill(work, url, number)
        store = open_store(url)
        try:
            yield killed, store
        finally:
            store.close()
        if not killed:
            return


def serve(works: Mapping[str, Work]) -> None:
    for line in sys.stdin:
        name, url, number = line.split()
        sys.stdout.write("killed\n" if _was_killed(works[name], url, int(number)) else "done\n")
        sys.stdout.flush()


def _was_killed(work: Work, url: str, before_statement: int) -> bool:
    child = os.fork()
    if child == 0:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the answers are to be read by a program
        try:
            _work_and_die(work, url, before_statement)
        except BaseException:  # noqa: BLE001 - the parent must learn of it
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if ended not in {0, -signal.SIGKILL}:
        sys.exit(f"the work ended with {ended}")
    return ended != 0


def _work_and_die(work: Work, url: str, before_statement: int) -> None:
    store = open_store(url)
    seen = 0

    def step(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == before_statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(store.engine, "before_cursor_execute", step)
    event.listen(store.engine, "commit", step)
    work(store)
