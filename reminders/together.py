"""The words of one message about several tasks, and what still stands in it once one of them was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from channels.messages import Address, OutboundMessage
from reminders.rules.rhythm import Rhythm
from reminders.wording import Rows, clock, moment, start_words, tap
from storage import deliveries, merged
from storage.tables import Task
from storage.vocabulary import ChannelName, Stage, TaskStatus

_SHOWN = 8  # tasks listed by name, and with buttons
_FRESH = timedelta(days=1)
_NAMED = 2  # in the few words of a template
_UNDER_WAY = (Stage.REMINDED, Stage.WHATSAPPED, Stage.CALLED, Stage.ACKNOWLEDGED, Stage.ASKED)
_KEYS = "Reply 1 done, 2 reschedule, 3 can't today, 4 on it; I'll ask which one you mean."


def about_several(
    tasks: Sequence[Task], rhythm: Rhythm, now: datetime, channel: str, *, late: bool
) -> OutboundMessage:
    """Several at once in one message, with buttons for each; `late` when a silence has held them back."""
    gone = [task for task in tasks if task.status == TaskStatus.MISSED]
    asked = [task for task in tasks if task.status == TaskStatus.PENDING and task.stage == Stage.ASKED]
    ahead = [task for task in tasks if task not in gone and task not in asked]
    parts = []
    if gone:
        sorry = "I was away for a while, sorry. This went by in the meantime:"
        parts += [sorry if late else "This went by, and that's all right:", *_listed(gone, rhythm, now)]
    if asked:
        parts += ["How did these go?", *_listed(asked, rhythm, now)]
    if ahead:
        parts += ["This is on now:" if late else "These are up:", *_listed(ahead, rhythm, now)]
    ordered = [*gone, *asked, *ahead]
    # The first name stands in the text and in the template: by it the message is found again at the provider.
    title = f"{len(ordered)} reminders" if channel == ChannelName.PUSH else ordered[0].title
    message = OutboundMessage("\n".join(parts), task_id=ordered[0].id, title=title)
    if channel == ChannelName.WHATSAPP:
        asks = "Did you do any of it? Just tell me which." if gone else _KEYS
        template = () if gone or asked else _template(ahead, rhythm, now)
        return replace(message, text=f"{message.text}\n\n{asks}", template=template)
    question = "Did you do any of it?" if gone else "Which one is done?"
    return replace(message, text=f"{message.text}\n{question}", choices=_rows(ordered))


def with_the_rest(
    session: Session,
    user_id: UUID,
    said: OutboundMessage,
    answered: UUID,
    to: Address,
    rhythm: Rhythm,
    now: datetime,
) -> OutboundMessage:
    """What takes the place of a message of ours (`said.edits`), with the tasks in it that still wait for an answer."""
    shared = merged.tasks_sharing(session, user_id, deliveries.external_key(to.channel, to.value, said.edits))
    rest = [task for task in shared if task.id != answered and _waits(task, now)]
    if not rest:
        return said
    title = next((task.title for task in shared if task.id == answered), "")
    result = said.text if title in said.text else f"{title}: {said.text}"  # "for how long?" says not what
    text = "\n".join([result, "", "Still open:", *_listed(rest, rhythm, now)])
    return replace(said, text=text, choices=(*said.choices, *_rows(rest)))


def spoken_of_in(session: Session, user_id: UUID, to: Address, message_ref: str, now: datetime) -> list[Task]:
    """The tasks a reply to a message of ours can mean: those that still wait, where it spoke of several."""
    key = deliveries.external_key(to.channel, to.value, message_ref)
    waiting = [task for task in merged.tasks_sharing(session, user_id, key) if _waits(task, now)]
    if waiting:
        return waiting
    only = deliveries.task_of_message(session, user_id, to.channel, to.value, message_ref)
    return [only] if only else []


def _waits(task: Task, now: datetime) -> bool:
    """Open, or missed so freshly that it may still be answered."""
    if task.status == TaskStatus.MISSED:
        return now - task.scheduled_at < _FRESH
    return task.status == TaskStatus.PENDING and task.stage in _UNDER_WAY


def _listed(tasks: Sequence[Task], rhythm: Rhythm, now: datetime) -> list[str]:
    lines = [f"{moment(task.scheduled_at, rhythm, now)} {task.title}" for task in tasks[:_SHOWN]]
    return [*lines, f"and {len(tasks) - _SHOWN} more"] if len(tasks) > _SHOWN else lines


def _rows(tasks: Sequence[Task]) -> Rows:
    """For each task "Done" with its name, and a way to another time; everything else can be said in words."""
    return tuple(
        (
            tap(task, f"Done: {task.title[:40]}", "done"),
            tap(task, "Another time", "resched")
            if task.status == TaskStatus.MISSED
            else tap(task, "Later", "snooze"),
        )
        for task in tasks[:_SHOWN]
    )


def _template(tasks: Sequence[Task], rhythm: Rhythm, now: datetime) -> tuple[str, str]:
    """ "Easy run, Read and 2 more", "07:30 and 07:35": the reminder's own template serves for several too.

    The day is named once, where it is not today.
    """
    names = [task.title for task in tasks[:_NAMED]]
    more = len(tasks) - len(names)
    title = f"{', '.join(names)} and {more} more" if more else " and ".join(names)
    first, last = clock(tasks[0].scheduled_at, rhythm), start_words(tasks[-1].scheduled_at, rhythm, now)
    if first == clock(tasks[-1].scheduled_at, rhythm):
        return title, last
    return title, f"{first} to {last}" if more else f"{first} and {last}"
