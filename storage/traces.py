"""Looking for what is left of somebody: every column of every table, whatever is in the catalogue by then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

_UUID = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_ANY_UUID = re.compile(_UUID.encode(), re.IGNORECASE)
# A short word counts only where it stands alone: a chat's number is in many a longer one. A long one always does:
# packed texts have their length before them, which may look like a letter.
_BEFORE, _AFTER = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_LONG = 20


@dataclass(frozen=True)
class Needles:
    """What would give somebody away: their id, the ids of all that is theirs, and addresses as words."""

    person: UUID
    ids: frozenset[UUID] = frozenset()
    words: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.ids | {self.person}) + len(self.words)

    def __or__(self, other: Needles) -> Needles:
        return Needles(self.person, self.ids | other.ids, self.words | other.words)

    @cached_property
    def hexes(self) -> frozenset[str]:
        return frozenset(one.hex for one in self.ids | {self.person})

    @cached_property
    def pattern(self) -> str:
        """A regular expression for the words and for both spellings of the person's id, in Postgres and here."""
        words = [_pattern_of(word) for word in sorted(self.words)]
        return "|".join([self.person.hex, str(self.person), *words])

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern.encode(), re.IGNORECASE)

    def spans(self, data: Any) -> Iterator[tuple[int, int]]:
        """Where in these bytes (or this mapped file) something of the person stands."""
        for found in self._compiled.finditer(data):
            yield found.span()
        for found in _ANY_UUID.finditer(data):
            if found[0].decode().replace("-", "").lower() in self.hexes:
                yield found.span()
        raw = self.person.bytes
        at = data.find(raw)
        while at >= 0:
            yield at, at + len(raw)
            at = data.find(raw, at + len(raw))

    def are_in(self, data: bytes) -> bool:
        return next(self.spans(data), None) is not None


def _pattern_of(word: str) -> str:
    return re.escape(word) if len(word) >= _LONG else f"{_BEFORE}{re.escape(word)}{_AFTER}"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where something was found, and how often; never what."""

    place: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.place} ({self.count} x)"


_COLUMNS = text("""
    select n.nspname as schema, c.relname as table, a.attname as column, t.typname as type
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
    order by 1, 2, a.attnum
""")
_TELLS_NOTHING = (
    "bool",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "float4",
    "float8",
)

Table = tuple[str, str]


def find_traces(connection: Connection, needles: Needles) -> list[Trace]:
    """Every column in which something of the person stands. The connection's role decides which tables can be read."""
    return [
        trace
        for table, columns in readable_tables(connection).items()
        for trace in _search(connection, table, columns, needles)
    ]


def readable_tables(connection: Connection) -> dict[Table, dict[str, str]]:
    """(schema, table) -> column -> type, of all tables this connection may read."""
    tables: dict[Table, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(_COLUMNS):
        tables.setdefault((schema, table), {})[column] = kind
    return tables


def _search(
    connection: Connection, table: Table, columns: dict[str, str], needles: Needles
) -> Iterator[Trace]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    said = [
        f"({_quoted(name)}, {_as_text(quote(name), kind)})"
        for name, kind in columns.items()
        if kind not in _TELLS_NOTHING
    ]
    if not said:
        return
    name = f"{quote(table[0])}.{quote(table[1])}"
    values = {"hexes": list(needles.hexes), "words": needles.pattern, "uuid": _UUID}
    # A colon in a name is no parameter.
    query = _QUERY.format(table=_literal(name), said=_literal(", ".join(said)))
    for column, count in connection.execute(text(query), values):
        yield Trace(f"table {table[1]}, column {column}", count)


# A column that holds bytes is read twice: as the letters in it, and as hexadecimal digits.
_QUERY = """
    select c.name, count(*) from {table} as t
    cross join lateral (values {said}) as c (name, said)
    where c.said ~* :words or exists (
        select from regexp_matches(c.said, :uuid, 'gi') as m (found)
        where replace(lower(m.found[1]), '-', '') = any(:hexes)
    )
    group by c.name order by c.name
"""


def _literal(part: str) -> str:
    return part.replace(":", r"\:")


def _quoted(name: str) -> str:
    """A column's name as an SQL string."""
    return "'" + name.replace("'", "''") + "'"


def _as_text(column: str, kind: str) -> str:
    if kind == "bytea":
        letters = rf"regexp_replace(encode(t.{column}, 'escape'), '\\[0-7]{{3}}', ' ', 'g')"
        return f"{letters} || ' ' || encode(t.{column}, 'hex')"
    return f"cast(t.{column} as text)"
