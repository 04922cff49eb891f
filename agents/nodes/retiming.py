"""Change times: which task, then up to three really free places for it, each with its reason."""

from __future__ import annotations

from agents import wording
from agents.hearing import Heard
from agents.nodes.plan_table import ask_about, ask_again_plan
from agents.plans.draft import Draft
from agents.plans.edits.operations import PlanEdit
from agents.plans.edits.times import chosen, other_times
from agents.reply import Option
from agents.state import AgentState, Update
from agents.turn import TurnContext
from storage.vocabulary import WEEKDAYS

_SHOW = Option("Show the plan", "show")


def ask_times(state: AgentState, ctx: TurnContext, draft: Draft, number: int) -> Update:
    """Offers for one task; with several and none named, first which one."""
    if len(draft.placed) == 1:
        number = 1
    if not 1 <= number <= len(draft.placed):
        rows = [
            [Option(f"{place}. {one['title']}"[:60], "timesof", str(place))]
            for place, one in enumerate(draft.placed, start=1)
        ]
        asked = ask_about(state, draft, "Which one should have another time?", [*rows, [_SHOW]])
        return asked | {"focus": {**asked["focus"], "step": "times"}}
    return _offers(state, ctx, draft, number)


def _offers(state: AgentState, ctx: TurnContext, draft: Draft, number: int) -> Update:
    one = draft.placed[number - 1]
    found = other_times(ctx, draft, number)
    if not found:
        text = f"I find no other time for {one['title']} that is free in every week. You can name one, or have it on fewer days. Which?"
        return ask_again_plan(text, number)
    now = f"{wording.days([WEEKDAYS[day] for day in one['weekdays']])} {one['at']}"
    lines = [f"{place}. {offer.label}: {offer.reason}" for place, offer in enumerate(found, start=1)]
    text = "\n".join([f"{one['title']} is on {now} now. These are free too:", *lines])
    rows = [[Option(offer.label, "cue", offer.argument)] for offer in found]
    asked = f"{text}\n\nWhich one, or which other time?"
    return ask_about(state, draft, asked, [*rows, [_SHOW]], number)


def picked(heard: Heard, draft: Draft) -> PlanEdit | None:
    """The offer that was tapped or typed; None for anything else."""
    edit = chosen(heard.argument) if heard.word == "cue" else None
    return edit if edit is not None and 1 <= edit.series <= len(draft.placed) else None
