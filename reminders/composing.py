"""The words of an attempt as things stand when it leaves: a reminder, several in one, a note, a question, an echo."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from channels.messages import OutboundMessage
from reminders.attempts import Attempt
from reminders.echo import echoed
from reminders.miss_notes import about_a_miss
from reminders.pattern_moves import moves_now
from reminders.together import about_several
from reminders.wording import capped_notice, message, pattern_question
from storage.merged import DIGEST
from storage.patterns import get_pattern
from storage.tables import Task
from storage.vocabulary import ChannelName, Rung, Stage, TaskStatus

log = structlog.get_logger()

_WORDS_FROM_POSTGRES = (Rung.PATTERN, Rung.ECHO, Rung.MISS_NOTE)


def words(
    session: Session, attempt: Attempt, now: datetime, several: Sequence[Task] | None = None
) -> OutboundMessage | None:
    """Its words; None when they cannot be made, which must not keep the others of its group waiting."""
    asks = session.begin_nested() if attempt.rung in _WORDS_FROM_POSTGRES else nullcontext()
    try:
        with asks:
            return compose(session, attempt, now, several)
    except OperationalError:
        raise  # Postgres is away: no fault of this one
    except Exception:
        # Whatever a strange value in this one's rows raises.
        log.exception("words_broke", attempt=str(attempt.id), rung=attempt.rung)
        return None


def compose(
    session: Session, attempt: Attempt, now: datetime, several: Sequence[Task] | None = None
) -> OutboundMessage:
    """The words as things stand now; of `several` tasks those that have not changed since, maybe only one of them."""
    rhythm, channel = attempt.person.ladder.rhythm, attempt.address.channel
    task = several[0] if several else attempt.task
    if attempt.rung == Rung.PATTERN:
        pattern = get_pattern(session, attempt.person.user_id, UUID(hex=attempt.reason or ""))
        count = moves_now(session, pattern, attempt.person, now) if pattern else 0
        said = pattern_question(pattern, count) if pattern else OutboundMessage("")
    elif attempt.rung == Rung.ECHO:
        said = echoed(session, task, attempt.address, rhythm, now, attempt.reason or "")
    elif attempt.rung == Rung.NOTICE:
        said = capped_notice(attempt.reason or "")
    elif several is not None and len(several) > 1:
        said = about_several(several, rhythm, now, channel, late=attempt.reason == DIGEST)
    else:
        rung = _rung_of(task) if several and attempt.rung != Rung.WHATSAPP else attempt.rung
        is_miss = rung == Rung.MISS_NOTE
        said = (
            about_a_miss(session, task, rhythm, now) if is_miss else message(rung, task, rhythm, now, channel)
        )
    if channel == ChannelName.WHATSAPP and attempt.person.whatsapp_window_open(now):
        said = replace(said, in_session=True)
    return replace(said, attempt_id=attempt.id, deadline=attempt.deadline)


def _rung_of(task: Task) -> Rung:
    """What is to be said of the only task that is left of several."""
    if task.status == TaskStatus.MISSED:
        return Rung.MISS_NOTE
    return Rung.FOLLOW_UP if task.stage == Stage.ASKED else Rung.REMIND
