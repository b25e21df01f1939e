"""Where Alembic starts: runs the migrations on the connection that the store hands over.

There is no alembic.ini and no offline mode; `vitals.io.store.migrating` is the only caller.
"""

from alembic import context

from vitals.io.store.tables import VERSION_TABLE, metadata


def migrate() -> None:
    """Run what Alembic was asked for, inside the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic runs this file; a plain import does nothing
    migrate()
