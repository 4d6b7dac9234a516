"""Exclusions and corrections as the store keeps them: made, listed and taken back from the command line."""

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sloguard.cli.options import OutputFormat
from sloguard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sloguard.model.adjustment import Adjustment, AdjustmentRecord, Removal
    from sloguard.store import Store


def make(adjustment: "Adjustment", store: str, output: OutputFormat) -> None:
    """Write one down, and show it with the number it was given."""
    from sloguard.model.adjustment import AdjustmentRecord

    with _opened(store) as opened:
        number = opened.adjustments.add(adjustment)
    record = AdjustmentRecord(replace(adjustment, number=number))
    _print([record], type(adjustment), output, adjustment.created_at)


def show(kind: "type[Adjustment]", store: str, output: OutputFormat, *, removed: bool) -> bool:
    """Show those of a kind that apply, or all that were ever made; whether there are any."""
    from sloguard.clock import utc_now

    with _opened(store) as opened:
        records = [each for each in opened.adjustments.records() if isinstance(each.adjustment, kind)]
    shown = [each for each in records if removed or each.removal is None]
    _print(shown, kind, output, utc_now())
    return bool(shown)


def unmake(number: int, kind: "type[Adjustment]", removal: "Removal", store: str, output: OutputFormat) -> None:
    """Take one back.

    Raises:
        UsageError: there is none of that kind and number, or it was removed before.
    """
    with _opened(store) as opened:
        known = {each.adjustment.number: each.adjustment for each in opened.adjustments.records()}
        if not isinstance(known.get(number), kind):
            raise UsageError(f"There is no {_name(kind)} {number}. `list --all` shows which there are.")
        record = opened.adjustments.remove(number, removal)
    if record is None or record.removal != removal:
        raise UsageError(f"The {_name(kind)} {number} was removed before{_by(record)}.")
    _print([record], kind, output, removal.removed_at)


def _by(record: "AdjustmentRecord | None") -> str:
    from sloguard.presentation.words import instant

    earlier = record.removal if record else None
    return f", by {earlier.author} at {instant(earlier.removed_at)}: {earlier.reason}" if earlier else ""


@contextmanager
def _opened(url: str) -> "Iterator[Store]":
    from sloguard.store import open_store

    opened = open_store(url, create=False)
    try:
        yield opened
    finally:
        opened.close()


def _name(kind: "type[Adjustment]") -> str:
    return kind.__name__.lower()


def _print(
    records: "Sequence[AdjustmentRecord]", kind: "type[Adjustment]", output: OutputFormat, now: "datetime"
) -> None:
    from sloguard.cli.output import print_json
    from sloguard.presentation.adjustments import records_document

    if output is OutputFormat.JSON:
        print_json(records_document(f"{_name(kind)}s", records, now))
    elif records:
        _print_table(records, now)


def _print_table(records: "Sequence[AdjustmentRecord]", now: "datetime") -> None:
    from sloguard.cli.output import print_tables
    from sloguard.cli.tables import text_table

    header = ("No.", "Of", "From", "Until", "Effect", "State", "By", "Reason")
    print_tables([text_table(header, (_row(each, now) for each in records))])


def _row(record: "AdjustmentRecord", now: "datetime") -> tuple[str, ...]:
    from sloguard.presentation.adjustments import effect_words, scope, standing
    from sloguard.presentation.words import instant

    made, gone = record.adjustment, record.removal
    state = f"{standing(record, now)} by {gone.author}: {gone.reason}" if gone else standing(record, now)
    span = (instant(made.start_at), instant(made.end_at))
    return (str(made.number), scope(made), *span, effect_words(made), state, made.author, made.reason)
