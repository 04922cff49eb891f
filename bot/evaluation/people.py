"""The people of golden conversations, as rows: who they are and what is in their diary before the first word."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.evaluation.script import Conversation, Planned
from channels.messages import Address
from reminders.plans import TaskDraft, schedule_tasks
from storage.goals import save_goal
from storage.profile import Profile
from storage.tables import User
from storage.users import add_identity, create_user, save_profile

_KNOWN_FOR = timedelta(days=30)


def settle_in(session: Session, conversation: Conversation, address: Address) -> User:
    """Somebody who was met a month ago and has been silent since."""
    someone, now = conversation.someone, conversation.start
    joined = now - _KNOWN_FOR
    user = create_user(session, joined, timezone=someone.zone.key)
    user.onboarded, user.approved_at = True, joined
    profile = Profile(name=someone.name, work_hours=someone.work, chronotype=someone.chronotype)
    if someone.sleep is not None:
        profile.sleep_window = someone.sleep
        profile.bed_time, profile.wake_time = someone.sleep.start, someone.sleep.end
    save_profile(user, profile)
    add_identity(session, user.id, address.channel, address.value, joined, primary=True)
    for planned in conversation.planned:
        schedule_tasks(session, user, _drafts(planned, conversation), now)
    for title in conversation.goals:
        save_goal(session, user.id, title, joined, goal_id=uuid4())
    return user


def _drafts(planned: Planned, conversation: Conversation) -> list[TaskDraft]:
    """One a week, at the same local time."""
    local = planned.at.astimezone(conversation.someone.zone)
    series = uuid4() if planned.weeks > 1 else None
    return [
        TaskDraft(
            planned.title,
            (local + timedelta(weeks=week)).astimezone(UTC),
            planned.minutes,
            series_id=series,
            recurrence_rule="FREQ=WEEKLY" if series else None,
        )
        for week in range(planned.weeks)
    ]
