"""A person's fixed weekly commitments as task rows, so that nothing else is planned on top of them."""

from __future__ import annotations

from uuid import uuid5

from agents.tasks.wishes import Wish, drafts, first_weekly
from agents.turn import TurnContext
from reminders.plans import schedule_tasks
from reminders.rules.recurrence import weekly_rule
from storage.vocabulary import WEEKDAYS


def seed_commitments(ctx: TurnContext) -> int:
    """Write six weeks of every fixed commitment; says how many rows. Doing it again adds none."""
    wishes = []
    for one in ctx.profile().existing_commitments:
        days = [WEEKDAYS.index(day) for day in one.days if day in WEEKDAYS]
        first = first_weekly(ctx, days, one.time)
        rule = weekly_rule(days) + (f";INTERVAL={one.every_weeks}" if one.every_weeks > 1 else "")
        wishes.append(Wish(one.title, first.isoformat(), one.duration_minutes, rule))
    rows = drafts(ctx, wishes, uuid5(ctx.user.id, "commitments"))
    return len(schedule_tasks(ctx.session, ctx.user, rows, ctx.now)) if rows else 0
