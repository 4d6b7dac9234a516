"""The ledger: series of counts and their slices."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("key", _ROW_ID, primary_key=True),
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("first", sa.BigInteger),
        sa.Column("watermark", sa.BigInteger),
        sa.Column("replayed_start", sa.BigInteger),
        sa.Column("replayed_end", sa.BigInteger),
        sa.UniqueConstraint("slo_id", "fingerprint", name="series_slo_id_fingerprint"),
    )
    op.create_table(
        "slices",
        sa.Column("series_key", _ROW_ID, sa.ForeignKey("series.key"), primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("bad", sa.Float(53), nullable=False),
        sa.Column("total", sa.Float(53), nullable=False),
        sa.Column("bridged", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
