"""What receivers know stands beside the alerts; silences, acknowledgements and the journal of what was held back."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("receiver", "slo_id", "kind", name="incidents_receiver_slo_id_kind"),
    )
    op.create_table(
        "firings",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "silences",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("matchers", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "acknowledgements",
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("slo_id", "kind", name="acknowledgements_slo_id_kind"),
    )
    op.create_table(
        "held_back",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("slo_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("receivers", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    _who_was_told()


def _who_was_told() -> None:
    """Until now each alert knew its receivers: each of them has an incident of its own, which goes on."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT slo_id, kind, alert, incident, updated_at FROM alerts")).all()
    add = sa.text(
        "INSERT INTO incidents (receiver, slo_id, kind, state, said, updated_at) "
        "VALUES (:receiver, :slo_id, :kind, :state, :said, :updated_at)"
    )
    for slo_id, kind, alert_text, said, updated_at in rows:
        alert = json.loads(alert_text)
        opened_at = alert["started_at"]
        state = {
            "members": [[slo_id, kind]],
            "listed": [],
            "severity": alert["severity"],
            "opened_at": opened_at,
            "grown_at": opened_at,
            "told_at": opened_at,
            "acknowledged": False,
        }
        for receiver in alert.get("notified", ()):
            values = {"receiver": receiver, "slo_id": slo_id, "kind": kind, "said": said, "updated_at": updated_at}
            connection.execute(add, {**values, "state": json.dumps(state)})
