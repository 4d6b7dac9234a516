"""Time that was skipped is remembered, so that a replay fills it in later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "holes",
        sa.Column("series_key", _ROW_ID, sa.ForeignKey("series.key"), nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("series_key", "start", name="holes_series_key_start"),
    )
