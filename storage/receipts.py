"""Erasures across a restore: receipts older than it survive, and whom they speak of does not come back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from storage.copying import LiveTable, everybody
from storage.erasure import delete_rows

RECEIPTS = "erasure_receipts"
DELETIONS = "provider_deletions"


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows as JSON text, by table: they are written again into a schema that may be newer."""

    receipts: tuple[str, ...] = ()
    deletions: tuple[tuple[str, str], ...] = ()  # (subject of its receipt, row)


def read(connection: Connection, tables: Iterable[LiveTable]) -> Kept:
    """What the database says about erasures before it is emptied; nothing at revisions that knew none."""
    found = {table.name: table for table in tables}
    if RECEIPTS not in found or DELETIONS not in found:
        return Kept()
    with everybody(connection, found[RECEIPTS]):
        receipts = connection.scalars(text("select to_jsonb(r)::text from erasure_receipts r")).all()
        deletions = connection.execute(
            text(
                "select r.subject, to_jsonb(d)::text"
                " from provider_deletions d join erasure_receipts r on r.id = d.receipt_id"
            )
        )
        return Kept(tuple(receipts), tuple((subject, row) for subject, row in deletions))


def merge(connection: Connection, kept: Kept) -> None:
    """Put them beside those of the backup. Where both know one, what was there before the restore is newer."""
    connection.execute(text("set local role flux_service"))
    for receipt in kept.receipts:
        _insert(connection, RECEIPTS, receipt)
    for subject, deletion in kept.deletions:
        query = text("select id from erasure_receipts where subject = :subject")
        receipt_id = connection.scalar(query, {"subject": subject})
        row = json.loads(deletion) | {"receipt_id": str(receipt_id)}
        connection.execute(text("delete from provider_deletions where id = :id"), {"id": row["id"]})
        _insert(connection, DELETIONS, json.dumps(row))
    connection.execute(text("set local role none"))


def _insert(connection: Connection, table: str, row: str) -> None:
    columns = ", ".join(f'"{column}"' for column in json.loads(row))
    populated = f"jsonb_populate_record(null::{table}, cast(:row as jsonb))"
    statement = f"insert into {table} ({columns}) select {columns} from {populated} on conflict do nothing"  # noqa: S608 - names of our own rows
    connection.execute(text(statement), {"row": row})


def erase_again(connection: Connection) -> int:
    """Delete whoever a receipt speaks of; how many there were. The schema is the newest one.

    A receipt knows people by the SHA-256 of their id's sixteen bytes.
    """
    connection.execute(text("set local role flux_service"))
    people = connection.scalars(
        text(
            "select u.id from users u"
            " join erasure_receipts r on r.subject = encode(sha256(uuid_send(u.id)), 'hex')"
        )
    ).all()
    for person in people:
        delete_rows(connection, person)
    connection.execute(text("set local role none"))
    return len(people)
