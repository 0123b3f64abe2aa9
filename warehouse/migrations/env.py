"""What Alembic runs: the steps on the connection `migrate` hands over, in its transaction."""

import duckdb_sqlalchemy.alembic_impl  # noqa: F401  # names the dialect to Alembic
from alembic import context

from warehouse.tables import METADATA, SCHEMA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table_schema=SCHEMA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
