"""Tasks that wait for a place: which are open, and what happens once it is reached or left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.house import wake_on_commit
from reminders.people import load_person
from reminders.rows import state_of, write_state
from reminders.rules.life import Arrived, step
from storage import outbox
from storage.tables import Task
from storage.tasks import lock_task, waiting_for_place


def arrive(
    session: Session, user_id: UUID, now: datetime, triggers: Sequence[str] | None = None
) -> list[Task]:
    """Start the ladder of what waits for one of these places, or for any place; returns those tasks."""
    person = load_person(session, user_id)
    if person is None:
        return []
    begun = []
    for waiting in waiting_for_place(session, user_id):
        if triggers is not None and waiting.location_trigger not in triggers:
            continue
        task = lock_task(session, user_id, waiting.id)
        if task is None:
            continue
        state, effects = step(state_of(task), Arrived(), person.ladder, now)
        if write_state(task, state, effects, person.ladder.rhythm, now):
            outbox.supersede(session, [task.id], "the place is reached", now)
            begun.append(task)
    session.flush()
    wake_on_commit(session, min((task.wakes_at for task in begun if task.wakes_at), default=None))
    return begun
