"""Whether free words answer the open question or begin something else."""

from __future__ import annotations

import re

from agents import diary
from agents.nodes.intents import aside_of
from agents.offline.titles import title_of
from agents.offline.understand import understand
from agents.plans.draft import says_wish
from agents.plans.replies import says_no, says_yes
from agents.state import Json
from agents.tasks.capture import is_no_name
from agents.tasks.capture_answers import added, agrees, as_answer, names_offer, new_name, refuses_offers
from agents.tasks.correcting import corrected
from agents.tasks.course import interrupts_with
from agents.tasks.shifts import says_unable
from agents.tasks.titles import matching, words
from agents.tasks.wishes import Wish
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.rules.when import read_when

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
    r"^\W*(?:(?:actually|no|yes|yeah|and|but|so|hmm+|ok(?:ay)?|wait|sorry|oh|then|well|rather|maybe|please)\b[,! ]*)*"
    r"(?:(?:make|move|change|set|put|do|have|keep|let'?s do|let'?s make|push|shift|skip|drop|cancel|delete) (?:it|that|this(?! \w+['’]s\b| (?:week|month|morning|afternoon|evening)\b)|them|this one|that one|all of (?:it|them))\b"
    r"|(?:just|only) (?:this|that|the)\b|all(?: of (?:it|them)| future(?: ones)?)?\W*$|(?:an? |half an? |\d+ )\w+ (?:later|earlier)\W*$|(?:the )?(?:first|second|third|last)(?: one)?\W*$)",
    re.IGNORECASE,
)
_GO_ON = re.compile(
    r"\W*(?:(?:ok|so|and|right|well|now)\W+)*(?:where (?:were|was|are) (?:we|i)|what (?:was|were) (?:we|i) (?:doing|saying|talking about|asking|up to|planning)|go on|continue|carry on"
    r"|(?:let'?s )?(?:go |get )?back to (?:it|that|the (?:goal|plan|questions?)|my goal)|the (?:goal|plan)|my goal)(?: with (?:it|that|the (?:goal|plan|questions?)))?(?: again| now| please)*\W*",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"^(?:back to|go on with|continue with|and|ah|oh|right|about|so|ok)\b[,! ]*", re.IGNORECASE
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
        case "which_goal":
            return aside in _ALWAYS or _is_timed_task(ctx, text) or _is_wish(ctx, text)
        case "capture" if focus.get("step") == "loose" and not added(text):
            return not is_only_time(ctx, text)
        case "capture" if focus.get("step") in ("confirm", "pick", "loose") and adds_to(ctx, text):
            return False
        case "capture" if focus.get("step") in ("title", "change"):
            return aside in _ALWAYS or aside in ("hello", "thanks", "low", "tired")
        case "capture" if _LATER.fullmatch(text):
            return False
        case "capture" if focus.get("step") in ("pick", "when") and _IN_A_WHILE.fullmatch(text):
            return False
        case "capture" if new_name(text, str(focus.get("step"))):
            return False
        case "capture" if is_only_time(ctx, as_answer(text)):
            return False
        case "capture" if focus.get("step") == "pick" and refuses_offers(text):
            return False
        case "capture" if agrees(text) or (focus.get("step") in ("pick", "when") and names_offer(text)):
            return False
        case "capture" if _corrects(ctx, text, focus):
            return False
        case "capture" if refers_back(text) and aside is None:
            return False
        case "capture" | "move" | "drop" if not refers_back(text) and interrupts_with(ctx, text):
            return True
        case "capture" | "move" | "drop" if says_unable(text) or _ticks_off(ctx, text):
            return True
        case "move" | "drop" if refers_back(text):
            return False
        case "capture" | "move" | "drop":
            return aside is not None or _begins_anew(ctx, text, needs_time=_waits_for_time(focus))
        case _:
            return False


def resumes(title: str, text: str) -> bool:
    """ "The guitar!", "where were we?": back to the goal whose questions were left open."""
    if _GO_ON.fullmatch(text[:80]):
        return True
    said = _WHERE.sub("", text.strip(" .!?"))
    return len(said.split()) <= 4 and bool(words(said)) and words(said) <= words(title)


def chooses_any(text: str) -> bool:
    """ "Both", "you choose": the first will do."""
    return (
        re.fullmatch(
            r"\W*(?:both|all(?: of (?:it|them))?|either|any|you (?:choose|pick|decide)|(?:the )?first(?: one)?)(?: of them| please)?\W*",
            text,
            re.I,
        )
        is not None
    )


def adds_to(ctx: TurnContext, text: str) -> bool:
    """ "And eggs": more for the task on the table, at a time of its own or not."""
    what = added(text)
    reading = read_when(what, ctx.local_now, ctx.user.timezone)
    return bool(what) and (reading.when is None or bool(title_of(what, reading.span)))


def is_only_time(ctx: TurnContext, text: str) -> bool:
    reading = read_when(text, ctx.local_now, ctx.user.timezone)
    return reading.when is not None and reading.when.kind != "duration" and not title_of(text, reading.span)


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


def _ticks_off(ctx: TurnContext, text: str) -> bool:
    """ "I took my meds", where there are such: done, whatever was being asked."""
    if understand(text, ctx.local_now, ctx.user.timezone).intent != "DONE":
        return False
    return bool(matching(text, diary.around_now(ctx), lambda task: task.title))


def _is_wish(ctx: TurnContext, text: str) -> bool:
    """Another goal, said as a wish: not the name of one that was asked about."""
    return says_wish(text) and understand(text, ctx.local_now, ctx.user.timezone).intent == "GOAL"


def _is_timed_task(ctx: TurnContext, text: str) -> bool:
    read = understand(text, ctx.local_now, ctx.user.timezone)
    when = read.slots.get("when")
    return read.intent == "CREATE" and when is not None and when.timed and len(text.split()) > 2
