"""Whether words change what is already planned: a task moved, taken off, renamed, ticked off, a goal changed or ended."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents import diary
from agents.journal import spoken_of
from agents.plans.goal_changes import read_goal_change
from agents.state import AgentState, Update
from agents.tasks.place_tasks import read_place_task, says_where
from agents.tasks.selecting import Meant, select, titled
from agents.tasks.shifts import read_move, read_swap, without_story
from agents.turn import TurnContext
from reminders.answering import open_reminders
from storage.tables import Task
from storage.tasks import waiting_for_place
from storage.vocabulary import Intent

_UNDO = re.compile(
    r"\W*(?:(?:oops|sorry|wait|no|ok|please|actually)\b[,! ]*)*(?:undo\b.{0,30}|put (?:it|that|them|everything) back(?: (?:please|again|where it was|how it was))?"
    r"|(?:change|move|switch|turn) (?:it|that|them) back|restore (?:it|that|them)|bring back|revert(?: (?:it|that|this))?|take (?:it|that|this) back|bring (?:it|that|them) back"
    r"|(?:that|this) was (?:a mistake|wrong|not what i (?:meant|wanted))|i changed my mind about that)\W*",
    re.I,
)
_CHANGES = re.compile(
    r"\W*(?:what (?:did|have) (?:i|you|we) (?:just )?(?:change[d]?|move[d]?|cancel(?:led)?)|what (?:has |was )?changed|(?:show )?(?:my |the )?(?:recent |last )?changes)\b.{0,20}",
    re.I,
)
_ASK = r"^\W*(?:please |can you |actually |no,? )*"
RENAME = re.compile(
    rf"{_ASK}(?:rename|retitle)\s+(?P<what>.+?)\s+(?:to|as|into)\s+(?P<title>.+?)\W*$"
    rf"|{_ASK}(?:(?:rename|retitle) (?P<it>it|that|this)|(?:call|name) (?P<call>it))\s+(?:to )?"
    r"(?P<bare>(?!(?:off|back|in|again|later|today|tonight|tomorrow|at|on|when|if|a day|quits)\b).+?)(?: instead)?\W*$",
    re.I,
)
DROP = re.compile(
    r"^\W*(?:(?:please|can you|could you|let'?s|i want to|i'?d like to|ok(?:ay)?|actually|just|then)\b[,! ]*)*"
    r"(?:(?:don'?t|do not|stop|never) remind(?:ing)? me (?:of|about|to)|no more|i (?:don'?t|do not) need(?: the| my)?(?= .+ any ?more)"
    r"|(?:cancel|delete|remove|drop|skip|clear|forget(?: about)?|scrap|call off|(?:give|giving) up(?: on)?|quit|take off|get rid of|stop)\b\s*(?:out|off)?)",
    re.I,
)
NUMBER = re.compile(r"(?:number |no\.? ?|#)?(\d{1,2})", re.I)
_TAKE_OFF = re.compile(r"^\W*(?:please )?take\b.{1,40}\boff\b", re.I)
_DONE = re.compile(
    r"^\W*(?:please |ok |and )*(?:mark|count|set)\b.+\b(?:as )?(?:done|complete[d]?|finished)\W*$"
    r"|^\W*(?:please |ok |and )*(?:tick off|check off)\b.+|^\W*(?:please )?tick\b.+\boff\W*$"
    r"|^\W*(?:i'?m |i am |i )?(?:done|finished|through) with\b.+",
    re.I,
)
_IS_DONE = re.compile(
    r"^\W*(?:my |the )?(?P<what>.{2,60}?) (?:is |was |are |all )?(?:done|finished|completed?|ticked off)\W*$",
    re.I,
)
RESIZE = re.compile(
    r"^\W*(?:(?:please|can you|actually|no|ok)\b[,! ]*)*(?:make|set|change|shorten|lengthen|extend|cut|keep) (?P<what>.+?)"
    r"(?: (?:to|for|only|just|last|down to))* (?P<many>\d{1,3}|half an|an|one|two) ?(?P<unit>min(?:ute)?s?|h(?:ours?|rs?)?)(?: long)?\W*$",
    re.I,
)
_MOVES = frozenset(
    [
        "move",
        "reschedule",
        "re-schedule",
        "shift",
        "postpone",
        "push",
        "delay",
        "bring",
        "pull",
        "defer",
        "bump",
        "slide",
        "advance",
        "can't",
    ]
) | {"put off"}


def course_of(state: AgentState, ctx: TurnContext, text: str) -> Update | None:
    """The intent of words that change what is planned; None for all others."""
    if text.startswith("/"):
        return None
    if _UNDO.fullmatch(text):
        return _aside("undo")
    if _CHANGES.fullmatch(text):
        return _aside("changes")
    if read_place_task(text, frozenset(ctx.profile().locations)) is not None:
        return {"intent": Intent.NEW_TASK}
    waiting = waiting_for_place(ctx.session, ctx.user.id)
    triggers = frozenset(task.location_trigger for task in waiting if task.location_trigger)
    if triggers and says_where(text, triggers):
        return _aside("arrived")
    if read_goal_change(ctx, text) is not None:
        return {"intent": Intent.MODIFY_GOAL}
    if _DONE.match(text) or _is_done(ctx, text):
        return _aside("done")
    if not _changes_something(ctx, text):
        return None  # most messages: nothing is looked up for them
    tasks = diary.open_tasks(ctx)
    about = spoken_of(state, ctx)
    return (
        _renames(text, tasks, ctx, about)
        or _resizes(text, tasks, ctx, about)
        or _drops(ctx, text, tasks, about)
        or _moves(ctx, text, tasks, about)
    )


def interrupts_with(ctx: TurnContext, text: str) -> bool:
    """Whether words change what is planned by naming it, whatever is being asked."""
    return course_of({}, ctx, text) is not None


def _changes_something(ctx: TurnContext, text: str) -> bool:
    """Whether the words alone may rename, resize, take off or move; which task they mean is another matter."""
    patterns, order = (RENAME, RESIZE, DROP, _TAKE_OFF), without_story(text)
    return (
        any(one.match(order) for one in patterns)
        or read_swap(text) is not None
        or read_move(ctx, text) is not None
    )


def _is_done(ctx: TurnContext, text: str) -> bool:
    """ "Yoga is done", where there is yoga today."""
    found = _IS_DONE.match(text)
    return found is not None and titled(found["what"], diary.around_now(ctx))


def _resizes(text: str, tasks: Sequence[Task], ctx: TurnContext, about: Sequence[Task]) -> Update | None:
    found = RESIZE.match(text)
    return _aside("resize") if found and select(ctx, found["what"], tasks, about).named else None


def _renames(text: str, tasks: Sequence[Task], ctx: TurnContext, about: Sequence[Task]) -> Update | None:
    found = RENAME.match(text)
    if found is None:
        return None
    what = found["it"] or found["call"] or found["what"]
    return _aside("rename") if select(ctx, what, tasks, about).named else None


def _drops(ctx: TurnContext, text: str, tasks: Sequence[Task], about: Sequence[Task]) -> Update | None:
    text = without_story(text)
    verb = DROP.match(text) or _TAKE_OFF.match(text)
    if verb is None:
        return None
    rest = text[verb.end() :] if DROP.match(text) else text
    if not rest.strip(" .!") and verb[0].strip().casefold() in ("skip", "stop"):
        return None  # said to whatever was asked, and nothing is: no task is meant
    meant = select(ctx, rest, tasks, about)
    numbered = NUMBER.fullmatch(rest.strip()) is not None and bool(about)
    return _aside("drop") if numbered or (meant.named and (meant.tasks or rest.strip())) else None


def _moves(ctx: TurnContext, text: str, tasks: Sequence[Task], about: Sequence[Task]) -> Update | None:
    if not tasks:
        return None
    if (swap := read_swap(text)) is not None:
        fits = all(select(ctx, one, tasks, about).named for one in swap)
        return {"intent": Intent.RESCHEDULE_TASK} if fits else None
    wish = read_move(ctx, text)
    if wish is None:
        return None
    if not wish.source.strip() and wish.target and open_reminders(ctx.session, ctx.user.id, ctx.now):
        return {"intent": Intent.RESCHEDULE_TASK}  # "tonight instead", to a reminder
    if NUMBER.fullmatch(wish.source.strip()) and about:
        return {"intent": Intent.RESCHEDULE_TASK}
    meant = select(ctx, wish.source, tasks, about)
    certain = wish.verb in _MOVES or wish.shift is not None or bool(wish.target)
    return {"intent": Intent.RESCHEDULE_TASK} if certain and _fits(meant, wish.verb) else None


def _fits(meant: Meant, verb: str) -> bool:
    """A verb that only moves needs anything that fits; "make", "do" and "put" need a task by name or by "it"."""
    return meant.named and (bool(meant.tasks) or meant.every) and (verb != "can't" or not meant.day_missing)


def _aside(kind: str) -> Update:
    return {"intent": Intent.CLARIFY, "aside": {"kind": kind}}
