"""Changing course: an active goal's plan comes back onto the table, or the goal is given up."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from langgraph.runtime import Runtime

from agents import diary
from agents.hearing import Heard, heard_of
from agents.nodes import goal_rests, negotiating
from agents.outputs import GoalPlannerOutput
from agents.plans.draft import Draft
from agents.plans.edits.editing import edit_in_words
from agents.plans.goal_changes import read_goal_change
from agents.plans.placing import place
from agents.plans.replies import says_no, says_yes
from agents.plans.running_plan import as_it_runs
from agents.plans.words import whole_plan
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.titles import matching
from agents.turn import TurnContext
from storage.goals import active_goals, get_goal, list_goals
from storage.tables import Goal

_NODE = "goal_modifier"
_GIVE_UP = re.compile(
    r"\b(?:give up|giving up|abandon|quit|stop|cancel|drop|delete|remove|end)\b", re.IGNORECASE
)


def goal_modifier(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx, heard = runtime.context, heard_of(state)
    focus = state.get("focus") or {}
    if focus.get("kind") == "which_goal":
        return _hear_choice(state, ctx, heard, focus)
    return _which(state, ctx, heard.text)


def _which(state: AgentState, ctx: TurnContext, text: str) -> Update:
    wish = read_goal_change(ctx, text)
    kind = wish.kind if wish else "giveup" if _GIVE_UP.search(text) else "change"
    found = list(wish.goals) if wish else _fitting(ctx, text)
    if not found:
        return close(_NODE, "You have no active goal at the moment. What would you like to work on?")
    if len(found) == 1:
        return _act(state, ctx, found[0], kind, text)
    rows = [[Option(goal.title[:50], "goal", goal.id.hex)] for goal in found]
    focus = {"kind": "which_goal", "said": text, "change": kind}
    return ask(state, _NODE, "Which goal do you mean?", [*rows, [Option("Leave it", "leave")]], focus)


def _fitting(ctx: TurnContext, text: str) -> list[Goal]:
    goals = active_goals(ctx.session, ctx.user.id)
    return matching(text, goals, lambda goal: goal.title) or list(goals)


def _hear_choice(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json) -> Update:
    if heard.word == "leave" or (not heard.word and says_no(heard.text)):
        return close(_NODE, "Then it stays as it is.")
    said, kind = focus.get("said", ""), focus.get("change", "change")
    if heard.word == "goal":
        goal = get_goal(ctx.session, ctx.user.id, UUID(hex=heard.argument))
        return _act(state, ctx, goal, kind, said) if goal else _which(state, ctx, said)
    asked = get_goal(ctx.session, ctx.user.id, UUID(hex=focus["goal"])) if focus.get("goal") else None
    if heard.word == "giveup":  # a button of an earlier version carries the goal itself
        asked = asked or get_goal(ctx.session, ctx.user.id, UUID(hex=heard.argument))
    if asked is not None:
        return _hear_about(state, ctx, heard, focus, asked)
    found = matching(heard.text, list_goals(ctx.session, ctx.user.id), lambda goal: goal.title)
    if len(found) == 1:
        return _act(state, ctx, found[0], kind, said)
    if focus.get("tries"):
        return close(_NODE, "Then all your goals stay as they are.")
    return ask_again(state, _NODE, "I don't know that goal.") | {"focus": {**focus, "tries": 1}}


def _hear_about(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json, goal: Goal) -> Update:
    """The answer to "stop it?", "is it done?" or "for how long?"."""
    kind = focus.get("change", "giveup")
    if kind == "pause":
        return goal_rests.hear_length(state, ctx, goal, heard, focus)
    if heard.word in ("giveup", "complete") or says_yes(heard.text):
        return goal_rests.end(state, ctx, goal, kind)
    if focus.get("tries"):
        return close(_NODE, "Then it stays as it is.")
    return ask_again(state, _NODE, "I didn't get that.") | {"focus": {**focus, "tries": 1}}


def _act(state: AgentState, ctx: TurnContext, goal: Goal, kind: str, text: str) -> Update:
    match kind:
        case "giveup" | "complete":
            return goal_rests.ask_end(state, ctx, goal, kind)
        case "pause":
            return goal_rests.pause(state, ctx, goal, text)
        case "resume":
            return goal_rests.resume(ctx, goal) or _plan_anew(state, ctx, goal)
    draft = draft_of_goal(ctx, goal)
    if draft is None:
        return close(
            _NODE, f"{goal.title} has no plan I could change. Shall we make one? Tell me the goal again."
        )
    edited = edit_in_words(draft, text, diary.rhythm(ctx))
    if edited is None:
        return negotiating.show(state, draft, f"What should change?\n\n{whole_plan(draft)}")
    return negotiating.apply(state, ctx, draft, edited, f"{goal.title}, from tomorrow on:")


def _plan_anew(state: AgentState, ctx: TurnContext, goal: Goal) -> Update:
    """A goal that rested so long that nothing of it lies ahead: what was left of its plan, from tomorrow on."""
    draft = draft_of_goal(ctx, goal)
    if draft is None:
        return close(
            _NODE,
            f"Nothing of the plan for {goal.title} is left. Tell me the goal again, and I plan it anew.",
        )
    return negotiating.show(state, draft, f"{goal.title} goes on. {whole_plan(draft)}")


def draft_of_goal(ctx: TurnContext, goal: Goal) -> Draft | None:
    """The plan of a saved goal as a draft that starts tomorrow, with the weeks that are left."""
    kept = goal.plan_json or {}
    if not kept.get("output"):
        return None
    tomorrow = ctx.local_now.date() + timedelta(days=1)
    draft = Draft(
        goal=kept.get("goal", goal.title),
        title=goal.title,
        starts_on=tomorrow.isoformat(),
        answers=kept.get("answers", {}),
        tags=list(goal.class_tags),
        avoid=kept.get("avoid", []),
        version=int(kept.get("version", 1)) - 1,
        goal_id=str(goal.id),
    )
    plan = as_it_runs(ctx, goal, _what_is_left(ctx, goal, GoalPlannerOutput.model_validate(kept["output"])))
    return draft.planned(plan, place(ctx, draft, plan)) if plan.proposed_tasks else None


def _what_is_left(ctx: TurnContext, goal: Goal, plan: GoalPlannerOutput) -> GoalPlannerOutput:
    """The plan with the weeks that have passed cut off."""
    since = (ctx.now - (goal.activated_at or ctx.now)) // timedelta(weeks=1)
    if since <= 0:
        return plan
    tasks = [
        task.model_copy(
            update={"week_range": (max(1, task.week_range[0] - since), task.week_range[1] - since)}
        )
        for task in plan.proposed_tasks
        if task.week_range[1] - since >= 1
    ]
    return plan.model_copy(update={"proposed_tasks": tasks})
