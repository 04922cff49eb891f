"""The questions before a plan: which are asked, and what an answer changes in the draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from agents.model import DayFacts
from agents.observations import times_known
from agents.offline.catalogue import without_times
from agents.offline.vague import aim_of
from agents.plans.address import drops_goal
from agents.plans.deadlines import read_deadline
from agents.plans.draft import Draft, goal_title
from agents.plans.questions import MOST, clarifying_questions
from agents.plans.replies import says_no
from agents.state import Json
from agents.turn import TurnContext

_NEAR = 6  # days to a deadline within which each of them counts


def dated(ctx: TurnContext, draft: Draft) -> Draft:
    """The draft with the day that its words name, and a title without it."""
    found = read_deadline(draft.goal, ctx.local_now, ctx.user.timezone)
    title = without_times(goal_title(found.rest if found else draft.goal)) or draft.title
    if found is None:
        return replace(draft, title=title)
    starts = max(ctx.local_now.date(), min(date.fromisoformat(draft.starts_on), found.day))
    return replace(draft, deadline=found.day.isoformat(), starts_on=starts.isoformat(), title=title)


def late_question(ctx: TurnContext, draft: Draft) -> list[Json]:
    """A deadline that has passed is asked about before anything else."""
    if not draft.deadline or date.fromisoformat(draft.deadline) >= ctx.local_now.date():
        return []
    day = date.fromisoformat(draft.deadline)
    text = f"{day.day} {day:%B %Y} is behind us already. When should it be done instead?"
    return [{"key": "deadline", "text": text, "options": ["In six weeks", "In three months", "No deadline"]}]


def questions_before(ctx: TurnContext, draft: Draft, goal: str) -> list[Json]:
    days_left = draft.days_left
    near = days_left is not None and days_left <= _NEAR
    asked = clarifying_questions(goal, day_facts(ctx), times_known=times_known(ctx), days_known=near)
    return [{"key": one.key, "text": one.text, "options": list(one.options)} for one in asked]


def with_deadline(ctx: TurnContext, draft: Draft, said: str) -> Draft:
    found = read_deadline(f"done {said}", ctx.local_now, ctx.user.timezone) if said else None
    found = found or (read_deadline(f"done by {said}", ctx.local_now, ctx.user.timezone) if said else None)
    later = found is not None and found.day >= ctx.local_now.date()
    return replace(draft, deadline=found.day.isoformat() if found and later else "")


def with_part(ctx: TurnContext, draft: Draft, part: str) -> Draft:
    """The goal named nothing; what was chosen is what is planned, and brings its own questions."""
    answers = draft.answers | {"part": part}
    questions = questions_before(ctx, draft, aim_of(draft.goal, answers))
    open_ones = [one for one in questions if one["key"] != "part"][: MOST - len(answers)]
    title = f"{draft.title}: {part[:1].lower()}{part[1:40]}"
    return replace(draft, answers=answers, questions=open_ones, title=title)


def is_option(draft: Draft, text: str) -> bool:
    said = text.casefold().strip(" .!")
    return bool(draft.questions) and said in [one.casefold() for one in draft.questions[0]["options"]]


def gives_up(text: str, draft: Draft | None) -> bool:
    """A bare "no" answers a question; "forget it" and "cancel guitar" give the goal up."""
    if draft is not None and drops_goal(text, draft.title):
        return True
    return says_no(text) and text.casefold().strip(" .!") not in ("no", "nope", "none", "nah")


def day_facts(ctx: TurnContext) -> DayFacts:
    profile = ctx.profile()
    sleep, work = profile.sleep_window, profile.work_hours
    return DayFacts(
        sleep=f"{sleep.start:%H:%M}-{sleep.end:%H:%M}" if sleep else None,
        work=f"{', '.join(work.days)} {work.start:%H:%M}-{work.end:%H:%M}" if work else None,
        chronotype=profile.chronotype,
    )
