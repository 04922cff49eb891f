"""What a provider's later word makes worth a second try: a call that was busy, a text that needed the template."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.caps import Ledger
from reminders.house import house_of, wake_on_commit
from reminders.people import Person, load_person
from reminders.rows import state_of
from storage import outbox
from storage.merged import DIGEST
from storage.tables import DispatchLog, Task
from storage.vocabulary import DispatchStatus, Rung, TaskStatus

REDIAL_AFTER = timedelta(seconds=10)
LAST_HALF_MINUTE = timedelta(seconds=30)  # of the window: too little for another ring


def redial(session: Session, call: DispatchLog, now: datetime) -> bool:
    """Call once more, as nobody picked up: not near the end of the window, not in sleep, never later than a call may be."""
    task = session.get(Task, call.task_id)
    person = load_person(session, task.user_id) if task is not None else None
    if task is None or person is None or not _stands(task, call):
        return False
    at = now + REDIAL_AFTER
    began = state_of(task).last_rung_at or call.created_at
    over = began + person.ladder.timing.window - LAST_HALF_MINUTE
    if at > over or call.deadline is None or at >= call.deadline or person.ladder.rhythm.asleep(at):
        return False
    if _is_enough(session, person, call, now) or not outbox.add_second(session, call.id, at, now):
        return False
    wake_on_commit(session, at)
    return True


def as_template(session: Session, said: DispatchLog, now: datetime) -> bool:
    """Say it once more, now in the form that may be sent at any time: only reminders have such a form."""
    task = session.get(Task, said.task_id)
    has_form = said.rung in (Rung.REMIND, Rung.WHATSAPP) and said.reason != DIGEST
    worth = said.deadline is None or said.deadline > now
    if task is None or not (has_form and worth) or said.task_version != task.version:
        return False
    if not outbox.add_second(session, said.id, now, now):
        return False
    wake_on_commit(session, now)
    return True


def _is_enough(session: Session, person: Person, call: DispatchLog, now: datetime) -> bool:
    """Whether a daily cap forbids a second ring; the trail says so then."""
    ledger = Ledger.of(session, [person], house_of(session).caps, now)
    address = Address(call.channel, call.address or "")
    reason = ledger.used_up(person, address)
    if reason is None or outbox.had_second(session, call):
        return False
    same = {"task_id": call.task_id, "channel": call.channel, "address": call.address, "rung": call.rung}
    left_out = {"status": DispatchStatus.SKIPPED, "task_version": call.task_version, "created_at": now}
    outbox.add_attempts(session, [same | left_out | {"reason": reason}])
    ledger.leave_out(person, address, reason)
    return True


def _stands(task: Task, call: DispatchLog) -> bool:
    """Whether the call was the ladder's last word about an open task."""
    return call.rung == Rung.CALL and task.status == TaskStatus.PENDING and task.version == call.task_version
