"""The plan on the table: agreed, changed, explained, shown again or dropped; only the person's own words or tap approve it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from agents import diary
from agents.hearing import Heard
from agents.nodes import approving, retiming
from agents.nodes.plan_table import ask_again_plan, ask_reading, show
from agents.plans import address, explaining, shelf
from agents.plans.check import begun, renewed, still_stands
from agents.plans.draft import Draft
from agents.plans.draft_versions import at_version, numbers_of, redone, undone
from agents.plans.edits.editing import Edited, after_my_work, asleep_at, carry_out, edit_by_button
from agents.plans.edits.model_edit import model_edit
from agents.plans.edits.patterns import DISLIKE
from agents.plans.edits.words import PlanWish, read_wish
from agents.plans.placing import place
from agents.plans.replies import almost_yes, hesitates, says_no, says_yes
from agents.plans.steady import made_room, steady
from agents.plans.words import difference, whole_plan
from agents.reply import Option, ask
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders.rules.when import read_when
from storage.vocabulary import ApprovalStatus

__all__ = ["answers", "apply", "ask_again_plan", "concerns", "negotiate", "show"]

_NODE = "goal_planner"
_HINT = (
    "I'm not sure what to change, so the plan stays as it is. For example: move 2 to the evening, no Sundays, drop 3, "
    "20 minutes. What should be different?"
)


def concerns(state: AgentState, heard: Heard) -> bool:
    """Whether this belongs to the plan on the table rather than to a new goal."""
    kind = (state.get("focus") or {}).get("kind", "")
    about = (state.get("aside") or {}).get("kind") == "plan"
    return heard.about_plan or about or kind == "full" or (kind == "plan" and bool(heard.word))


def answers(draft: Draft, text: str) -> bool:
    """Whether words answer the plan message: yes, no, show, drop, a question, or a change that code can read."""
    agreed = says_yes(text) or says_no(text) or hesitates(text) or almost_yes(text)
    if agreed or address.names_plan(text) or address.CHANGES_IT.search(text):
        return True
    if (
        address.UNDO.fullmatch(text)
        or address.REDO.fullmatch(text)
        or address.VERSION.search(text)
        or address.VERSIONS.search(text)
    ):
        return True
    return (
        shelf.names(draft, text) or explaining.is_question(draft, text) or bool(read_wish(text, draft.plan))
    )


def negotiate(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft) -> Update:
    focus = state.get("focus") or {}
    if heard.old_word:
        return _old_button(state, ctx, draft)
    if focus.get("kind") == "full" and not heard.about_plan:
        return approving.make_room(state, ctx, heard, draft) or _drop(state, ctx, draft)
    match heard.word:
        case "good":
            return approving.approve(state, ctx, draft)
        case "cancel":
            return _drop(state, ctx, draft)
        case "times" | "timesof" | "cue":
            return _retime(state, ctx, heard, draft)
        case "show":
            return back_on_table(state, ctx, draft)
        case "undo":
            return _step(state, ctx, draft, undone(draft), "There is no earlier version.")
        case "redo":
            return _step(state, ctx, draft, redone(draft), "There is no later version.")
        case "easier" | "harder" | "fewer" | "later" as word:
            return apply(state, ctx, draft, edit_by_button(draft, word))
        case _:
            return _words(state, ctx, heard.text, draft)


def back_on_table(state: AgentState, ctx: TurnContext, draft: Draft, lead: str = "") -> Update:
    """The whole plan again; when days have passed, from tomorrow on, and around what has come into its way."""
    fresh = draft if draft.placed and still_stands(ctx, draft) else renewed(ctx, draft)
    leads = [lead] if lead else []
    if fresh.starts_on != draft.starts_on:
        leads.append(f"Its first day has passed meanwhile, so it starts on {_day(fresh)} now.")
    changed = difference(draft.placed, fresh.placed) if draft.placed else ""
    leads += [f"Something has come into its way since:\n{changed}"] if changed else []
    return show(state, fresh, "\n\n".join([*leads, whole_plan(fresh)]))


def _old_button(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    """A button of an earlier version: nothing happens, and the present version is shown."""
    lead = f"That button belongs to an older message, so nothing changed. This is version {draft.version}, the one that counts:"
    return back_on_table(state, ctx, draft, lead)


def _words(state: AgentState, ctx: TurnContext, text: str, draft: Draft) -> Update:
    on_table = (state.get("focus") or {}).get("kind") == "plan"
    addressed = address.ADDRESSED.fullmatch(text)
    if addressed:
        return _words(state, ctx, addressed["rest"], draft)
    if says_yes(text):
        if on_table:
            return approving.approve(state, ctx, draft)
        return back_on_table(state, ctx, draft, "Do you mean this plan?")
    if DISLIKE.fullmatch(text):
        return _edit(state, ctx, draft, text)
    if address.DROP.search(text) or (
        says_no(text) and text.casefold().strip(" .!") not in ("no", "nope", "nah", "no no")
    ):
        return _drop(state, ctx, draft)
    if says_no(text):
        return ask_again_plan("What should be different?")
    moved = _among_versions(state, ctx, draft, text)
    if moved is not None:
        return moved
    said = explaining.answer(draft, text, ctx.zone)
    if said is not None:
        return ask_again_plan(said)
    if address.names_plan(text) or shelf.names(draft, text):
        return back_on_table(state, ctx, draft)
    return _edit(state, ctx, draft, text)


def _hesitation(text: str) -> Update:
    if re.search(r"recommend|you|whatever|care|mind|guess|enough|suppose|advise", text, re.I):
        return ask_again_plan("I would go with it. But only your own yes counts: shall I save it like this?")
    if re.search(r"tomorrow|later|think|time|today|yet|sleep", text, re.I):
        return ask_again_plan(
            "Take your time, it waits as a draft. Say my plan whenever you want to see it again."
        )
    return ask_again_plan(
        "No hurry. Only a clear yes puts it into your diary. Is it right, or what should be different?"
    )


# ------------------------------------------------------------------ versions


def _among_versions(state: AgentState, ctx: TurnContext, draft: Draft, text: str) -> Update | None:
    if address.REDO.fullmatch(text):
        return _step(state, ctx, draft, redone(draft), "There is no later version.")
    if address.UNDO.fullmatch(text):
        return _step(state, ctx, draft, undone(draft), "There is no earlier version.")
    if address.VERSIONS.search(text):
        return ask_again_plan(f"{_kept(draft)} Which one would you like?")
    found = address.VERSION.search(text)
    if found is None:
        return None
    word = (found["word"] or found["one"] or found["nth"] or "").lower()
    number = (
        int(found["number"]) if found["number"] else address.ORDINALS.get(word, draft.newest or draft.version)
    )
    if number == draft.version:
        return back_on_table(state, ctx, draft, f"Version {number} is the one on the table.")
    return _step(
        state, ctx, draft, at_version(draft, number), f"There is no version {number} any more. {_kept(draft)}"
    )


def _kept(draft: Draft) -> str:
    numbers = [str(number) for number in numbers_of(draft)]
    return f"I keep version{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}."


def _step(state: AgentState, ctx: TurnContext, draft: Draft, to: Draft | None, otherwise: str) -> Update:
    """Put another version on the table, and say in what it differs from the one that was there."""
    if to is None:
        return ask_again_plan(f"{otherwise} What should be different?")
    fresh = renewed(ctx, to)
    lines = [f"Version {fresh.version}, as it was before:"]
    lines += [f"It starts on {_day(fresh)}."] if fresh.starts_on != draft.starts_on else []
    lines += [difference(draft.placed, fresh.placed) or "Its days and times are the same."]
    return show(state, fresh, "\n".join(lines) + "\n\nIs it right now?")


# ------------------------------------------------------------------ changes


def _edit(state: AgentState, ctx: TurnContext, draft: Draft, text: str) -> Update:
    """Apply what was said and answer with the difference; what rules cannot read, the planner may."""
    focus = state.get("focus") or {}
    about = int(focus.get("series", 0))
    rhythm = diary.rhythm(ctx)
    text = after_my_work(text, rhythm)
    wish = read_wish(text, draft.plan, about)
    if wish.about and focus.get("step") == "times":
        return retiming.ask_times(state, ctx, draft, wish.about)
    if wish.times is not None:
        return retiming.ask_times(state, ctx, draft, wish.times)
    if wish.problem:
        return ask_reading(state, draft, wish.problem, wish.choices, wish.about or about)
    asleep = asleep_at(wish.edits, text, rhythm)
    if asleep is not None:
        return ask_again_plan(asleep)
    if wish.edits or wish.start:
        return _carry_out(state, ctx, draft, text, wish)
    if hesitates(text):
        return _hesitation(text)
    if almost_yes(text):
        return ask_again_plan("Shall I save it like this?")
    edited = model_edit(ctx, state, draft, text)
    return apply(state, ctx, draft, edited) if edited is not None else ask_again_plan(_HINT)


def _carry_out(state: AgentState, ctx: TurnContext, draft: Draft, text: str, wish: PlanWish) -> Update:
    edited = carry_out(draft, wish.edits, text, diary.rhythm(ctx))
    later = edited.days_later
    if wish.start:
        first = _start_day(ctx, draft, wish)
        if first is None:
            return ask_again_plan("Which day should it start on? For example: start on Monday.")
        later = (first - date.fromisoformat(draft.starts_on)).days
        if not later and not wish.edits:
            return ask_again_plan(f"It starts on {_day(draft)} already. Anything else to change?")
    return apply(state, ctx, draft, replace(edited, days_later=later, unread=wish.unread))


def apply(state: AgentState, ctx: TurnContext, draft: Draft, edited: Edited, lead: str = "") -> Update:
    """Put the changed plan on the table and say only what changed."""
    tomorrow = ctx.local_now.date() + timedelta(days=1)
    starts = date.fromisoformat(draft.starts_on) + timedelta(days=edited.days_later)
    starts = max(starts, tomorrow) if begun(ctx, draft) or edited.days_later else starts
    if starts > ctx.local_now.date() + timedelta(weeks=5):
        return ask_again_plan("That is far off. Shall I keep this start, or shall we cancel for now?")
    moved = replace(draft, starts_on=starts.isoformat())
    wanted = steady(edited.plan, draft.plan, draft.placed)
    after = draft.planned(edited.plan, place(ctx, moved, wanted), moved.starts_on)
    leads = [lead] if lead else []
    if moved.starts_on != draft.starts_on:
        leads.append(f"It starts on {_day(after)}.")
    changed = difference(draft.placed, after.placed) or "\n".join(edited.words)
    changed = "\n".join([changed, *made_room(after.plan, draft.plan, draft.placed, after.placed)]).strip()
    left_out = "".join(f'\nNot done: "{said}". Say it once more by itself.' for said in edited.unread[:2])
    if not changed and moved.starts_on == draft.starts_on:
        return ask_again_plan(f"The plan is like that already.{left_out} Anything else to change?")
    text = "\n".join([f"Version {after.version}:", *leads, changed]).strip()
    return show(state, after, f"{text}{left_out}\n\nIs it right now?")


def _retime(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft) -> Update:
    edit = retiming.picked(heard, draft)
    if edit is not None:
        return apply(state, ctx, draft, carry_out(draft, [edit]))
    number = int(heard.argument) if heard.word == "timesof" and heard.argument.isdigit() else 0
    return retiming.ask_times(state, ctx, draft, number)


def _start_day(ctx: TurnContext, draft: Draft, wish: PlanWish) -> date | None:
    """The day that was meant, tomorrow at the earliest; None for one that cannot be read or has passed."""
    starts = date.fromisoformat(draft.starts_on)
    if wish.start.lower() == "next week":
        return starts + timedelta(days=7 - starts.weekday())
    when = read_when(wish.start, ctx.local_now, ctx.user.timezone).when
    if when is None or when.first is None or when.first < ctx.now - timedelta(days=1):
        return None
    first = when.first.astimezone(ctx.zone).date() + timedelta(days=int(wish.after))
    return max(first, ctx.local_now.date() + timedelta(days=1))


def _day(draft: Draft) -> str:
    starts = date.fromisoformat(draft.starts_on)
    return f"{starts:%a} {starts.day} {starts:%b}"


def _drop(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    kept = "The goal itself stays as it is." if draft.goal_id else "Nothing was saved."
    waits = shelf.reminder(state)
    text = " ".join(filter(None, [f"Dropped. {kept}", waits, "What else can I do for you?"]))
    said = ask(state, _NODE, text, [[Option("Undo", "undo")]], {})
    gone: Update = {"goal_draft": {}, "approval_status": ApprovalStatus.ABANDONED}
    dropped = {"dropped": draft.put_aside().as_json(), "at": ctx.now.isoformat(), "number": said["asked"]}
    return said | gone | {"approved": dropped}


def from_shelf(state: AgentState, ctx: TurnContext, drafts: Sequence[Draft], present: Draft | None) -> Update:
    """Take a waiting draft back; the one on the table waits instead."""
    draft = drafts[-1]
    rest = shelf.without(state, draft.title)
    if present is not None and present.title != draft.title:
        rest = [one for one in rest if one["title"] != present.title] + [present.put_aside().as_json()]
    return back_on_table(state, ctx, draft, "Here it is again.") | {"shelf": rest}
