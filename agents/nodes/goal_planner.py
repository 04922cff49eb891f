"""From a goal to a plan on the table: a few questions, three advisers, one proposal that code places in the week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from langgraph.runtime import Runtime

from agents import diary
from agents.consult import consult
from agents.hearing import PLAN_GOAL, Heard, heard_of
from agents.model import ModelRole, PlannerBrief
from agents.nodes import approving, goal_rests, negotiating
from agents.nodes.goal_questions import (
    dated,
    day_facts,
    gives_up,
    is_option,
    late_question,
    questions_before,
    with_deadline,
    with_part,
)
from agents.nodes.interruptions import resumes
from agents.observations import findings_of
from agents.offline.time_wish import read_answers
from agents.offline.wish import changes_mind
from agents.outputs import GoalPlannerOutput, PatternObserverOutput
from agents.plans import shelf
from agents.plans.deadlines import read_deadline
from agents.plans.draft import Draft, busy_json, draft_of, new_draft
from agents.plans.gentle import gentler
from agents.plans.limits import within_brief
from agents.plans.next_part import draft_of_sprint, draft_of_waiting, names_next_part, unplanned, waits_next
from agents.plans.placing import place
from agents.plans.questions import MOST
from agents.plans.replies import says_yes
from agents.plans.words import whole_plan
from agents.reply import Option, ask, ask_again, close, in_rows
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from storage.goals import find_open_goal, get_goal
from storage.vocabulary import GoalStatus

_NODE = "goal_planner"
_ASKS_WHY = re.compile(
    r"\W*(?:why|what for|how come|what do you mean|does it matter|is that important)\b", re.I
)
_NAMES_NOTHING = re.compile(
    r"\W*(?:(?:a |my |the )?(?:new |another )?(?:goal|plan)|new|start|help|a|something|plan something)\W*",
    re.I,
)
_FROM_THE_SHELF = "My planner is out of reach right now, so this is a plain plan from my own shelf. It is yours to change, as always."
_LEAVE = Option("Leave it", "leave")


def goal_planner(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx = runtime.context
    draft = draft_of(state)
    if draft is not None and state.get("scheduler_output"):
        return _plan(state, ctx, draft)
    heard = heard_of(state)
    kind = (state.get("focus") or {}).get("kind", "")
    if heard.word == PLAN_GOAL or (not kind and (names_next_part(heard.text) or _agrees(ctx, heard, draft))):
        return _next_part(state, ctx, heard)
    if kind == "goal_question" and not heard.about_plan:
        return _hear_question(state, ctx, heard, draft)
    if approving.takes_back(state, ctx, heard):
        return approving.take_back(state, ctx)
    aside = (state.get("aside") or {}).get("kind")
    if aside == "resume" and draft is not None and not draft.output:
        return _next(state, ctx, draft, first=True)
    if aside == "shelf":
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
    draft = dated(ctx, new_draft(ctx, text))
    if _NAMES_NOTHING.fullmatch(draft.title):
        focus = {"kind": "goal_question", "step": "goal"}
        return ask(state, _NODE, "Good. What would you like to get done in the next six weeks?", [], focus)
    known = find_open_goal(ctx.session, ctx.user.id, draft.title)
    if known is not None:
        return goal_rests.already_there(state, known)
    open_draft = draft_of(state)
    if open_draft is not None and open_draft.output and open_draft.title.casefold() == draft.title.casefold():
        return negotiating.back_on_table(state, ctx, open_draft, "That plan is on the table already.")
    again = [one for one in shelf.waiting(state) if one.title.casefold() == draft.title.casefold()]
    if again:
        return _from_shelf(state, ctx, again, open_draft)
    kept: Update = {"shelf": shelf.put_aside(state, open_draft)} if open_draft is not None else {}
    aside = f"The plan for {open_draft.title} waits as a draft meanwhile." if open_draft is not None else ""
    questions = [*late_question(ctx, draft), *questions_before(ctx, draft, draft.goal)][:MOST]
    return _next(state, ctx, replace(draft, questions=questions), first=True, aside=aside) | kept


def _hear_question(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft | None) -> Update:
    chosen = draft is not None and is_option(draft, heard.text)  # "Never" may be an answer, not a refusal
    if heard.word == "leave" or (not (heard.word or chosen) and gives_up(heard.text, draft)):
        waits = shelf.reminder(state)
        text = " ".join(filter(None, ["Then we leave it.", waits, "What else can I do for you?"]))
        return close(_NODE, text) | {"goal_draft": {}}
    if draft is None or not draft.questions:
        return _fresh(state, ctx, heard.text)
    other = "" if heard.word or chosen else changes_mind(heard.text)
    if other:
        return _fresh({**state, "goal_draft": {}}, ctx, other)
    if resumes(draft.title, heard.text) and not chosen:
        return ask_again(state, _NODE, "That is the one.")
    asked, *rest = draft.questions
    if not heard.word and _ASKS_WHY.match(heard.text):
        return ask_again(state, _NODE, "So that the plan fits you from the first day; skip it if you like.")
    said = "" if heard.word == "skip" else heard.text[:300]
    answers = draft.answers | ({asked["key"]: said} if said else {})
    if read_answers({asked["key"]: said}).says_time:  # "three days, in the evening" answers two questions
        rest = [one for one in rest if one["key"] != "time"]
    answered = replace(draft, questions=rest, answers=answers)
    match asked["key"]:
        case "deadline":
            answered = with_deadline(ctx, answered, said)
        case "part":
            answered = with_part(ctx, answered, said or asked["options"][0])
    return _next(state, ctx, answered)


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


def go_on(state: AgentState, ctx: TurnContext, before: str) -> Update | None:
    """The question a task came between, put again below `before`; None when none of today's is open."""
    draft = draft_of(state)
    if draft is None or draft.output or not draft.questions:
        return None
    fresh = date.fromisoformat(draft.starts_on) > ctx.local_now.date()
    return _next(state, ctx, draft, aside=before) if fresh else None


# ------------------------------------------------------------------ the next sprint, or a goal that waited


def _agrees(ctx: TurnContext, heard: Heard, draft: Draft | None) -> bool:
    return draft is None and says_yes(heard.text) and unplanned(ctx) is not None


def _next_part(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """Put the plan of a waiting goal on the table; a sprint is planned first."""
    named = get_goal(ctx.session, ctx.user.id, UUID(hex=heard.argument)) if heard.argument else None
    goal = named if heard.argument else waits_next(ctx)
    if goal is None or goal.status not in (GoalStatus.ACTIVE, GoalStatus.PIPELINE):
        return close(_NODE, "That goal is not waiting any more. What would you like to work on?")
    if goal.status == GoalStatus.ACTIVE and goal.plan_json.get("output"):
        return close(_NODE, f"{goal.title} has its plan already. Would you like to change it?")
    waited = draft_of_waiting(ctx, goal)
    if waited is not None:
        return negotiating.show(state, waited, whole_plan(waited))
    return _gather(ctx, draft_of_sprint(ctx, goal))


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
    output = within_brief(consult(ctx, ModelRole.GOAL_PLANNER, brief, GoalPlannerOutput, state), brief)
    said = " ".join([draft.goal, *draft.answers.values()])
    output = gentler(output, tags, patterns.category_performance, said)
    draft = draft.planned(output, place(ctx, draft, output))
    lead = [_FROM_THE_SHELF] if ModelRole.GOAL_PLANNER in ctx.fell_back else []
    return negotiating.show(state, draft, "\n\n".join([*lead, whole_plan(draft)]))


def _brief(
    ctx: TurnContext, draft: Draft, patterns: PatternObserverOutput, diary_words: Json
) -> PlannerBrief:
    found = read_deadline(draft.goal, ctx.local_now, ctx.user.timezone)
    days_left = draft.days_left
    weeks = ctx.tools.limits.sprint_weeks
    return PlannerBrief(
        goal=found.rest if found else draft.goal,
        answers=draft.answers,
        tags=draft.tags,
        day=day_facts(ctx),
        taken=diary_words["taken"],
        free=diary_words["free"],
        best_times=list(patterns.best_times),
        avoid=list(patterns.avoid_slots),
        weeks=weeks if days_left is None else max(1, min(weeks, -(-days_left // 7))),
        days_left=days_left,
        sprint=draft.sprint,
        done_share=draft.done_percent / 100 if draft.done_percent >= 0 else None,
    )
