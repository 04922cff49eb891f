"""Alembic's entry: runs the migrations on the connection it is handed, or on DATABASE_URL from the command line."""

import os

from sqlalchemy import create_engine

from alembic import context
from storage.database import normalise_url
from storage.tables import Base


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    # Only the bare `alembic` command gets here: `flux migrate` hands its connection in.
    engine = create_engine(normalise_url(os.environ["DATABASE_URL"]))
    with engine.begin() as own:
        _migrate(own)


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


run()
