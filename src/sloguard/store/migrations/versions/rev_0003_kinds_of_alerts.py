"""An SLO may have several alerts, one of each kind."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = "alert, incident, updated_at"


def upgrade() -> None:
    # A primary key cannot be changed in SQLite: the table is built anew.
    op.rename_table("alerts", "alerts_0002")
    op.create_table(
        "alerts",
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("alert", sa.Text, nullable=False),
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("slo_id", "kind", name="alerts_slo_id_kind"),
    )
    op.execute(f"INSERT INTO alerts SELECT slo_id, 'objective', {_COLUMNS} FROM alerts_0002")  # noqa: S608 - constants
    op.drop_table("alerts_0002")
