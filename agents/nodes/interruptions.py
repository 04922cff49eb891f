"""Whether free words answer the open question or begin something else."""

from __future__ import annotations

import re

from agents.capture import is_no_name, renames
from agents.correcting import corrected
from agents.course import interrupts_with
from agents.nodes.intents import aside_of
from agents.offline.understand import understand
from agents.replies_to_plan import says_no, says_yes
from agents.shifts import says_unable
from agents.state import Json
from agents.turn import TurnContext
from agents.wishes import Wish
from reminders.answering import open_reminders

_ELSE = frozenset({"QUERY", "GOAL", "HELP", "PAUSE", "SETTINGS", "SMALLTALK", "DELETE", "SNOOZE"})
# "Remind me to call the dentist", "I want to learn piano": no answer to how often or when, whatever else it holds.
_SAYS_ELSE = re.compile(
    r"\W*(?:(?:oh|ok(?:ay)?|wait|also|and|hey|hi|actually|btw|please|sorry)\b\W*)*"
    r"(?:remind me (?:to|about|of|that|on|at|in|every|call|ring|tomorrow|tonight)\b|(?:my (?:new )?|new |another )?goal\W*:|i (?:also )?(?:want|wanna|would like|'d like)(?: to)? "
    r"(?:learn|start|run|read|write|lose|save|stop|quit|build|become|finish|swim|get (?:fit|better at)) \w+)",
    re.IGNORECASE,
)
_LATER = re.compile(r"\W*(?:maybe |ok )?later\W*", re.IGNORECASE)
_IN_A_WHILE = re.compile(
    r"\W*(?:maybe |ok )?in (?:an?|half an|\d{1,3}|two|three|ten|fifteen|twenty|thirty) ?(?:hours?|h|min\w*)\W*",
    re.IGNORECASE,
)
_HAPPENED = frozenset(
    {"DONE", "MISSED", "ON_IT"}
)  # how a task went: never the answer to when another one shall be
_SUITS = re.compile(r"\b(?:works?|suits?|better|instead|fine|good|prefer|rather)\b", re.IGNORECASE)
_BACK = re.compile(
    r"^\W*(?:(?:actually|but|no|hmm+|ok(?:ay)?|wait|sorry|oh|then|well|rather|maybe|please)\b[,! ]*)*"
    r"(?:(?:make|move|change|set|put|do|have|keep|let'?s do|let'?s make|push|shift|skip|drop|cancel|delete) (?:it|that|this(?! \w+['’]s\b| (?:week|month|morning|afternoon|evening)\b)|them|this one|that one|all of (?:it|them))\b"
    r"|(?:just|only) (?:this|that|the)\b|all(?: of (?:it|them)| future(?: ones)?)?\W*$|(?:an? |half an? |\d+ )\w+ (?:later|earlier)\W*$|(?:the )?(?:first|second|third|last)(?: one)?\W*$)",
    re.IGNORECASE,
)
_ALWAYS = frozenset(
    {
        "agenda",
        "help",
        "pause",
        "plan",
        "language",
        "export",
        "erase",
        "privacy",
        "progress",
        "clock",
        "abuse",
    }
)
BETWEEN_QUESTIONS = frozenset(
    {
        "agenda",
        "help",
        "pause",
        "thanks",
        "export",
        "erase",
        "privacy",
        "progress",
        "clock",
        "abuse",
        "yourself",
    }
    | {"settings", "unknown_command", "undo"}
)


def interrupts(ctx: TurnContext, text: str, focus: Json) -> bool:
    """Only captures, moves and the questions before a plan can be interrupted; yes and no always answer them."""
    if says_yes(text) or says_no(text):
        return False
    aside = aside_of(text)
    match focus.get("kind"):
        case "goal_question":
            return aside in _ALWAYS or _is_timed_task(ctx, text) or _SAYS_ELSE.match(text) is not None
        case "capture" if focus.get("step") in ("title", "change"):
            return aside in _ALWAYS or aside in ("hello", "thanks", "low", "foggy")
        case "capture" if _LATER.fullmatch(text):
            return False
        case "capture" if focus.get("step") in ("pick", "when") and _IN_A_WHILE.fullmatch(text):
            return False
        case "capture" if renames(text) or _corrects(ctx, text, focus):
            return False
        case "capture" | "move" | "drop" if not refers_back(text) and interrupts_with(ctx, text):
            return True
        case "capture" | "move" | "drop" if says_unable(text):
            return True
        case "move" | "drop" if refers_back(text):
            return False
        case "capture" | "move" | "drop":
            return aside is not None or _begins_anew(ctx, text, needs_time=_waits_for_time(focus))
        case _:
            return False


def _waits_for_time(focus: Json) -> bool:
    """Which one was asked, any name is an answer; when was asked, only a time is."""
    return (
        bool(focus.get("task"))
        if focus["kind"] == "move"
        else focus["kind"] == "drop" and focus.get("step") != "which"
    )


def _corrects(ctx: TurnContext, text: str, focus: Json) -> bool:
    wishes = [Wish(**one) for one in focus.get("wishes", [])]
    return focus.get("step") == "confirm" and len(wishes) > 1 and corrected(ctx, text, wishes) is not None


def refers_back(text: str) -> bool:
    """ "Actually make it 7", "just this one": about what is being asked, whatever else it looks like."""
    return _BACK.match(text) is not None


def _begins_anew(ctx: TurnContext, text: str, *, needs_time: bool) -> bool:
    read = understand(text, ctx.local_now, ctx.user.timezone)
    if read.intent in _ELSE or (
        read.intent in _HAPPENED and open_reminders(ctx.session, ctx.user.id, ctx.now)
    ):
        return True
    if read.intent in ("CREATE", "RESCHEDULE") and str(read.slots.get("title") or "").strip():
        return _SUITS.search(text) is None and not is_no_name(str(read.slots["title"]))
    return needs_time and read.intent == "OTHER" and read.slots.get("when") is None


def _is_timed_task(ctx: TurnContext, text: str) -> bool:
    read = understand(text, ctx.local_now, ctx.user.timezone)
    when = read.slots.get("when")
    return read.intent == "CREATE" and when is not None and when.timed and len(text.split()) > 2
