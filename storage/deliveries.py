"""What reached a person and what came back: notices, answers and the providers' later words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, or_, select, text
from sqlalchemy.orm import Session

from storage import merged
from storage.outbox import end_superseded_call
from storage.tables import DispatchLog, NotificationLog, Task
from storage.tasks import wake_failed
from storage.vocabulary import Answer, ChannelName, DispatchStatus, NoticeResponse, Rung

_NOTICE = text("""
    insert into notification_log (id, task_id, channel, external_id, sent_at, attempt_id)
    select gen_random_uuid(), n.task_id, n.channel, n.external_id, :now, n.attempt_id
    from unnest(
        cast(:tasks as uuid[]), cast(:channels as text[]), cast(:externals as text[]), cast(:attempts as uuid[])
    ) as n (task_id, channel, external_id, attempt_id)
    where exists (select 1 from tasks t where t.id = n.task_id)
    on conflict do nothing
""")


def note_reached(
    session: Session, reached: Sequence[tuple[UUID, str, str | None, UUID]], now: datetime
) -> None:
    """Log (task, channel, external id, attempt) of what a provider accepted; saying it twice changes nothing."""
    if reached:
        tasks, channels, externals, attempts = (list(column) for column in zip(*reached, strict=True))
        values = {"tasks": tasks, "channels": channels, "externals": externals, "attempts": attempts}
        session.execute(_NOTICE, values | {"now": now})


def external_key(channel: str, address: str, provider_id: str | None) -> str | None:
    """The id that is unique over all providers: Telegram counts messages per chat."""
    return f"{channel}:{address}:{provider_id}" if provider_id else None


def task_of_message(
    session: Session, user_id: UUID, channel: str, value: str, message_ref: str
) -> Task | None:
    """Which of the person's tasks a message of ours was about: what they replied to or tapped on."""
    return session.scalar(
        select(Task)
        .join(NotificationLog, NotificationLog.task_id == Task.id)
        .where(
            Task.user_id == user_id,
            NotificationLog.external_id == external_key(channel, value, message_ref),
        )
    )


def newest_pattern_question(session: Session, user_id: UUID) -> datetime | None:
    """When the person was, or is to be, asked about a pattern last."""
    begun = func.greatest(DispatchLog.created_at, DispatchLog.lease_until, DispatchLog.dispatched_at)
    newest: datetime | None = session.scalar(
        select(func.max(begun))
        .join(Task, Task.id == DispatchLog.task_id)
        .where(Task.user_id == user_id, DispatchLog.rung == Rung.PATTERN)
    )
    return newest


def pattern_asked(session: Session, user_id: UUID, pattern_id: UUID) -> bool:
    """Whether a question about this pattern went out or is to go out; one refused in a pause did not."""
    there = (DispatchStatus.PENDING, DispatchStatus.UNKNOWN, DispatchStatus.DISPATCHED)
    asked = (
        select(DispatchLog.id)
        .join(Task, Task.id == DispatchLog.task_id)
        .where(
            Task.user_id == user_id,
            DispatchLog.rung == Rung.PATTERN,
            DispatchLog.reason == pattern_id.hex,
            DispatchLog.status.in_(there),
        )
    )
    return session.scalar(asked.limit(1)) is not None


def _newest(session: Session, user_id: UUID) -> Row[datetime, UUID, str, str | None, str] | None:
    """(sent at, task, rung, reason, channel) of what the person heard last by itself, on whatever channel."""
    return session.execute(
        select(
            NotificationLog.sent_at,
            NotificationLog.task_id,
            DispatchLog.rung,
            DispatchLog.reason,
            NotificationLog.channel,
        )
        .outerjoin(DispatchLog, DispatchLog.id == NotificationLog.attempt_id)
        .where(NotificationLog.user_id == user_id)
        .order_by(NotificationLog.sent_at.desc(), NotificationLog.id)
        .limit(1)
    ).first()


def newest_notice(session: Session, user_id: UUID) -> tuple[datetime, str | None] | None:
    """When the person last heard something by itself, and which pattern (its id in hex) that asked about, if one."""
    newest = _newest(session, user_id)
    if newest is None:
        return None
    return newest.sent_at, newest.reason if newest.rung == Rung.PATTERN else None


def newest_about(session: Session, user_id: UUID, rung: Rung) -> tuple[datetime, UUID, str] | None:
    """When, about which task and where the person last heard something by itself, if that was this rung about one task."""
    newest = _newest(session, user_id)
    if newest is None or newest.rung != rung or newest.reason in merged.SEVERAL:
        return None
    return newest.sent_at, newest.task_id, newest.channel


def newest_notice_at(session: Session, user_id: UUID) -> datetime | None:
    """When the person last heard of any task by itself, on whatever channel."""
    newest = _newest(session, user_id)
    return newest.sent_at if newest is not None else None


def message_of_task(session: Session, task_id: UUID, channel: str, value: str) -> str | None:
    """The provider's id of the newest message about the task in this chat, be it with others."""
    heads = merged.heads_of(session, task_id)
    alone = _newest_message(session, NotificationLog.task_id == task_id, channel, value)
    shared = (
        _newest_message(session, NotificationLog.attempt_id.in_(heads), channel, value) if heads else None
    )
    newest = max(filter(None, (alone, shared)), default=None)
    return newest[1] if newest else None


def closed_meanwhile(session: Session, attempt_id: UUID) -> tuple[Task, str | None] | None:
    """The task of this attempt as it is now, and why the attempt was closed; None if it was not."""
    row = select(Task, DispatchLog.reason).join(DispatchLog, DispatchLog.task_id == Task.id)
    closed = row.where(DispatchLog.id == attempt_id, DispatchLog.status == DispatchStatus.SKIPPED)
    found = session.execute(closed.execution_options(populate_existing=True)).first()
    return (found[0], found[1]) if found else None


def _newest_message(
    session: Session, about: ColumnElement[bool], channel: str, value: str
) -> tuple[datetime, str] | None:
    prefix = f"{channel}:{value}:"  # as external_key makes them
    key = NotificationLog.external_id
    query = select(NotificationLog.sent_at, key).where(about, key.startswith(prefix, autoescape=True))
    newest = session.execute(query.order_by(NotificationLog.sent_at.desc()).limit(1)).first()
    return (newest[0], (newest[1] or "").removeprefix(prefix)) if newest else None


_RESPONSE: dict[Answer | None, NoticeResponse] = {
    Answer.DONE: NoticeResponse.DONE,
    Answer.RESCHEDULE: NoticeResponse.RESCHEDULE,
    Answer.MISSED: NoticeResponse.MISSED,
}


def note_response(
    session: Session, task_id: UUID, channel: str, answer: Answer | None, now: datetime
) -> None:
    """Bind an answer to the newest notice on the channel it came by, else to the newest of all; None takes it back.

    A task that was said in another's message gets a notice of its own for it: that message's is about the other.
    """
    said_as = merged.heads_of(session, task_id)
    of_task = NotificationLog.task_id == task_id
    about = or_(of_task, NotificationLog.attempt_id.in_(said_as)) if said_as else of_task
    is_own = case((of_task, 1), else_=0)
    order = ((NotificationLog.channel == channel).desc(), NotificationLog.sent_at.desc(), is_own.desc())
    newest = session.scalar(select(NotificationLog).where(about).order_by(*order).limit(1))
    if newest is None:
        return
    if newest.task_id != task_id and newest.attempt_id is not None:
        said = {"channel": newest.channel, "sent_at": newest.sent_at}
        newest = NotificationLog(task_id=task_id, attempt_id=said_as[newest.attempt_id], **said)
        session.add(newest)
    newest.response = _RESPONSE.get(answer, NoticeResponse.NO_RESPONSE)
    newest.answer, newest.responded_at = answer, now
    session.flush()


# ------------------------------------------------------------------ the provider's later word


class ProviderReport(Protocol):
    """A status callback in our own words; `channels.messages.StatusUpdate` is one."""

    @property
    def channel(self) -> str: ...
    @property
    def external_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def attempt_id(self) -> UUID | None: ...
    @property
    def error_code(self) -> str | None: ...


# A weaker word never replaces a stronger one: callbacks come in any order, and more than once.
_STRENGTH = {
    "queued": 1,
    "sent": 2,
    "delivered": 3,
    "answered": 3,
    "read": 4,
    "completed": 5,
    "busy": 6,
    "no_answer": 6,
    "machine": 6,
    "cancelled": 6,
    "failed": 6,
}


def apply_status(session: Session, report: ProviderReport, now: datetime) -> DispatchLog | None:
    """Note a provider's word on its attempt, known by attempt id or by the provider's own; None when it says nothing new.

    A report that comes before the answer to our request proves that the request arrived. A failed message wakes its
    task, so that the next rung starts at once. A call that begins to ring after it was given up is ended.
    """
    row = reported(session, report)
    state = str(report.state)
    if row is None or _STRENGTH.get(state, 0) <= _STRENGTH.get(row.outcome or "", 0):
        return None
    if row.external_id is None:
        end_superseded_call(session, row.id, report.external_id, now)
    row.outcome = state
    row.external_id = row.external_id or report.external_id
    if row.status in (DispatchStatus.PENDING, DispatchStatus.UNKNOWN):
        row.status, row.dispatched_at, row.lease_until = DispatchStatus.DISPATCHED, now, None
        key = external_key(row.channel, row.address or "", report.external_id)
        note_reached(session, [(row.task_id, row.channel, key, row.id)], now)
    if state == "failed":
        row.error = report.error_code
        if row.channel != ChannelName.CALL and row.status == DispatchStatus.DISPATCHED:
            row.status, row.reason = DispatchStatus.FAILED, "the provider could not deliver it"
            session.flush()
            wake_failed(session, [(row.task_id, row.task_version), *merged.versions_of(session, row.id)], now)
    session.flush()
    return row


def reported(session: Session, report: ProviderReport) -> DispatchLog | None:
    """The attempt that a report is about, locked for this transaction."""
    query = select(DispatchLog).where(DispatchLog.channel == report.channel).with_for_update()
    if report.attempt_id is not None:
        return session.scalar(query.where(DispatchLog.id == report.attempt_id))
    return session.scalar(
        query.where(DispatchLog.external_id == report.external_id, DispatchLog.rung != Rung.HANG_UP).limit(1)
    )
