"""Another name or length for what is planned: "rename it to call dad", "make yoga 45 minutes"; the whole series with it."""

from __future__ import annotations

from agents import diary, wording
from agents.journal import changed, spoken_of
from agents.reply import tell
from agents.state import AgentState, Update
from agents.tasks.course import RENAME, RESIZE
from agents.tasks.selecting import select
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import tidy_title
from storage.tables import Task

_NODE = "clarify"
_AMOUNTS = {"half an": 0.5, "an": 1.0, "one": 1.0, "two": 2.0}


def rename(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """All coming ones of a series get the new name; what was done under the old one keeps it."""
    found = RENAME.match(text)
    if found is None:
        return tell(_NODE, "Which task shall have which name? Say, for example: rename yoga to stretching.")
    rows = _series(state, ctx, found["it"] or found["call"] or found["what"])
    if isinstance(rows, str):
        return tell(_NODE, rows)
    head = rows[0]
    new, old = tidy_title(wording.capital(found["bare"] or found["title"]))[:120], head.title
    before = tuple((task.id.hex, {"title": task.title}) for task in rows)
    for task in rows:
        task.title = new
        task.version += 1
    ctx.session.flush()
    change = Change(
        ctx.now.isoformat(), f"renamed {old} to {new}", before=before, back=f"It is called {old} again."
    )
    return changed(state, _NODE, f"Renamed: {old} is called {new} now.", change, [head])


def resize(state: AgentState, ctx: TurnContext, text: str) -> Update:
    found = RESIZE.match(text)
    rows = _series(state, ctx, found["what"]) if found else "Which task shall take how long?"
    if found is None or isinstance(rows, str):
        return tell(_NODE, str(rows))
    amount = _AMOUNTS.get(found["many"].lower()) or float(found["many"])
    minutes = min(max(round(amount * (60 if found["unit"][0].lower() == "h" else 1)), 1), 1440)
    before = tuple((task.id.hex, {"duration_minutes": task.duration_minutes}) for task in rows)
    was = wording.length(rows[0].duration_minutes)
    for task in rows:
        task.duration_minutes = minutes
        task.version += 1
    ctx.session.flush()
    title, length = rows[0].title, wording.length(minutes)
    change = Change(
        ctx.now.isoformat(), f"{title} to {length}", before=before, back=f"{title} takes {was} again."
    )
    every = " each time" if len(rows) > 1 else ""
    return changed(state, _NODE, f"{title} takes {length} now{every} (was {was}).", change, rows[:1])


def _series(state: AgentState, ctx: TurnContext, what: str) -> list[Task] | str:
    """The coming rows of what was named, the next first; or what to ask."""
    tasks = diary.open_tasks(ctx)
    meant = select(ctx, what, tasks, spoken_of(state, ctx))
    if len(meant.heads) != 1:
        names = wording.listed(list(dict.fromkeys(task.title for task in meant.heads))[:4])
        return f"There are several: {names}. Which one is it?" if names else "Which task do you mean?"
    head = meant.heads[0]
    return [
        head,
        *(task for task in tasks if head.series_id and task.series_id == head.series_id and task is not head),
    ]
