"""The database section of `flux doctor`: which server, which schema, who guards the rows, and how much there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.finding import Finding

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.settings import Settings

_COUNTED = {"users": "people", "tasks": "tasks", "messages": "messages"}
_MOST_COUNTED = 100_000


def database_findings(settings: Settings, *, embedded: bool) -> Iterator[Finding]:
    """Reads only. What cannot be asked because an earlier answer was bad is left out."""
    from psycopg import OperationalError
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from storage.database import normalise_url
    from storage.preflight import pooled

    try:
        pool = pooled(settings.database_url)
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0].rpartition(": ")[2]
        yield Finding("Database", False, f"does not answer ({reason})", wrong=True)
        return
    yield Finding("Database connection", not pool, pool or "direct", wrong=bool(pool))
    if pool:
        return
    with create_engine(normalise_url(settings.database_url), poolclass=NullPool).connect() as connection:
        yield from _server(connection, embedded=embedded)
        yield from _schema(connection)


def _server(connection: Connection, *, embedded: bool) -> Iterator[Finding]:
    from sqlalchemy import text

    from storage.preflight import DatabaseError, check_server

    version = str(connection.scalar(text("show server_version"))).split()[0]
    kind = "embedded" if embedded else "your own"
    try:
        check_server(connection)
    except DatabaseError as error:
        yield Finding("Database server", False, str(error), wrong=True)
    else:
        yield Finding("Database server", True, f"Postgres {version}, {kind}")


def _schema(connection: Connection) -> Iterator[Finding]:
    from storage.migrations import current_revision, head_revision, known_revisions
    from storage.preflight import missing_tables

    revision, head = current_revision(connection), head_revision()
    if revision != head:
        newer = revision is not None and revision not in known_revisions()
        what = "made by a newer Flux" if newer else "run `flux migrate`"
        words = f"{revision or 'empty'}, this program wants {head}: {what}"
        yield Finding("Database schema", False, words, wrong=True)
        return
    missing = missing_tables(connection)
    words = f"{revision}, but has no {', '.join(missing)}: restore a backup" if missing else head
    yield Finding("Database schema", not missing, words, wrong=bool(missing))
    if not missing:
        yield from _guards(connection)
        yield _amount(connection)
        yield from _left_at_providers(connection)


def _guards(connection: Connection) -> Iterator[Finding]:
    from storage.preflight import how_to_make_roles, roles_out_of_reach, unguarded_tables

    unreachable, unguarded = roles_out_of_reach(connection), unguarded_tables(connection)
    words = "web and conversation see one person's rows at a time"
    if unguarded:
        words = f"off for {', '.join(unguarded)}: run `flux migrate` of this version on a restored backup"
    if unreachable:
        words = how_to_make_roles(str(connection.engine.url.username))
    good = not (unguarded or unreachable)
    yield Finding("Row level security", good, words, wrong=not good)


def _amount(connection: Connection) -> Finding:
    """How much there is, counted as the service role: the login itself may see nothing."""
    from sqlalchemy import text

    from storage.database import SERVICE

    size = connection.scalar(text("select pg_size_pretty(pg_database_size(current_database()))"))
    connection.execute(text(f"set local role {SERVICE}"))
    counted = (f"{_count(connection, table)} {words}" for table, words in _COUNTED.items())
    return Finding("Database size", True, f"{size}: {', '.join(counted)}")


def _left_at_providers(connection: Connection) -> Iterator[Finding]:
    """What an operator has to delete with their own hands; in the role that `_amount` took."""
    from sqlalchemy import text

    counted = "select state, count(*) from provider_deletions where state in ('failed', 'by_hand') group by state order by state"
    left = [f"{number} {state}" for state, number in connection.execute(text(counted))]
    if left:
        words = f"{', '.join(left)}: see provider_deletions, and docs/privacy.md for what to do"
        yield Finding("Deletions at providers", False, words)


def _count(connection: Connection, table: str) -> str:
    """Exactly while that is quick."""
    from sqlalchemy import text

    rows = text(f"select count(*) from (select from {table} limit {_MOST_COUNTED + 1}) as found")  # noqa: S608 - our own names
    number = int(connection.scalar(rows) or 0)
    return f"more than {_MOST_COUNTED:,}" if number > _MOST_COUNTED else f"{number:,}"
