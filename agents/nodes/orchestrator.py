"""Where every turn begins: what was said, what it answers, and which node it concerns."""

from __future__ import annotations

import re
from dataclasses import replace

from langgraph.runtime import Runtime

from agents.care import needs_care
from agents.hearing import PLAN_GOAL, Heard, hear
from agents.nodes import after_miss, approving, asides, either, forwarded, lighter_day, negotiating, settings
from agents.nodes.intents import aside_of, classify
from agents.nodes.interruptions import BETWEEN_QUESTIONS, chooses_any, interrupts, is_only_time, resumes
from agents.nodes.onboarding_phone import number_in
from agents.nodes.onboarding_quick import zone_known
from agents.offline.spelling import spelled
from agents.plans import shelf
from agents.plans.address import names_plan
from agents.plans.draft import draft_of, says_wish
from agents.plans.next_part import names_next_part, unplanned
from agents.plans.replies import says_no, says_yes
from agents.state import AgentState, Update
from agents.tasks.capture_answers import as_answer, corrects
from agents.tasks.night_work import in_day_parts
from agents.tasks.titles import matching
from agents.turn import TurnContext
from storage.vocabulary import Intent

_SKIP = re.compile(r"\W*(?:skip|pass)(?: (?:it|this|that))?(?:,? please)?\W*", re.IGNORECASE)
_GO_ON = re.compile(
    r"\W*(?:(?:ok(?:ay)?|no|actually|please|let'?s|just)\W+)*(?:go on|carry on|continue|keep going|resume)(?: now| again| then| please| anyway)*\W*",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\W*(?:(?:no|just|only|rather|actually)\b\W*)*(?:un)?til+\b", re.IGNORECASE)
_OWNERS = {  # whose question is open, by the focus it left
    "onboarding": Intent.ONBOARDING,
    "capture": Intent.NEW_TASK,
    "move": Intent.RESCHEDULE_TASK,
    "goal_question": Intent.GOAL,
    "plan": Intent.GOAL,
    "full": Intent.GOAL,
    "which_wish": Intent.GOAL,
    "which_goal": Intent.MODIFY_GOAL,
    "saved": Intent.CLARIFY,
    "changed": Intent.CLARIFY,
    "pause": Intent.CLARIFY,
    "drop": Intent.CLARIFY,
    "zone": Intent.CLARIFY,
    forwarded.KIND: Intent.NEW_TASK,
    either.KIND: Intent.CLARIFY,
    lighter_day.KIND: Intent.CLARIFY,
}


def answered_kinds() -> frozenset[str]:
    """The focus kinds that somebody answers."""
    return frozenset(_OWNERS)


# Questions that keep their answers to themselves, whatever else was told meanwhile.
_OWN_WORDS = frozenset({"onboarding", "goal_question", "plan", "full", "which_goal", "zone"})
# What the buttons of a plan mean; the same words under other questions are those questions' own.
_PLAN_WORDS = frozenset(
    {"good", "times", "timesof", "cue", "easier", "harder", "fewer", "later", "redo", "show"}
)


def orchestrator(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    """Sets `intent` and `heard`; a node that hands the turn back has set them itself."""
    if state.get("intent") not in (None, "", Intent.ONBOARDING):
        return {}
    ctx = runtime.context
    heard = (
        forwarded.hear_forwarded(state, ctx) if ctx.turn.message.forwarded else hear(state, ctx.turn.message)
    )
    if ctx.user.onboarded and not heard.word and not ctx.turn.message.forwarded:
        heard = replace(heard, text=_as_meant_here(state, ctx, spelled(heard.text)))
    if not heard.word and not heard.stale and ctx.turn.message.choice is None:
        heard = replace(heard, text=in_day_parts(heard.text, ctx.profile().work_hours))
    return {"heard": heard.as_json()} | _route(state, ctx, heard)


def _as_meant_here(state: AgentState, ctx: TurnContext, text: str) -> str:
    """What short words mean where they stand: "no, 4pm", right after a task was noted; "the second", of several goals."""
    focus = state.get("focus") or {}
    if focus.get("kind") == "which_wish" and not says_no(text):
        meant = matching(text, focus["goals"], str) or (focus["goals"] if chooses_any(text) else [])
        return f"I want to {meant[0]}" if meant and len(text.split()) <= 6 else text
    if focus.get("kind") not in ("changed", "saved") or not corrects(text):
        return text
    return f"make it {as_answer(text)}" if is_only_time(ctx, as_answer(text)) else text


def _route(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    focus = state.get("focus") or {}
    kind = focus.get("kind", "")
    if heard.stale:
        old_plan = heard.old_word in _PLAN_WORDS and draft_of(state) is not None
        return _about_plan() if old_plan and not _elsewhere(kind) else _aside("stale")
    care = None if heard.word else needs_care(heard.text)
    if care is not None:
        return _aside(care)
    if ctx.turn.message.forwarded and heard.text:
        return _aside(forwarded.KIND)
    if heard.about_plan or heard.word == PLAN_GOAL or _wants_next_part(ctx, heard, kind):
        return {"intent": Intent.GOAL}
    if approving.takes_back(state, ctx, heard):
        return _about_plan()
    at_once = None if heard.word else _at_once(state, ctx, heard.text)
    if at_once is not None:
        return at_once
    if kind == "pause" and not heard.word and (said := _about_the_pause(heard.text)):
        return _aside(said)
    if forwarded.decides(kind, heard):
        return {"intent": Intent.NEW_TASK}
    if kind == either.KIND and (chosen := either.chosen(ctx, focus, heard)) is not None:
        return chosen
    if not heard.word and kind not in _OWN_WORDS and (late := after_miss.answers(ctx, heard.text)):
        return late
    if kind == lighter_day.KIND and (heard.word or lighter_day.answers(heard.text, focus)):
        return _aside(lighter_day.KIND)
    interrupted = not heard.word and interrupts(ctx, heard.text, focus)
    if heard.word or (_is_answer(kind) and not interrupted):
        return {"intent": _OWNERS.get(kind, Intent.CLARIFY)}
    if not ctx.user.onboarded:
        return {"intent": Intent.ONBOARDING}
    if asides.longer_pause(ctx, kind, heard.text):
        return _aside("pause")
    if kind == "zone" and asides.zone_word(heard.text):
        return _aside("zone_answer")
    found = _with_plan(state, ctx, heard) or classify(state, ctx, heard.text)
    if interrupted and found["intent"] != Intent.CLARIFY:
        found = found | {"question": {}, "focus": {}}  # what was asked before is left
        if (
            kind == "capture"
            and focus.get("step") in ("confirm", "pick")
            and found["intent"] == Intent.NEW_TASK
        ):
            found["aside"] = {
                **(found.get("aside") or {}),
                "earlier": focus["wishes"],
            }  # and no task is lost by it
    return found


def _about_the_pause(text: str) -> str:
    """ "Until Thursday", or "go on": what is said to a pause that was just read back; "" for anything else."""
    if _UNTIL.match(text):
        return "pause"
    return "wake" if _GO_ON.fullmatch(text) else ""


def _wants_next_part(ctx: TurnContext, heard: Heard, kind: str) -> bool:
    """ "Plan it", or a plain yes to what was offered when a sprint ended."""
    if heard.word or kind:
        return False
    return names_next_part(heard.text) or (says_yes(heard.text) and unplanned(ctx) is not None)


def _at_once(state: AgentState, ctx: TurnContext, text: str) -> Update | None:
    """What is meant the same whatever was asked: commands, a changed setting, a phone number, words between questions."""
    focus = state.get("focus") or {}
    aside, kind = aside_of(text), focus.get("kind", "")
    if not ctx.user.onboarded:
        if says_yes(text) or says_no(text):
            return None
        met = ctx.profile().onboarding.began or zone_known(ctx)
        return _aside(aside) if aside in BETWEEN_QUESTIONS and (met or text.startswith("/")) else None
    if text.startswith("/"):
        on_table = kind == "plan" and (aside in ("undo", "why") or text.casefold().startswith("/redo"))
        if aside == "plan" and (draft_of(state) or shelf.waiting(state)):
            return _about_plan("plan" if draft_of(state) else "shelf")
        return _about_plan() if on_table else _aside(aside or "")
    if kind in ("onboarding", "goal_question", "capture") and focus.get("step") != "loose":
        return None
    if number_in(text) is not None:
        return {"intent": Intent.ONBOARDING}
    said = settings.change(ctx, text)
    return {"intent": Intent.CLARIFY, "aside": {"kind": "changed", "said": said}} if said else None


def _is_answer(kind: str) -> bool:
    """Whether any words belong to the open question; a plan or an offer to undo waits for its own words only."""
    return kind in _OWNERS and kind not in (
        "which_wish",
        "plan",
        "saved",
        "changed",
        "pause",
        "zone",
        forwarded.KIND,
        either.KIND,
        lighter_day.KIND,
    )


def _with_plan(state: AgentState, ctx: TurnContext, heard: Heard) -> Update | None:
    """Words about the plan on the table; while it is what was asked last, unclear words are about it too."""
    if shelf.meant(state, heard.text):
        return _about_plan("shelf")
    draft = draft_of(state)
    if draft is None or not draft.output:
        free = not _is_answer((state.get("focus") or {}).get("kind", ""))
        if draft is not None and free and resumes(draft.title, heard.text):
            return _about_plan("resume")
        waits = shelf.waiting(state) and names_plan(heard.text) and not says_yes(heard.text)
        return _about_plan("shelf") if waits else None
    asked = (state.get("focus") or {}).get("kind") == "plan"
    if negotiating.answers(draft, heard.text) if asked else names_plan(heard.text):
        return _about_plan()
    if not asked:
        return None
    found = classify(state, ctx, heard.text)
    unclear = found["intent"] == Intent.CLARIFY and found.get("aside", {}).get("kind", "") in (
        "",
        "yes",
        "no",
    )
    vague = found["intent"] == Intent.GOAL and not says_wish(heard.text)
    bare = _SKIP.fullmatch(heard.text) is not None  # of what? The plan is what was asked about
    return _about_plan() if unclear or vague or bare else found


def _about_plan(kind: str = "plan") -> Update:
    """To the planner, and not with a new goal."""
    return {"intent": Intent.GOAL, "aside": {"kind": kind}}


def _elsewhere(kind: str) -> bool:
    """A question of another sort is open: an old button is answered below it."""
    return kind in _OWNERS and kind not in ("plan", "saved")


def _aside(kind: str) -> Update:
    return {"intent": Intent.CLARIFY, "aside": {"kind": kind}}
