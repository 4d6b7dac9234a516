"""What stands in for the counts of a window until its history is replayed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "provisional_counts",
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("start_at", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("bad", sa.Float(53)),
        sa.Column("total", sa.Float(53)),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("slo_id", "fingerprint", name="provisional_counts_slo_id_fingerprint"),
    )
