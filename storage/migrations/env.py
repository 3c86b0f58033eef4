"""Alembic's entry: migrate on the connection that `storage.engine.database` hands over."""

from alembic import context

from storage.engine.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
    transactional_ddl=False,  # the caller's transaction is the only one
    compare_type=True,
)
context.run_migrations()
