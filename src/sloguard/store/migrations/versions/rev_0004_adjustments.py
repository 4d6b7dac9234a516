"""Exclusions and corrections, with who made and removed them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("number", _ROW_ID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("start_at", sa.BigInteger, nullable=False),
        sa.Column("end_at", sa.BigInteger, nullable=False),
        sa.Column("bad", sa.Float(53)),
        sa.Column("total", sa.Float(53)),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("removed_by", sa.Text),
        sa.Column("removed_because", sa.Text),
        sa.Column("removed_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
