"""A person's rows as JSON that can be read: a column per line, in the table's order, a batch of rows at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from storage.database import widened
from storage.export.archive import Piece
from storage.personal import PersonalTable
from storage.tables import Base

BATCH = 100  # rows in memory at once: one may hold a message of a megabyte
_INDENT = "    "  # as jsonb_pretty does

# Row security shows nobody what came in before it was known whose it is: these are read as the service.
_UNCLAIMED = ("inbound_events",)

# A line break inside a text is written \n, so a real one between brackets is always layout.
_EMPTY = re.compile(r"([\[{])\n\s*([\]}])")


def list_of_rows(session: Session, table: PersonalTable, user_id: UUID) -> Iterator[Piece]:
    """Every row of this person, as a JSON array of objects."""
    separator = b"\n"
    yield Piece(b"[")
    for batch in _batches(session, table, user_id):
        objects = (",\n".join(_INDENT + _indented(one) for one in batch)).encode()
        yield Piece(separator + objects, len(batch))
        separator = b",\n"
    yield Piece(b"\n]\n" if separator == b",\n" else b"]\n")


def single_row(session: Session, table: PersonalTable, user_id: UUID) -> Iterator[Piece]:
    """The one row of this person, as a JSON object."""
    for batch in _batches(session, table, user_id):
        for one in batch:
            yield Piece(f"{one}\n".encode(), 1)


def _batches(session: Session, table: PersonalTable, user_id: UUID) -> Iterator[list[str]]:
    columns = [one for one in Base.metadata.tables[table.name].columns if one.name not in table.hidden]
    names = [f"{_INDENT}{json.dumps(one.name)}: " for one in columns]
    is_json = [isinstance(one.type, JSONB) for one in columns]
    statement = select(*map(_selected, columns)).where(text(table.mine)).order_by(text(table.order))
    with widened(session) if table.name in _UNCLAIMED else nullcontext():
        found = session.execute(statement, {"user": user_id}, execution_options={"yield_per": BATCH})
        for batch in found.partitions():
            yield [_object(names, is_json, row) for row in batch]


def _selected(column: Column[Any]) -> Any:
    """JSON comes as Postgres writes it: numbers keep every digit, and nothing is parsed twice."""
    return func.jsonb_pretty(column).label(column.name) if isinstance(column.type, JSONB) else column


def _object(names: Sequence[str], is_json: Sequence[bool], row: Row[Any]) -> str:
    values = (
        _indented(_EMPTY.sub(r"\1\2", value)) if json_text and value is not None else _encoded(value)
        for json_text, value in zip(is_json, row, strict=True)
    )
    return "{\n" + ",\n".join(map(str.__add__, names, values)) + "\n}"


def _indented(lines: str) -> str:
    return lines.replace("\n", "\n" + _INDENT)


def plain(value: Any) -> str:
    """What JSON has no word for: times in UTC with their offset, days, ids."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return repr(value)


def as_json(value: Any) -> bytes:
    """A small value as the same kind of text."""
    return (json.dumps(value, ensure_ascii=False, indent=len(_INDENT), default=plain) + "\n").encode()


_encoded = json.JSONEncoder(ensure_ascii=False, default=plain).encode
