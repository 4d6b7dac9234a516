"""The store: can it be used, is its schema current, and is there room to grow?"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sloguard.doctor.check import Check, ok, problem, skipped, warning
from sloguard.errors import StoreError
from sloguard.model.lease import Lease
from sloguard.presentation.leadership_words import evaluator_words
from sloguard.presentation.words import instant
from sloguard.store.looking import StoreLook, look_at_store
from sloguard.store.migrating import Schema

_MEGABYTE = 1_000_000
_LITTLE_SPACE = 500 * _MEGABYTE
_NO_SPACE = 20 * _MEGABYTE


def store_checks(url: str, now: datetime) -> Iterator[Check]:
    try:
        look = look_at_store(url)
    except StoreError as error:
        yield problem("store", str(error), "Mend it, or give another --store.")
        yield skipped("disk", "the store cannot be used")
        yield skipped("daemon", "the store cannot be used")
        return
    yield _schema(look)
    yield _room(look.folder) if look.folder else ok("disk", "is the database server's concern")
    yield _evaluator(look.lease, now)


def _schema(look: StoreLook) -> Check:
    match look.schema:
        case Schema.CURRENT:
            return ok("store", f"{look.shown} can be read and written, its schema is current")
        case Schema.NEW:
            return ok("store", f"{look.shown} does not exist yet, and will be made at the first use")
        case Schema.OLDER:
            remedy = "Back it up, then start once with --migrate."
            return problem("store", f"{look.shown} was written by an older sloguard", remedy)
        case Schema.NEWER:
            return problem("store", f"{look.shown} was written by a newer sloguard", "Upgrade sloguard.")
        case Schema.FOREIGN:
            return problem("store", f"{look.shown} belongs to another program", "Give another --store.")


def _room(folder: Path) -> Check:
    """Whether this user may make files in the folder (a database needs some beside it), and the disk has room."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        remedy = "Give this user the right to write in the folder, or choose another --store."
        return problem("disk", f"no file can be made in {folder} ({error.strerror or error})", remedy)
    if free < _LITTLE_SPACE:
        make = problem if free < _NO_SPACE else warning
        return make("disk", f"{free / _MEGABYTE:,.0f} MB are free in {folder}", "Make room, or choose another --store.")
    return ok("disk", f"{folder} can be written to, {free / _MEGABYTE:,.0f} MB are free")


def _evaluator(lease: Lease | None, now: datetime) -> Check:
    """Which daemon evaluates. Without a daemon the rules of Prometheus may do, so it is no fault."""
    if lease is None or lease.holder is None:
        return ok("daemon", "none evaluates on this store at present")
    who, age = evaluator_words(lease.holder), now - lease.renewed_at
    # The holder's clock and this one may differ by a little.
    if age > 2 * lease.length:
        return ok("daemon", f"none evaluates at present; the last one was {who}, until {instant(lease.renewed_at)}")
    return ok("daemon", f"{who} evaluates on this store")
