"""Everything Flux keeps about one person, as a ZIP of JSON files that is streamed while it is read."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.export import words
from storage.export.archive import Archive, Entry, Member, Piece, Progress
from storage.export.rows import BATCH, as_json, list_of_rows, single_row
from storage.export.state import conversation_state
from storage.ics import SHOWN, icalendar_of
from storage.personal import PERSONAL
from storage.tables import Task, User

__all__ = ["EXPORT_CODE", "FORMAT_VERSION", "export_person", "file_name_of", "stream_export"]

FORMAT_VERSION = 1  # grows when a reader of older exports would misunderstand a newer one
EXPORT_CODE = "export"  # the purpose of the one-time codes that fetch one
_PROFILE = "profile"


def file_name_of(now: datetime) -> str:
    """What a person would call the file of an export made now."""
    return f"flux-export-{now:%Y-%m-%d}.zip"


def stream_export(
    database: Database, user_id: UUID, now: datetime, progress: Progress | None = None
) -> Generator[bytes]:
    """The same as `export_person`, in a snapshot of its own that ends with the stream, however it ends."""
    with database.snapshot(user_id) as session:
        yield from export_person(session, user_id, now, progress)


def export_person(
    session: Session, user_id: UUID, now: datetime, progress: Progress | None = None
) -> Iterator[bytes]:
    """The ZIP in pieces of about 64 KB. Raises LookupError before the first when the session sees no such person.

    Wants a `Database.snapshot`: then all files tell of one moment, and row security holds whatever a query says.
    """
    if session.scalar(select(User.id).where(User.id == user_id)) is None:
        raise LookupError(f"no such person: {user_id}")
    now = now.astimezone(UTC)
    with Archive(now, progress) as archive:
        for member in _members(session, user_id, now):
            yield from archive.add(member)
        yield from archive.add(_manifest(archive.entries, user_id, now))
        yield archive.finish()


def _members(session: Session, user_id: UUID, now: datetime) -> Iterator[Member]:
    """Every file but the manifest, parents before children."""
    yield Member(
        words.file_name("readme"), words.WHAT["readme"], [Piece(words.readme(now).encode())], counted=False
    )
    for table in reversed(PERSONAL):
        if table.file is not None:
            read = single_row if table.file == _PROFILE else list_of_rows
            yield _member(table.file, read(session, table, user_id))
    yield _member("commitments", _commitments(session, user_id))
    yield _member("tasks_ics", _calendar(session, user_id))
    yield _member("conversation_state", conversation_state(session, user_id))


def _member(key: str, pieces: Iterator[Piece]) -> Member:
    return Member(words.file_name(key), words.WHAT[key], pieces)


def _commitments(session: Session, user_id: UUID) -> Iterator[Piece]:
    listed = func.coalesce(User.profile["existing_commitments"], func.jsonb_build_array())
    found = session.scalar(select(listed).where(User.id == user_id)) or []
    yield Piece(as_json(found), len(found))


def _calendar(session: Session, user_id: UUID) -> Iterator[Piece]:
    tasks = session.scalars(
        select(Task)
        .where(Task.user_id == user_id, Task.status.in_(SHOWN))
        .order_by(Task.scheduled_at, Task.id)
        .execution_options(yield_per=BATCH)
    )
    for part in icalendar_of(tasks):
        yield Piece(part, int(part.startswith(b"BEGIN:VEVENT")))


def _manifest(entries: list[Entry], user_id: UUID, now: datetime) -> Member:
    told = {
        "format": "flux-export",
        "version": FORMAT_VERSION,
        "created_at": now,
        "person": user_id,
        "files": [
            {
                "name": one.name,
                "what": one.what,
                "rows": one.rows,
                "bytes": one.bytes,
                "sha256": one.sha256,
            }
            for one in entries
        ],
        "left_out": words.left_out(),
    }
    return Member(words.file_name("manifest"), words.WHAT["manifest"], [Piece(as_json(told))], counted=False)
