"""Changing course: an active goal's plan comes back onto the table, or the goal is given up."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from langgraph.runtime import Runtime

from agents import diary, wording
from agents.draft import Draft
from agents.editing import edit_in_words
from agents.hearing import Heard, heard_of
from agents.nodes import negotiating
from agents.nodes.save_plan import cancel_future
from agents.outputs import GoalPlannerOutput
from agents.placing import place
from agents.plan_words import whole_plan
from agents.replies_to_plan import says_no
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.titles import matching
from agents.turn import TurnContext
from storage.goals import active_goals, get_goal, set_status
from storage.tables import Goal
from storage.vocabulary import GoalStatus

_NODE = "goal_modifier"
_GIVE_UP = re.compile(
    r"\b(?:give up|giving up|abandon|quit|stop|cancel|drop|delete|remove|end)\b", re.IGNORECASE
)


def goal_modifier(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx, heard = runtime.context, heard_of(state)
    focus = state.get("focus") or {}
    if focus.get("kind") == "which_goal":
        return _hear_choice(state, ctx, heard, focus.get("said", ""))
    return _which(state, ctx, heard.text)


def _which(state: AgentState, ctx: TurnContext, text: str) -> Update:
    goals = active_goals(ctx.session, ctx.user.id)
    if not goals:
        return close(_NODE, "You have no active goal at the moment. What would you like to work on?")
    found = matching(text, goals, lambda goal: goal.title) or list(goals)
    if len(found) == 1:
        return _change(state, ctx, found[0], text)
    rows = [[Option(goal.title[:50], "goal", goal.id.hex)] for goal in found]
    focus = {"kind": "which_goal", "said": text}
    return ask(state, _NODE, "Which goal do you mean?", [*rows, [Option("Leave it", "leave")]], focus)


def _hear_choice(state: AgentState, ctx: TurnContext, heard: Heard, said: str) -> Update:
    match heard.word:
        case "leave":
            return close(_NODE, "Then it stays as it is.")
        case "giveup":
            return _give_up(ctx, heard.argument)
        case "goal":
            goal = get_goal(ctx.session, ctx.user.id, UUID(hex=heard.argument))
            return _change(state, ctx, goal, said) if goal else _which(state, ctx, said)
    if says_no(heard.text):
        return close(_NODE, "Then it stays as it is.")
    found = matching(heard.text, active_goals(ctx.session, ctx.user.id), lambda goal: goal.title)
    return (
        _change(state, ctx, found[0], said) if found else ask_again(state, _NODE, "I don't know that goal.")
    )


def _change(state: AgentState, ctx: TurnContext, goal: Goal, text: str) -> Update:
    if _GIVE_UP.search(text):
        return _ask_give_up(state, goal)
    draft = draft_of_goal(ctx, goal)
    if draft is None:
        return close(
            _NODE, f"{goal.title} has no plan I could change. Shall we make one? Tell me the goal again."
        )
    edited = edit_in_words(draft, text, diary.rhythm(ctx))
    if edited is None:
        return negotiating.show(state, draft, f"What should change?\n\n{whole_plan(draft)}")
    return negotiating.apply(state, ctx, draft, edited, f"{goal.title}, from tomorrow on:")


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
    plan = _what_is_left(ctx, goal, GoalPlannerOutput.model_validate(kept["output"]))
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


def _ask_give_up(state: AgentState, goal: Goal) -> Update:
    rows = [[Option("Yes, stop it", "giveup", goal.id.hex), Option("Keep it", "leave")]]
    text = f"Stop {goal.title}? Its coming tasks would go; what you did stays in your history."
    return ask(state, _NODE, text, rows, {"kind": "which_goal", "said": ""})


def _give_up(ctx: TurnContext, key: str) -> Update:
    goal = get_goal(ctx.session, ctx.user.id, UUID(hex=key))
    if goal is None or goal.status != GoalStatus.ACTIVE:
        return close(_NODE, "That goal is no longer active.")
    set_status(goal, GoalStatus.ABANDONED, ctx.now)
    gone = cancel_future(ctx, goal.id)
    return close(
        _NODE,
        f"{goal.title} is stopped, {wording.count(gone, 'coming task')} taken off. What would help you now?",
    )
