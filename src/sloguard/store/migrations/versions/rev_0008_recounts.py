"""What recounts have changed is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    numbers = [
        column
        for side in ("before", "after")
        for column in (
            sa.Column(f"bad_{side}", sa.Float(53), nullable=False),
            sa.Column(f"total_{side}", sa.Float(53), nullable=False),
            sa.Column(f"seen_{side}", sa.BigInteger, nullable=False),
            sa.Column(f"bridged_{side}", sa.BigInteger, nullable=False),
        )
    ]
    op.create_table(
        "recounts",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        *numbers,
    )
    op.create_index("recounts_at", "recounts", ["at"])
