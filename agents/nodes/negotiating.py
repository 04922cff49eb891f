"""The plan on the table: agreed, changed, shown again or dropped; only the person's own words or tap approve it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from agents import diary, wording
from agents.draft import Draft
from agents.editing import Edited, edit_by_button, edit_in_words, model_edit
from agents.hearing import Heard
from agents.placing import place
from agents.plan_words import difference, reasons, whole_plan
from agents.replies_to_plan import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders.rules.when import read_when
from storage.goals import active_goals
from storage.tables import Goal
from storage.vocabulary import ApprovalStatus

_NODE = "goal_planner"
_BUTTONS = (
    (Option("Looks good", "good"), Option("Change times", "times")),
    (Option("Easier", "easier"), Option("Harder", "harder")),
    (Option("Fewer days", "fewer"), Option("Start later", "later")),
    (Option("Cancel", "cancel"),),
)
_SHOW = re.compile(
    r"\b(?:show|see|what(?:'s| is| was)|where(?:'s| is)|repeat|full|whole)\b.*\b(?:plan|draft)\b", re.I
)
_START = re.compile(
    r"\W*(?:(?:please|can we|could we|let'?s|i(?:'d| would) (?:like|rather|prefer)(?: to)?|we|i)\W+)*(?:start|begin)\w*\b(?! with)"
    r"(?: (?:it|the plan|this|everything|all|only|on|from|in|the|after|not before))*"
    r" (?P<day>next week|in \w+ (?:days?|weeks?)|(?:next |this |coming )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|tomorrow|\d.{0,14}|the \d\w+.{0,12}|(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december) \d+\w*)\W*(?:instead|please)?\W*",
    re.I,
)
_ABOUT_IT = re.compile(r"\W*(?:/?(?:why|undo)\b|how come\b)", re.I)
_DROP = re.compile(r"\b(?:cancel|drop|forget|scrap|delete|discard)\b.*\b(?:plan|draft)\b", re.I)


def concerns(state: AgentState, heard: Heard) -> bool:
    """Whether this belongs to the plan on the table rather than to a new goal."""
    kind = (state.get("focus") or {}).get("kind", "")
    return heard.about_plan or kind in ("plan", "full") or names_plan(heard.text)


def answers(draft: Draft, text: str) -> bool:
    """Whether words answer the plan message: yes, no, show, drop, why, or a change that code can read."""
    if says_yes(text) or says_no(text) or names_plan(text) or starts_on(text) or _ABOUT_IT.match(text):
        return True
    return edit_in_words(draft, text) is not None


def starts_on(text: str) -> str:
    """The day that the whole plan should begin on, in the words it was said with; "" when that was not said."""
    found = _START.fullmatch(text)
    return found["day"] if found else ""


def names_plan(text: str) -> bool:
    """Words that speak of the draft while something else was asked last."""
    return bool(_SHOW.search(text) or _DROP.search(text) or says_yes(text))


def negotiate(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft) -> Update:
    focus = state.get("focus") or {}
    if focus.get("kind") == "full" and not heard.about_plan:
        return _make_room(state, heard, draft)
    match heard.word:
        case "good":
            return _approve(state, ctx, draft)
        case "cancel":
            return _drop(draft)
        case "times":
            text = "Which times? For example: move 2 to the evening, or no Sundays."
            return ask(state, _NODE, text, [[Option("Show the plan", "show")]], {"kind": "plan"})
        case "show":
            return show(state, draft, whole_plan(draft))
        case "undo":
            return _undo(state, ctx, draft)
        case "easier" | "harder" | "fewer" | "later" as word:
            return apply(state, ctx, draft, edit_by_button(draft, word))
        case _:
            return _words(state, ctx, heard.text, draft)


def show(state: AgentState, draft: Draft, text: str) -> Update:
    """Put a version on the table with its own buttons; those of earlier versions are stale from now on."""
    rows: Sequence[Sequence[Option]] = _BUTTONS
    if draft.earlier:
        rows = (*_BUTTONS[:3], (Option("Undo", "undo"), Option("Cancel", "cancel")))
    short = f"The plan for {draft.title}, version {draft.version}, is waiting. Does it look right?"
    update = ask(state, _NODE, text, rows, {"kind": "plan"}, short=short)
    on_table = replace(draft, question_number=update["asked"])
    return update | {"goal_draft": on_table.as_json(), "approval_status": ApprovalStatus.NEGOTIATING}


def _words(state: AgentState, ctx: TurnContext, text: str, draft: Draft) -> Update:
    on_table = (state.get("focus") or {}).get("kind") == "plan"
    if says_yes(text):
        if on_table:
            return _approve(state, ctx, draft)
        return show(state, draft, f"Do you mean this plan?\n\n{whole_plan(draft)}")
    if _DROP.search(text) or (says_no(text) and text.casefold().strip(" .!") not in ("no", "nope", "nah")):
        return _drop(draft)
    if says_no(text):
        return ask_again_plan("What should be different?")
    if _SHOW.search(text):
        return show(state, draft, whole_plan(draft))
    if _ABOUT_IT.match(text) and "undo" not in text.casefold():
        return _explain(draft)
    if re.search(r"\bundo\b|\bgo back\b|\bprevious version\b", text, re.I):
        return _undo(state, ctx, draft)
    return _edit(state, ctx, draft, text)


def _explain(draft: Draft) -> Update:
    why = reasons(draft.placed) or "they were free"
    return ask_again_plan(
        f"{wording.capital(why)}. Would you like other times? Say, for example: move 1 to the evening."
    )


def ask_again_plan(text: str) -> Update:
    """A short question about the plan on the table; its buttons keep working."""
    return {
        "replies": [{"text": text, "rows": [], "node": _NODE}],
        "agent_node": _NODE,
        "focus": {"kind": "plan"},
        "approval_status": ApprovalStatus.NEGOTIATING,
    }


# ------------------------------------------------------------------ changes


def _edit(state: AgentState, ctx: TurnContext, draft: Draft, text: str) -> Update:
    """Apply what was said and answer with the difference; what rules cannot read, the planner may."""
    day = starts_on(text)
    if day:
        return _start_on(state, ctx, draft, day)
    edited = edit_in_words(draft, text, diary.rhythm(ctx)) or model_edit(ctx, state, draft, text)
    if edited is None:
        hint = (
            "I'm not sure what to change. For example: move 2 to the evening, no Sundays, drop 3, 20 minutes."
        )
        return ask_again_plan(hint)
    return apply(state, ctx, draft, edited)


def apply(state: AgentState, ctx: TurnContext, draft: Draft, edited: Edited, lead: str = "") -> Update:
    """Put the changed plan on the table and say only what changed."""
    starts = date.fromisoformat(draft.starts_on) + timedelta(days=edited.days_later)
    if starts > ctx.local_now.date() + timedelta(weeks=5):
        return ask_again_plan("That is far off. Shall I keep this start, or shall we cancel for now?")
    moved = replace(draft, starts_on=starts.isoformat())
    after = moved.planned(edited.plan, place(ctx, moved, edited.plan))
    leads = [lead] if lead else []
    if edited.days_later:
        leads.append(f"It starts on {starts:%a} {starts.day} {starts:%b}.")
    changed = difference(draft.placed, after.placed) or "\n".join(edited.words)
    if not changed and not edited.days_later:
        return ask_again_plan("The plan is like that already. Anything else to change?")
    text = "\n".join([f"Version {after.version}:", *leads, changed]).strip()
    return show(state, after, f"{text}\n\nIs it right now?")


def _start_on(state: AgentState, ctx: TurnContext, draft: Draft, day: str) -> Update:
    if day.lower() == "next week":
        return apply(state, ctx, draft, Edited(draft.plan, _days_to_monday(draft)))
    when = read_when(day, ctx.local_now, ctx.user.timezone).when
    if when is None or when.first is None or when.first < ctx.now - timedelta(days=1):
        return ask_again_plan("Which day should it start on? For example: start on Monday.")
    first = when.first.astimezone(ctx.zone).date()
    earliest = ctx.local_now.date() + timedelta(days=1)
    later = (max(first, earliest) - date.fromisoformat(draft.starts_on)).days
    if not later:
        return ask_again_plan(
            f"It starts on {first:%a} {first.day} {first:%b} already. Anything else to change?"
        )
    return apply(state, ctx, draft, Edited(draft.plan, later))


def _days_to_monday(draft: Draft) -> int:
    return 7 - date.fromisoformat(draft.starts_on).weekday()


def _undo(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    """Back to the version before this one."""
    if not draft.earlier:
        return ask_again_plan("There is no earlier version. What should be different?")
    back = replace(draft, output=draft.earlier[-1])
    placed = place(ctx, back, back.plan)
    again = replace(draft.planned(back.plan, placed), earlier=draft.earlier[:-1])
    changed = difference(draft.placed, placed)
    return show(state, again, f"Version {again.version}, as it was before:\n{changed}\n\nIs it right now?")


def _drop(draft: Draft) -> Update:
    kept = "The goal itself stays as it is." if draft.goal_id else "Nothing was saved."
    return close(_NODE, f"Dropped. {kept} What else can I do for you?") | {
        "goal_draft": {},
        "approval_status": ApprovalStatus.ABANDONED,
    }


# ------------------------------------------------------------------ approval, and the fourth goal


def _approve(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    """Approved, unless too many goals are active already: then one makes room or this one waits."""
    fresh = draft
    if taken_meanwhile(ctx, draft):
        again = draft.planned(draft.plan, place(ctx, draft, draft.plan))
        changed = difference(draft.placed, again.placed)
        lead = f"Something came into your diary since, so here is version {again.version}:"
        return show(state, again, f"{lead}\n{changed}\n\nIs it right now?")
    if _first_is_past(ctx, draft):
        fresh = replace(draft, placed=draft.planned(draft.plan, place(ctx, draft, draft.plan)).placed)
    active = active_goals(ctx.session, ctx.user.id)
    if (
        draft.goal_id not in [str(goal.id) for goal in active]
        and not draft.queue
        and not draft.pause_goal
        and len(active) >= ctx.tools.limits.active_goals
    ):
        return _ask_room(state, fresh, active)
    return _approved(fresh)


def _approved(draft: Draft) -> Update:
    return {
        "goal_draft": draft.as_json(),
        "approval_status": ApprovalStatus.APPROVED,
        "question": {},
        "focus": {},
        "agent_node": _NODE,
    }


def _first_is_past(ctx: TurnContext, draft: Draft) -> bool:
    """A draft approved days later is placed anew; what lies behind cannot be done any more."""
    return bool(draft.moments) and draft.moments[0] <= ctx.now.isoformat()


def _ask_room(state: AgentState, draft: Draft, active: Sequence[Goal]) -> Update:
    rows = [[Option(f"Pause {goal.title[:40]}", "pause", goal.id.hex)] for goal in active]
    rows.append([Option("Queue this one", "queue"), Option("Cancel", "cancel")])
    limit = wording.count(len(active), "goal")
    text = f"You have {limit} running, and more rarely gets done. Shall one pause, or should this one wait in line?"
    update = ask(state, _NODE, text, rows, {"kind": "full"})
    return update | {"goal_draft": draft.as_json(), "approval_status": ApprovalStatus.NEGOTIATING}


def _make_room(state: AgentState, heard: Heard, draft: Draft) -> Update:
    match heard.word:
        case "pause":
            return _approved(replace(draft, pause_goal=str(UUID(hex=heard.argument))))
        case "queue":
            return _approved(replace(draft, queue=True))
        case "cancel":
            return _drop(draft)
        case _ if re.search(r"\b(queue|wait|later|line)\b", heard.text, re.I):
            return _approved(replace(draft, queue=True))
        case _ if says_no(heard.text):
            return _drop(draft)
        case _:
            return ask_again(state, _NODE, "I need to know which one makes room.")
