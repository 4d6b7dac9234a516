"""Run by alembic: takes the steps on the connection, and in the transaction, that the caller has opened."""

from alembic import context

from sloguard.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
