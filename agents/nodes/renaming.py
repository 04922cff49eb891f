"""Another name for what is planned: "rename it to call dad", the whole series with it."""

from __future__ import annotations

from agents import diary, wording
from agents.course import RENAME
from agents.journal import changed, spoken_of
from agents.reply import tell
from agents.selecting import select
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import tidy_title

_NODE = "clarify"


def rename(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """All coming ones of a series get the new name; what was done under the old one keeps it."""
    found = RENAME.match(text)
    if found is None:
        return tell(_NODE, "Which task shall have which name? Say, for example: rename yoga to stretching.")
    tasks = diary.open_tasks(ctx)
    meant = select(ctx, found["it"] or found["what"], tasks, spoken_of(state, ctx))
    if len(meant.heads) != 1:
        names = wording.listed(list(dict.fromkeys(task.title for task in meant.heads))[:4])
        return tell(
            _NODE, f"There are several: {names}. Which one is it?" if names else "Which task do you mean?"
        )
    head = meant.heads[0]
    rows = [task for task in tasks if task is head or (head.series_id and task.series_id == head.series_id)]
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
