"""A slice that was rolled up says how much of it nobody has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("slices", sa.Column("unseen_seconds", sa.Integer, nullable=False, server_default=sa.text("0")))
