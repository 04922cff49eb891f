"""Answers that change no plan: the agenda, done by words, dropping a task, a pause, small talk and help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from agents import diary, wording
from agents.journal import spoken
from agents.nodes import welcome
from agents.places import find_zone, says_zone, wall_time
from agents.plans.next_part import unplanned
from agents.plans.replies import says_no, says_yes
from agents.plans.words import reasons
from agents.reply import Option, ask, close, tell
from agents.state import AgentState, Update
from agents.tasks.selecting import days_named, select, titled
from agents.tasks.spans import asked_span
from agents.tasks.targets import read_until
from agents.turn import TurnContext
from reminders import agenda as planned
from reminders.audit import confession, not_kept
from reminders.learned import learned
from reminders.plans import change_zone, end_sleep
from reminders.progress import progress_of
from reminders.rules.when import read_when
from storage.goals import active_goals
from storage.pauses import begin_pause, end_pause
from storage.task_history import Finished, task_history
from storage.vocabulary import TaskStatus

_NODE = "clarify"
_FROM = re.compile(
    r"\b(?:from|starting|beginning|as of)\s+((?:on )?[\w .]{2,25}?)(?=\s*(?:\b(?:until|till|til|to|through|for)\b|[-–,.!]|$))",
    re.IGNORECASE,
)
HELP = (
    "Tell me a goal (I want to run 5 km) and I make a plan with you. Tell me a task (call mum tomorrow 6pm) and I "
    "remind you. Ask what's today, say I did the run, or move my run to tomorrow. What shall we start with?"
)
PAUSED = {
    "yes": "Good. Say I'm back whenever you want to go on.",
    "no": "Then tell me the day, for example: I'm away until Friday. Or say I'm back.",
}
_ILL = re.compile(
    r"\b(?:sick|ill|unwell|flu|fever|cold|migraine|hospital|covid|injured|hurt|poorly|surgery)\b", re.I
)
_HOLIDAY = re.compile(r"\b(?:holidays?|vacation|trip|travel\w*|weekend away|honeymoon|break)\b", re.I)
_NEXT = re.compile(r"\bnext\b(?! (?:week|month|year|\w+day)\b)", re.I)
_WHEN_IS = re.compile(
    r"^\W*(?:(?:so|and|hey|ok|remind me|tell me)\W+)*(?:when|(?:at |on )?what (?:time|day))(?:'?s| is| are| do| does| did| am| will| shall)?\b(?P<what>.+)$",
    re.I | re.S,
)
_FEW_WORDS = 6
_NAMED = 5  # tasks
_MISSED = re.compile(r"\bwhat\b.*\bmiss", re.I)
_DONE = re.compile(r"\bwhat\b.*\b(?:do|done|did|get|finish\w*|achieve\w*)\b", re.I)
_UNTIL = re.compile(r"\b(?:until|till|through|for (?:\d|an?|one|two|three|another))\b", re.I)
_MOMENTS = re.compile(r"\bsame (?:moments?|instants?)\b|\b(?:home|old|german|uk|us) times?\b", re.I)
_NO_CHANGE = re.compile(
    r"\b(?:not now|just visiting|change nothing|leave (?:it|them|everything)|don'?t change)\b", re.I
)
_CLOCK_THERE = re.compile(
    r"\b(?:same|local|their) (?:times?|hours?|clock)\b|\bkeep\b.*\b(?:there|here|local|clock|times?|\d{1,2}(?::\d\d)? ?(?:am|pm)?)\b",
    re.I,
)
STILL_UNSURE = (
    "I still can't tell what you need. A few plain words are enough, like: gym tomorrow 6pm, or: learn Spanish. "
    "/help shows what I can do. What shall it be?"
)
UNSURE = "I'm not sure what you'd like. A reminder, a goal to plan, or what's on today?"


def agenda(ctx: TurnContext, text: str) -> Update:
    """Today's tasks, or tomorrow's, or the week's, with a button for each line that can be ticked off."""
    day, days, span = _asked_days(ctx, text)
    found = planned.for_days(ctx.session, ctx.user, day, days)
    if not found.text and _NEXT.search(text):
        return _what_is_next(ctx)
    if not found.text and span == "today" and (ahead := _next_ahead(ctx)):
        return tell(_NODE, f"Nothing is planned for today. Next comes {ahead}. What would you like to do?")
    if not found.text:
        return tell(_NODE, f"Nothing is planned for {span}. Is there something you would like to do?")
    rows = [[{"label": label, "data": data}] for label, data in found.done_buttons]
    said: Update = {"replies": [{"text": found.text, "rows": rows, "node": _NODE}], "agent_node": _NODE}
    return said | spoken(planned.tasks_of(ctx.session, ctx.user, day, days), ctx.now.isoformat())


def _what_is_next(ctx: TurnContext) -> Update:
    """Nothing more today: the sprint that waits for its plan, or the next task on another day."""
    part = unplanned(ctx)
    if part is not None:
        return welcome.next_part(f"Next comes {part.title}. Shall I plan it?", ctx)
    tasks = diary.open_tasks(ctx)
    if not tasks:
        return tell(_NODE, "Nothing is planned. Is there something you would like to do?")
    when = wording.moment(tasks[0].scheduled_at, ctx.zone)
    return tell(_NODE, f"Nothing more today. Next is {tasks[0].title}, {when}.") | spoken(
        tasks[:1], ctx.now.isoformat()
    )


def _asked_days(ctx: TurnContext, text: str) -> tuple[date, int, str]:
    """The first day that was asked about, how many, and what to call them; today when none was named."""
    today = ctx.local_now.date()
    if re.search(r"\bday after tomorrow\b", text, re.I):
        named: Sequence[date] = [today + timedelta(days=2)]
    elif re.search(r"\b(?:(?<!next )week|coming days|next days|schedule|everything|all)\b", text, re.I):
        return today, 7, "the next seven days"
    else:
        named = [day for day in days_named(ctx, text) if day >= today]
    if not named or named == [today]:
        return today, 1, "today"
    first, days = named[0], (named[-1] - named[0]).days + 1
    if days > 1:
        return first, days, "then"
    tomorrow = first == today + timedelta(days=1)
    return first, 1, "tomorrow" if tomorrow else f"{first:%a} {first.day} {first:%b}"


def _next_ahead(ctx: TurnContext) -> str:
    """The next task of a later day, or nothing."""
    task = next((one for one in diary.open_tasks(ctx) if one.scheduled_at > ctx.now), None)
    return f"{task.title} on {wording.moment(task.scheduled_at, ctx.zone)}" if task else ""


def pause(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """ "I'm on holiday until Sunday": quiet through that day; a week when no day was said."""
    moment = read_until(ctx, text)
    last = moment.astimezone(ctx.zone).date() if moment else ctx.local_now.date() + timedelta(days=6)
    if last < ctx.local_now.date():
        return tell(_NODE, "That day has passed already. Until when shall I stay quiet?")
    first = _first_day(ctx, text)
    if ctx.local_now.date() < first <= last:
        return _not_yet(state, first, last)
    back = datetime.combine(last + timedelta(days=1), time(0), ctx.zone).astimezone(UTC)
    begin_pause(ctx.session, ctx.user.id, ctx.local_now.date(), last, ctx.now)
    end_sleep(ctx.session, ctx.user.id, ctx.user.paused_until, back)
    ctx.user.paused_until = back
    wish = "Get well soon" if _ILL.search(text) else "Enjoy it" if _HOLIDAY.search(text) else "All right"
    text = (
        f"{wish}. I'm quiet through {last:%a} {last.day} {last:%b}, your streak is frozen, "
        f"and we go on the day after. Is that right?"
    )
    return ask(state, _NODE, text, [[Option("Go on now", "wake")]], {"kind": "pause"})


def _first_day(ctx: TurnContext, text: str) -> date:
    found = _FROM.search(text)
    when = read_when(found[1], ctx.local_now, ctx.user.timezone).when if found else None
    return when.first.astimezone(ctx.zone).date() if when and when.first else ctx.local_now.date()


def _not_yet(state: AgentState, first: date, last: date) -> Update:
    """A pause begins at once or not at all: until the first free day everything goes on as planned."""
    text = (
        f"Nice. Until {first:%a} {first.day} {first:%b} I go on as planned; tell me then and I'll be quiet. "
        "Or would you rather begin now?"
    )
    label = f"Pause until {last:%a} {last.day} {last:%b}"
    return ask(state, _NODE, text, [[Option(label)]], {})


def ask_zone(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """ "I'm in Tokyo": whether to keep the local times there."""
    zone = find_zone(text, ctx.now)
    if zone is None or zone == ctx.user.timezone:
        return tell(
            _NODE, f"Then your times stay as they are, in {says_zone(ctx.user.timezone)}. Anything else?"
        )
    rows = [
        [Option("Same times there", "local"), Option("Same moments", "moments")],
        [Option("Not now", "keep")],
    ]
    text = (
        f"{says_zone(zone)}, where it is {wall_time(zone, ctx.now)} now. "
        "Shall your tasks keep their times on the clock there?"
    )
    return ask(state, _NODE, text, rows, {"kind": "zone", "zone": zone})


def longer_pause(ctx: TurnContext, kind: str, text: str) -> bool:
    """ "Make it until Thursday", where a pause was just said back or is on."""
    paused = ctx.user.paused_until is not None and ctx.user.paused_until > ctx.now
    if not (kind == "pause" or (paused and len(text.split()) <= _FEW_WORDS)):
        return False
    return _UNTIL.search(text) is not None


def asks_when(ctx: TurnContext, text: str) -> bool:
    """ "When is the dentist?", where there is one."""
    found = _WHEN_IS.match(text)
    return found is not None and titled(found["what"], diary.open_tasks(ctx))


def when_is(ctx: TurnContext, text: str) -> Update:
    """The next time of what was asked about, and of a series the one after."""
    tasks = select(ctx, _WHEN_IS.sub(r"\g<what>", text), diary.open_tasks(ctx)).tasks
    if not tasks:
        return agenda(ctx, text)
    lines = [f"{task.title}: {wording.moment(task.scheduled_at, ctx.zone)}" for task in tasks[:2]]
    return tell(_NODE, "\n".join(lines)) | spoken(tasks[:1], ctx.now.isoformat())


def zone_word(text: str) -> str:
    """What words answer to "keep their times on the clock there?": local, moments, keep, or "" for anything else."""
    if _MOMENTS.search(text):
        return "moments"
    if says_no(text) or _NO_CHANGE.search(text):
        return "keep"
    return "local" if says_yes(text) or _CLOCK_THERE.search(text) else ""


def change_place(ctx: TurnContext, zone: str, word: str) -> Update:
    if word not in ("local", "moments"):
        return close(_NODE, "Then nothing changes.")
    moved = change_zone(ctx.session, ctx.user, zone, ctx.now, keep_local=word == "local")
    rest = f", {wording.count(moved, 'task')} moved with you" if moved else ""
    return close(_NODE, f"You are on {says_zone(zone)} time now{rest}.")


def wake_up(ctx: TurnContext) -> Update:
    end_pause(ctx.session, ctx.user.id, ctx.local_now.date())
    end_sleep(ctx.session, ctx.user.id, ctx.user.paused_until, ctx.now)
    ctx.user.paused_until = None
    listed = planned.for_days(ctx.session, ctx.user, ctx.local_now.date(), 1)
    return close(
        _NODE, f"Back on.\n{listed.text}" if listed.text else "Back on. Nothing is planned for today."
    )


def show_plans(ctx: TurnContext) -> Update:
    goals = active_goals(ctx.session, ctx.user.id)
    if not goals:
        return tell(_NODE, "You have no active goal yet. What would you like to get done?")
    return tell(_NODE, f"You are working on {wording.listed([goal.title for goal in goals])}. What about it?")


def why(ctx: TurnContext) -> Update:
    """The reasons behind the times of every active plan, as they were found when it was placed."""
    lines = []
    for goal in active_goals(ctx.session, ctx.user.id):
        placed = (goal.plan_json or {}).get("placed", [])
        lines += [f"{goal.title}: {reasons(placed)}."] if reasons(placed) else []
    lines += learned(ctx.session, ctx.user.id)
    if not lines:
        return tell(_NODE, "There is no plan yet that I could explain. What would you like to work on?")
    text = "\n".join(["Why these times:", *lines])
    return tell(
        _NODE, f"{text}\nWould other times suit you better? Say, for example: move the run to the evening."
    )


def progress(ctx: TurnContext, text: str) -> Update:
    """What was done and missed in the time they ask about, today included, the streak, and what went wrong on our side."""
    today = ctx.local_now.date()
    since, until, span = asked_span(text, today)
    history = [one for one in task_history(ctx.session, [ctx.user.id], since) if one.local_day <= until]
    sorry = confession(not_kept(ctx.session, ctx.user.id, ctx.now), diary.rhythm(ctx))
    also = f" {sorry}" if sorry else ""
    if not history:
        return tell(_NODE, f"Nothing was due {span}.{also} What would you like to do next?")
    done = sum(task.status == TaskStatus.DONE for task in history)
    streak = progress_of(ctx.session, ctx.user.id, today).streak_days
    row = f", {wording.count(streak, 'day')} in a row" if streak > 1 else ""
    counted = f"{done} done, {len(history) - done} missed{row}"
    named = _named(history, text)
    said = f"{wording.capital(span)}: {counted}.{named}{also} /dashboard shows more. What is next?"
    return tell(_NODE, said)


def _named(history: Sequence[Finished], text: str) -> str:
    """What was missed, or done, by name, where the question is which; the latest first."""
    wanted = TaskStatus.MISSED if _MISSED.search(text) else TaskStatus.DONE if _DONE.search(text) else None
    names = list(dict.fromkeys(one.title for one in reversed(history) if one.status == wanted))
    if not names:
        return ""
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return f" {wording.capital(str(wanted))}: {wording.listed([*names[:_NAMED], *more])}."
