"""A plan that nobody answers is brought up once, a day later and never at night; after that it waits as a draft."""

from __future__ import annotations

from datetime import datetime, timedelta

from agents import diary
from agents.plans.draft import Draft, draft_of
from agents.state import AgentState
from agents.turn import TurnContext
from storage.tables import Conversation
from storage.vocabulary import ChannelName

_AFTER = timedelta(hours=24)
_AFTER_ON_WHATSAPP = timedelta(hours=23)  # a day later free words are not allowed there any more
_AFTER_WAKING = timedelta(minutes=30)


def keep_nudge(ctx: TurnContext, talk: Conversation, state: AgentState) -> None:
    """Write down what is to be said about the plan on the table, and when; nothing while there is none.

    One version is brought up once: whatever else is said meanwhile neither delays nor repeats it.
    """
    draft = draft_of(state)
    if draft is None or not draft.output or not draft.question_number:
        talk.nudge_at, talk.nudge = None, {}
    elif talk.nudge.get("number") != draft.question_number:
        talk.nudge_at, talk.nudge = _when(ctx), _words(draft)


def _when(ctx: TurnContext) -> datetime:
    on_whatsapp = ctx.turn.message.sender.channel == ChannelName.WHATSAPP
    at = ctx.now + (_AFTER_ON_WHATSAPP if on_whatsapp else _AFTER)
    rhythm = diary.rhythm(ctx)
    return rhythm.wakes_after(at) + _AFTER_WAKING if rhythm.asleep(at) else at


def _words(draft: Draft) -> dict[str, object]:
    number = draft.question_number
    text = f"{draft.title}: your plan is still here and nothing is lost. Shall we start it, or change something first?"
    buttons = (("Looks good", "good"), ("Show the plan", "show"), ("Cancel", "cancel"))
    return {
        "number": number,
        "text": text,
        "choices": [{"label": label, "data": f"c:{number}:{word}"} for label, word in buttons],
    }
