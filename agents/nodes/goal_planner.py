"""From a goal to a plan on the table: a few questions, three advisers, one proposal that code places in the week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from langgraph.runtime import Runtime

from agents import diary, shelf
from agents.consult import consult
from agents.draft import Draft, busy_json, draft_of, new_draft, place
from agents.hearing import Heard, heard_of
from agents.model import DayFacts, ModelRole, PlannerBrief
from agents.nodes import approving, negotiating
from agents.observations import findings_of
from agents.outputs import GoalPlannerOutput, PatternObserverOutput
from agents.plan_words import whole_plan
from agents.questions import clarifying_questions
from agents.replies_to_plan import says_no
from agents.reply import Option, ask, ask_again, close, in_rows
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from storage.goals import find_open_goal
from storage.tables import Goal
from storage.vocabulary import GoalStatus

_NODE = "goal_planner"
_MOST_QUESTIONS = 3
_ASKS_WHY = re.compile(
    r"\W*(?:why|what for|how come|what do you mean|does it matter|is that important)\b", re.I
)
_NAMES_NOTHING = re.compile(
    r"\W*(?:(?:a |my |the )?(?:new |another )?(?:goal|plan)|new|start|help|a|something|plan something)\W*",
    re.I,
)
_LEAVE = Option("Leave it", "leave")


def goal_planner(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx = runtime.context
    draft = draft_of(state)
    if draft is not None and state.get("scheduler_output"):
        return _plan(state, ctx, draft)
    heard = heard_of(state)
    kind = (state.get("focus") or {}).get("kind", "")
    if kind == "goal_question" and not heard.about_plan:
        return _hear_question(state, ctx, heard, draft)
    if approving.takes_back(state, ctx, heard):
        return approving.take_back(state, ctx)
    if (state.get("aside") or {}).get("kind") == "shelf":
        drafts = shelf.meant(state, heard.text) or shelf.waiting(state)
        return _from_shelf(state, ctx, drafts, draft)
    if draft is not None and draft.output and negotiating.concerns(state, heard):
        return negotiating.negotiate(state, ctx, heard, draft)
    return _fresh(state, ctx, heard.text)


def _from_shelf(
    state: AgentState, ctx: TurnContext, drafts: Sequence[Draft], present: Draft | None
) -> Update:
    if len(drafts) > 1:
        rows = [[Option(f"Back to {one.title}"[:60])] for one in drafts]
        return ask(state, _NODE, "Which draft shall we take up?", rows, {"kind": "saved", "task_ids": []})
    draft = drafts[0]
    if draft.output:
        return negotiating.from_shelf(state, ctx, drafts, present)
    rest = shelf.without(state, draft.title)
    return _next(state, ctx, draft, first=True) | {"shelf": rest}


# ------------------------------------------------------------------ the questions before


def _fresh(state: AgentState, ctx: TurnContext, text: str) -> Update:
    draft = new_draft(ctx, text)
    if _NAMES_NOTHING.fullmatch(draft.title):
        focus = {"kind": "goal_question", "step": "goal"}
        return ask(state, _NODE, "Good. What would you like to get done in the next six weeks?", [], focus)
    known = find_open_goal(ctx.session, ctx.user.id, draft.title)
    if known is not None:
        return _known(state, known)
    open_draft = draft_of(state)
    if open_draft is not None and open_draft.output and open_draft.title.casefold() == draft.title.casefold():
        return negotiating.back_on_table(state, ctx, open_draft, "That plan is on the table already.")
    again = [one for one in shelf.waiting(state) if one.title.casefold() == draft.title.casefold()]
    if again:
        return _from_shelf(state, ctx, again, open_draft)
    kept: Update = {"shelf": shelf.put_aside(state, open_draft)} if open_draft is not None else {}
    aside = f"The plan for {open_draft.title} waits as a draft meanwhile." if open_draft is not None else ""
    questions = [
        {"key": one.key, "text": one.text, "options": list(one.options)}
        for one in clarifying_questions(draft.goal, day_facts(ctx))[:_MOST_QUESTIONS]
    ]
    return _next(state, ctx, replace(draft, questions=questions), first=True, aside=aside) | kept


def _known(state: AgentState, goal: Goal) -> Update:
    """The same goal again: said so, and a change of it is one tap away."""
    if goal.status != GoalStatus.ACTIVE:
        return close(
            _NODE,
            f"{goal.title} is already waiting in line. Would you like to change it, or add something else?",
        )
    rows = [[Option("Change it", "goal", goal.id.hex), Option("Leave it", "leave")]]
    text = f"{goal.title} is already on. Would you like to change it?"
    return ask(state, _NODE, text, rows, {"kind": "which_goal", "said": ""})


def _hear_question(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft | None) -> Update:
    if heard.word == "leave" or (not heard.word and says_no(heard.text) and not _plain_no(heard.text)):
        text = " ".join(
            filter(None, ["Then we leave it.", shelf.reminder(state), "What else can I do for you?"])
        )
        return close(_NODE, text) | {"goal_draft": {}}
    if draft is None or not draft.questions:
        return _fresh(state, ctx, heard.text)
    asked, *rest = draft.questions
    if not heard.word and _ASKS_WHY.match(heard.text):
        return ask_again(state, _NODE, "So that the plan fits you from the first day; skip it if you like.")
    answers = draft.answers if heard.word == "skip" else draft.answers | {asked["key"]: heard.text[:300]}
    return _next(state, ctx, replace(draft, questions=rest, answers=answers))


def _plain_no(text: str) -> bool:
    """A bare "no" answers a question; "forget it" gives the goal up."""
    return text.casefold().strip(" .!") in ("no", "nope", "none", "nah")


def _next(
    state: AgentState, ctx: TurnContext, draft: Draft, *, first: bool = False, aside: str = ""
) -> Update:
    if not draft.questions:
        return _gather(ctx, draft)
    question = draft.questions[0]
    lead = f"{draft.title}, good. A few short questions first." if first else ""
    lead = "\n".join(filter(None, [aside, lead]))
    rows = [*in_rows([Option(label) for label in question["options"]], 2), [Option("Skip", "skip"), _LEAVE]]
    focus = {"kind": "goal_question", "step": question["key"], "numbers_are_answers": 1}
    return ask(state, _NODE, question["text"], rows, focus, before=lead) | {"goal_draft": draft.as_json()}


# ------------------------------------------------------------------ advice and plan


def _gather(ctx: TurnContext, draft: Draft) -> Update:
    """What each adviser needs, looked up here: they run in threads and touch no session."""
    findings, points = findings_of(ctx)
    needs: Json = {
        "classifier": {"goal": draft.goal, "description": "; ".join(draft.answers.values())},
        "scheduler": {
            "goal": draft.title,
            "profile": ctx.user.profile,
            "timezone": ctx.user.timezone,
            "busy": busy_json(diary.busy(ctx)),
        },
        "pattern_observer": {"findings": findings.model_dump(mode="json"), "data_points": points},
    }
    return {"goal_draft": draft.as_json(), "needs": needs, "question": {}, "focus": {}, "agent_node": _NODE}


def _plan(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    """The second pass: the advisers have spoken, the planner proposes, code places it, the person decides."""
    patterns = PatternObserverOutput.model_validate(state["pattern_output"][-1])
    tags = state["classifier_output"][-1]["tags"]
    avoid = [slot.model_dump(mode="json") for slot in patterns.avoid_slots]
    draft = replace(draft, tags=tags, avoid=avoid)
    brief = _brief(ctx, draft, patterns, state["scheduler_output"][-1])
    output = consult(ctx, ModelRole.GOAL_PLANNER, brief, GoalPlannerOutput, state)
    draft = draft.planned(output, place(ctx, draft, output))
    return negotiating.show(state, draft, whole_plan(draft))


def _brief(
    ctx: TurnContext, draft: Draft, patterns: PatternObserverOutput, diary_words: Json
) -> PlannerBrief:
    return PlannerBrief(
        goal=draft.goal,
        answers=draft.answers,
        tags=draft.tags,
        day=day_facts(ctx),
        taken=diary_words["taken"],
        free=diary_words["free"],
        best_times=list(patterns.best_times),
        avoid=list(patterns.avoid_slots),
        weeks=ctx.tools.limits.sprint_weeks,
    )


def day_facts(ctx: TurnContext) -> DayFacts:
    profile = ctx.profile()
    sleep, work = profile.sleep_window, profile.work_hours
    return DayFacts(
        sleep=f"{sleep.start:%H:%M}-{sleep.end:%H:%M}" if sleep else None,
        work=f"{', '.join(work.days)} {work.start:%H:%M}-{work.end:%H:%M}" if work else None,
        chronotype=profile.chronotype,
    )
