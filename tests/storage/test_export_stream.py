"""The export as a stream: one moment of the data, read only, in pieces, and nothing left open behind it."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from zipfile import ZipFile

import pytest
from sqlalchemy.exc import InternalError

from storage.database import Database
from storage.export import export_person, stream_export
from storage.export.archive import Archive, Member, Piece
from storage.tables import Goal, Message, User
from tests.storage.rows import one_of_each


def test_what_changes_meanwhile_is_not_in_it(database: Database, owner: User, now: datetime) -> None:
    with database.snapshot(owner.id) as session:
        pieces = export_person(session, owner.id, now)
        with database.service() as other:
            other.add(Goal(user_id=owner.id, title="came while it was written"))
            first = next(pieces)  # the snapshot is taken here at the latest, before the commit
        data = first + b"".join(pieces)
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("goals.json") == b"[]\n"


def test_nothing_can_be_written_in_a_snapshot(database: Database, owner: User) -> None:
    with pytest.raises(InternalError, match="read-only"), database.snapshot(owner.id) as session:
        session.get_one(User, owner.id).timezone = "Asia/Tokyo"
    with database.session(owner.id) as session:  # and the connection is an ordinary one again
        session.get_one(User, owner.id).timezone = "Asia/Tokyo"


def test_an_export_nobody_reads_to_the_end_gives_its_connection_back(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        talk = one_of_each(session, owner.id, "sim:owner", now).conversation_id
        # Random digits: what repeats itself would shrink to nothing.
        digits = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(150))
        for n in range(60):
            session.add(Message(conversation_id=talk, role="user", content=f"{n}{digits[n:]}{digits[:n]}"))
    pieces = stream_export(database, owner.id, now)
    next(pieces)
    assert database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]  # a QueuePool
    pieces.close()  # type: ignore[attr-defined]  # a generator
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_long_file_comes_in_many_pieces(now: datetime) -> None:
    noise = [Piece(hashlib.sha512(str(n).encode()).digest() * 16, 1) for n in range(2000)]
    archive = Archive(now)
    pieces = [*archive.add(Member("noise", "noise", noise)), archive.finish()]
    assert archive.entries[0].rows == 2000
    assert max(map(len, pieces)) < 200_000
    with ZipFile(io.BytesIO(b"".join(pieces))) as read:
        assert read.read("noise") == b"".join(one.content for one in noise)
