"""The tables as this version of the program reads and writes them. Their history is in `migrations`."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    literal_column,
    text,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
"""Every schema there has been, oldest first. Reading it from `migrations` would cost 0.3 s at each start."""

CURRENT_REVISION = REVISIONS[-1]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_RowId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only in an INTEGER column


class EntryState(StrEnum):
    """Where an outbox entry is on its way."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as microseconds since 1970: exact, and ordered alike in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base class's signature
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        return None if value is None else _EPOCH + value * _MICROSECOND


metadata = MetaData()

series = Table(
    "series",
    metadata,
    Column("key", _RowId, primary_key=True),
    Column("slo_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("first", BigInteger),
    Column("watermark", BigInteger),
    Column("replayed_start", BigInteger),
    Column("replayed_end", BigInteger),
    UniqueConstraint("slo_id", "fingerprint", name="series_slo_id_fingerprint"),
)

slices = Table(
    "slices",
    metadata,
    Column("series_key", _RowId, ForeignKey("series.key"), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("seconds", Integer, nullable=False),
    Column("bad", Float(53), nullable=False),
    Column("total", Float(53), nullable=False),
    Column("bridged", Boolean, nullable=False),
    Column("unseen_seconds", Integer, nullable=False, server_default=text("0")),
    sqlite_with_rowid=False,  # the primary key is the table: half the size, and a range is one read
)

holes = Table(
    "holes",
    metadata,
    Column("series_key", _RowId, ForeignKey("series.key"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    PrimaryKeyConstraint("series_key", "start", name="holes_series_key_start"),
)

provisional_counts = Table(
    "provisional_counts",
    metadata,
    Column("slo_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("bad", Float(53)),
    Column("total", Float(53)),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("slo_id", "fingerprint", name="provisional_counts_slo_id_fingerprint"),
)

recounts = Table(
    "recounts",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("slo_id", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("bad_before", Float(53), nullable=False),
    Column("total_before", Float(53), nullable=False),
    Column("seen_before", BigInteger, nullable=False),
    Column("bridged_before", BigInteger, nullable=False),
    Column("bad_after", Float(53), nullable=False),
    Column("total_after", Float(53), nullable=False),
    Column("seen_after", BigInteger, nullable=False),
    Column("bridged_after", BigInteger, nullable=False),
)
Index("recounts_at", recounts.c.at)

alerts = Table(
    "alerts",
    metadata,
    Column("slo_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("incident", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("slo_id", "kind", name="alerts_slo_id_kind"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("receiver", Text, nullable=False),
    Column("slo_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("receiver", "slo_id", "kind", name="incidents_receiver_slo_id_kind"),
)

firings = Table(
    "firings",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("slo_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

silences = Table(
    "silences",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("matchers", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,  # a number that somebody has noted down never means another silence
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("slo_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("severity", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    PrimaryKeyConstraint("slo_id", "kind", name="acknowledgements_slo_id_kind"),
)

held_back = Table(
    "held_back",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("slo_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("until", Instant),
    Column("receivers", Text, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("dedup_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("incident", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("reference", Text),
    Column("last_error", Text),
    Column("delivered_at", Instant),
    sqlite_autoincrement=True,  # an id is never given twice: the order of a key's entries is the order of ids
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    # Unique, so that PostgreSQL takes a change of hands for a change of key, and a renewal for none: `store/lease.py`.
    Column("token", BigInteger, nullable=False, unique=True),
    Column("holder", Text),
    Column("renewals", BigInteger, nullable=False),
    Column("acquired_at", Instant, nullable=False),
    Column("renewed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("number", _RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant, nullable=False),
    Column("bad", Float(53)),
    Column("total", Float(53)),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("removed_by", Text),
    Column("removed_because", Text),
    Column("removed_at", Instant),
    sqlite_autoincrement=True,  # a number is never given twice: people refer to it
)

# What is due is looked for among what is pending, which is little; what was delivered grows.
# A partial index serves a query only if that says the same constant, so neither may be a bound parameter.
PENDING_STATE: ColumnElement[str] = literal_column("'pending'")
PENDING = outbox.c.state == PENDING_STATE
Index(
    "outbox_pending",
    outbox.c.receiver,
    outbox.c.dedup_key,
    outbox.c.id,
    sqlite_where=PENDING,
    postgresql_where=PENDING,
)
Index("outbox_history", outbox.c.receiver, outbox.c.dedup_key, outbox.c.id)
