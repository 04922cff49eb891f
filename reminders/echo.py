"""What was answered on another channel shows in the chat too: the reminder there becomes its result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from channels.messages import Address, OutboundMessage
from reminders.attempts import Attempt
from reminders.house import wake_on_commit
from reminders.people import Person
from reminders.rescheduling import moved_words
from reminders.rules.ladder import NOTE_KEEPS
from reminders.rules.life import BY_ANSWER
from reminders.rules.rhythm import Rhythm
from reminders.together import with_the_rest
from reminders.wording import clock, tap
from storage import deliveries, outbox
from storage.tables import Task
from storage.vocabulary import ChannelName, DispatchStatus, Rung, TaskStatus

_CAN_EDIT = (ChannelName.TELEGRAM,)  # elsewhere it would be one more message
_WITH_BUTTONS = (Rung.REMIND, Rung.FOLLOW_UP, Rung.MISS_NOTE)
_OVER = (TaskStatus.DONE, TaskStatus.RESCHEDULED)


def echo(session: Session, task: Task, person: Person, source: str, now: datetime) -> None:
    """Put the change of the chat's reminder into the outbox, unless the answer came from there or nothing was shown."""
    chat = person.chat
    if chat is None or chat.channel not in _CAN_EDIT or source == chat.channel:
        return
    shown = deliveries.message_of_task(session, task.id, chat.channel, chat.value)
    if shown is None:
        return
    _queue(session, task, chat, shown, now)
    wake_on_commit(session, now)


def echo_late(session: Session, attempt: Attempt, shown: str, now: datetime) -> None:
    """The same for a message that arrived although its attempt had been closed: was its task answered meanwhile?

    `shown` is the provider's id of the message. What is on hold or snoozed may keep its buttons: they still say something.
    """
    if attempt.address.channel not in _CAN_EDIT or attempt.rung not in _WITH_BUTTONS:
        return
    closed = deliveries.closed_meanwhile(session, attempt.id)
    if closed is None:
        return
    task, reason = closed
    if task.status in _OVER or (task.status == TaskStatus.MISSED and reason == BY_ANSWER):
        _queue(session, task, attempt.address, shown, now)


def _queue(session: Session, task: Task, chat: Address, shown: str, now: datetime) -> None:
    row = {
        "task_id": task.id,
        "channel": chat.channel,
        "address": chat.value,
        "rung": Rung.ECHO,
        "status": DispatchStatus.PENDING,
        "task_version": task.version,
        "created_at": now,
        "lease_until": now,
        "deadline": now + NOTE_KEEPS,
        "external_id": None,
        "reason": shown,
    }
    outbox.add_attempts(session, [row])


def echoed(
    session: Session, task: Task, chat: Address, rhythm: Rhythm, now: datetime, shown: str
) -> OutboundMessage:
    """The words that take the reminder's place; `shown` is the provider's id of its message, maybe about others too."""
    said = _result(session, task, rhythm, now, shown)
    return with_the_rest(session, task.user_id, said, task.id, chat, rhythm, now)


def _result(session: Session, task: Task, rhythm: Rhythm, now: datetime, shown: str) -> OutboundMessage:
    undo = ((tap(task, "Undo", "undo"),),)
    match task.status:
        case TaskStatus.DONE:
            at = clock(task.completed_at or now, rhythm)
            return OutboundMessage(f"Done {at} - {task.title}.", undo, task.id, edits=shown)
        case TaskStatus.MISSED:
            return OutboundMessage(f"{task.title}: not this time.", undo, task.id, edits=shown)
        case TaskStatus.RESCHEDULED:
            return OutboundMessage(moved_words(session, task, rhythm, now), edits=shown)
    return OutboundMessage(f"{task.title}: you are on it.", undo, task.id, edits=shown)
