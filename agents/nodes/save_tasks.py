"""The one node that writes what was agreed: captured tasks, or an approved plan with its goal and its sprints."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from agents import diary, wording
from agents.journal import changed
from agents.nodes import goal_planner, onboarding
from agents.nodes.save_plan import save_plan
from agents.reply import close
from agents.state import AgentState, Update
from agents.tasks.selecting import one_each
from agents.tasks.wishes import Wish, drafts, says_wish
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import schedule_tasks
from reminders.rules.places import label_of
from reminders.wording import in_a_pause
from storage.vocabulary import ApprovalStatus

_NODE = "save_tasks"


def save_tasks(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx = runtime.context
    done = {"approval_status": ApprovalStatus.PENDING, "proposed_tasks": []}
    if state.get("proposed_tasks"):
        return _save_captured(state, ctx) | done
    return save_plan(state, ctx) | done


def _save_captured(state: AgentState, ctx: TurnContext) -> Update:
    wishes = [Wish(**one) for one in state["proposed_tasks"]]
    rows = drafts(ctx, wishes, ctx.turn.event_id)
    tasks = schedule_tasks(ctx.session, ctx.user, rows, ctx.now)
    _learn_places(ctx, [label_of(wish.place) for wish in wishes if wish.place])
    if not tasks:
        return close(_NODE, "That time has passed in the meantime. Tell me again with another time?")
    if not ctx.user.onboarded:
        return onboarding.resume(state, ctx, f"Noted: {says_wish(ctx, wishes[0])}")
    if len(wishes) > 1:
        text = f"Noted, {wording.count(len(wishes), 'thing')}. I'll remind you of each."
    else:
        text = f"Noted: {says_wish(ctx, wishes[0])}"
    text += in_a_pause(ctx.user.paused_until, diary.rhythm(ctx), tasks[0].scheduled_at)
    names = wording.listed(list(dict.fromkeys(wish.title for wish in wishes)))
    back = f"Undone, {names} {'is' if len(wishes) == 1 else 'are'} off your list."
    change = Change(
        ctx.now.isoformat(), f"added {names}", added=tuple(task.id.hex for task in tasks), back=back
    )
    said = changed(state, _NODE, text, change, one_each(tasks))
    return said | (goal_planner.go_on(state, ctx, text) or {})


def _learn_places(ctx: TurnContext, labels: Sequence[str]) -> None:
    """A place that a task waits for is one of the person's places from now on."""
    profile = ctx.profile()
    new = {label: label for label in labels if label not in profile.locations}
    if new:
        ctx.save(profile.model_copy(update={"locations": {**profile.locations, **new}}))
