"""What is said after a miss: a reason, another time, or only a time; nothing of it needs the task's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from agents import diary
from agents.offline.understand import understand
from agents.plans.replies import says_yes
from agents.reply import Option, ask
from agents.state import AgentState, Update
from agents.tasks.selecting import names_something
from agents.tasks.shifts import read_move
from agents.tasks.titles import matching
from agents.turn import TurnContext
from reminders.answering import answer_tap, answer_task, open_reminders
from reminders.rules.answers import TaskTap
from reminders.rules.when import read_when
from reminders.spare_times import agreed_spare
from storage.conversations import find_conversation
from storage.deliveries import newest_notice_at
from storage.tables import Task
from storage.vocabulary import Answer, Intent, TaskStatus

_NODE = "clarify"
_FRESH = timedelta(hours=24)
_LONGEST = 9  # words; whoever says more than a time has something else in mind
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|hey|ok|tell me|show me)\W+)*(?:what|when|where|who|why|how|which|is|are|am|do|does|did|will|have|has)\b",
    re.I,
)
_REASON = re.compile(
    r"^\W*(?:(?:oh|ah|sorry|well|yeah|yes|no|hey|ugh|damn|argh|because|cause|cuz)\b[,.! ]*)*"
    r"(?:(?:i|we) (?:was|were|got|had|fell|lost|couldn'?t|forgot|overslept|slept|ran (?:out|late|into)|worked|felt|wasn'?t|didn'?t have|completely forgot)\b"
    r"|(?:my|the|our) [\w' ]{2,30}? (?:was|were|got|broke|came|had|took|ran|called|rang|fell|needed|is (?:ill|sick))\b"
    r"|(?:there|it) was\b|something came up\b|(?:had|got|was|fell|stuck|overslept|work|traffic|bad|long|rough|crazy|busy|tired|exhausted|life)\b|(?:too|so|just|really|way too) (?:tired|busy|late|much|ill|sick|hot|cold|exhausted)\b)",
    re.I,
)


def fresh_misses(ctx: TurnContext) -> Sequence[Task]:
    """Missed or called off within a day and given no other time, the newest first."""
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.MISSED,
            Task.scheduled_at > ctx.now - _FRESH,
            Task.scheduled_at < ctx.now + _FRESH,
        )
        .order_by(Task.scheduled_at.desc(), Task.id)
    ).all()


def meant(ctx: TurnContext, text: str) -> Sequence[Task]:
    """The fresh misses that words about another time can mean: by name, or all when none is named."""
    missed = fresh_misses(ctx)
    if not missed or open_reminders(ctx.session, ctx.user.id, ctx.now):
        return ()
    move = read_move(ctx, text)
    if move is not None and names_something(move.source):
        return matching(move.source, missed, lambda task: task.title)
    return missed if _says_only_when(ctx, text) else ()


def answers(ctx: TurnContext, text: str) -> Update | None:
    """Words to a miss that was told after everything else: another time, or a yes to looking for one."""
    if not _told_last(ctx):
        return None
    left: Update = {"question": {}, "focus": {}}  # what was asked before it is over
    if meant(ctx, text):
        return {"intent": Intent.RESCHEDULE_TASK} | left
    if says_yes(text) and not open_reminders(ctx.session, ctx.user.id, ctx.now):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "another_time"}} | left
    return None


def explains(ctx: TurnContext, text: str) -> bool:
    """ "I was stuck in traffic", right after a miss: a reason, which nobody asked for and nobody weighs."""
    if _REASON.match(text) is None or not _told_last(ctx):
        return False
    return understand(text, ctx.local_now, ctx.user.timezone).intent in ("OTHER", "SMALLTALK", "MISSED")


def console(state: AgentState, ctx: TurnContext) -> Update:
    """The reason is taken as it is; what counts is whether there is another time."""
    task = fresh_misses(ctx)[0]
    focus = {"kind": "move", "task": task.id.hex, "scope": "one", "target": ""}
    text = f"That happens. Shall I find another time for {task.title}?"
    return ask(state, _NODE, text, [[Option("Find a time"), Option("Leave it", "leave")]], focus)


def another_time(ctx: TurnContext) -> Update:
    """A yes to "shall I put it there?" takes the spare time that was named; to any other offer it brings free times."""
    task, source = fresh_misses(ctx)[0], ctx.turn.message.sender.channel
    spare = agreed_spare(ctx.session, task, diary.rhythm(ctx), ctx.now)
    if spare is not None:
        tap = TaskTap(task.id, task.version, "move", f"{spare.start.timestamp():.0f}o")
        said = answer_tap(ctx.session, ctx.user.id, tap, ctx.now, source=source)
    else:
        said = answer_task(ctx.session, ctx.user.id, task.id, Answer.RESCHEDULE, ctx.now, source=source)
    rows = [[{"label": one.label, "data": one.data} for one in row] for row in said.choices]
    return {"replies": [{"text": said.text, "rows": rows, "node": _NODE}], "agent_node": _NODE}


def _told_last(ctx: TurnContext) -> bool:
    """Whether a miss is fresh, and nothing was said in the talk since the last notice."""
    if not fresh_misses(ctx):
        return False
    notice, talk = newest_notice_at(ctx.session, ctx.user.id), find_conversation(ctx.session, ctx.user.id)
    said = talk.last_message_at if talk is not None else None
    return notice is not None and (said is None or notice > said)


def _says_only_when(ctx: TurnContext, text: str) -> bool:
    if len(text.split()) > _LONGEST or "?" in text or _ASKS.match(text):
        return False
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    title = understand(text, ctx.local_now, ctx.user.timezone).slots.get("title")
    return when is not None and when.first is not None and not names_something(str(title or ""))
