"""What a database must be before Flux works in it, found out early and said in one line."""

from __future__ import annotations

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from storage.database import APP, SERVICE, normalise_url
from storage.tables import Base

OLDEST = 15  # views that run with the reader's rights (security_invoker) came with it
_POOL_PORT = 6543  # where Supabase and others put a pool in transaction mode
_POOLED = (
    "it leads to a pool in transaction mode (pgbouncer, Supavisor), which hands every transaction to another connection: "
    "Flux needs the direct connection, or a pool in session mode (mostly port 5432)"
)


class DatabaseError(Exception):
    """The database cannot serve Flux as it is; the text is one line for an operator, without a secret."""


def pooled_by_name(url: str) -> str | None:
    """Why this URL is known to lead to a transaction pool, before anybody connects; None when it is not."""
    parsed = make_url(url)
    host = parsed.host or ""
    told = str(parsed.query.get("pgbouncer", "")).lower() in ("true", "1")
    supabase = host.endswith(".pooler.supabase.com") and parsed.port == _POOL_PORT
    return _POOLED if told or supabase else None


def pooled_by_trial(url: str) -> str | None:
    """Whether two open connections share one backend, as they do behind a transaction pool. Raises OperationalError."""
    plain = normalise_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    backends = set()
    with (
        psycopg.connect(plain, autocommit=True, connect_timeout=5) as first,
        psycopg.connect(plain, autocommit=True, connect_timeout=5) as second,
    ):
        for connection in (first, second):
            backends |= {row[0] for row in connection.execute("select pg_backend_pid()")}
    return _POOLED if len(backends) == 1 else None


def pooled(url: str) -> str | None:
    """Why this URL leads to a transaction pool, told by its name or by trial; None when it does not.

    Raises OperationalError when nobody answers.
    """
    try:
        return pooled_by_name(url) or pooled_by_trial(url)
    except psycopg.OperationalError as error:
        if pool := refuses_us(error):
            return pool
        raise


def refuses_us(error: Exception) -> str | None:
    """Why a connection failed, where the words of the server show that it is a pool; None otherwise."""
    return _POOLED if "unsupported startup parameter" in str(error) else None


def check_server(connection: Connection) -> None:
    """Raises DatabaseError when the server is too old."""
    number = int(connection.scalar(text("show server_version_num")) or 0)
    if number < OLDEST * 10_000:
        raise DatabaseError(f"Postgres {number // 10_000} is too old: Flux needs {OLDEST} or newer")


def missing_tables(connection: Connection) -> list[str]:
    """Tables of the newest schema that are not there: a migration was cut off, or somebody dropped them."""
    found = set(
        connection.scalars(
            text("select relname from pg_class where relnamespace = current_schema()::regnamespace")
        )
    )
    return sorted(set(Base.metadata.tables) - found)


def unguarded_tables(connection: Connection) -> list[str]:
    """Tables of ours without forced row level security."""
    guarded = set(
        connection.scalars(text("select relname from pg_class where relrowsecurity and relforcerowsecurity"))
    )
    return sorted(set(Base.metadata.tables) - guarded)


def roles_out_of_reach(connection: Connection) -> list[str]:
    """Which of the two roles are missing, or cannot be taken on by this login."""
    act = "SET" if int(connection.scalar(text("show server_version_num")) or 0) >= 160_000 else "MEMBER"
    found = connection.scalars(
        text(
            "select rolname from pg_roles where rolname = any(:names) and pg_has_role(session_user, oid, :act)"
        ),
        {"names": [APP, SERVICE], "act": act},
    )
    return sorted({APP, SERVICE} - set(found))


def how_to_make_roles(login: str) -> str:
    """What an administrator has to run once when the login of Flux may not make roles."""
    return (
        f"this login may not make the roles Flux works as; let an administrator run once: "
        f"create role {APP} nologin; create role {SERVICE} nologin; "
        f'grant {APP}, {SERVICE} to "{login}";'
    )
