"""Quick capture: say a new task back with its time, or offer times for it, and keep it only once the person agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from langgraph.runtime import Runtime

from agents import diary, wording
from agents.capture import Problem, read_change, read_tasks
from agents.correcting import corrected
from agents.hearing import Heard, heard_of
from agents.nodes import forwarded, moving
from agents.replies_to_plan import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from agents.wishes import Wish, occurrences, says_wish
from reminders.rules.diary import Busy, Diary, Prefer, Slot
from reminders.rules.places import when_words
from reminders.rules.slots import find_slots
from storage.vocabulary import ApprovalStatus, Intent

_NODE = "task_handler"
_HALF, _NOON = (
    re.compile(r"(?:in )?(?:the )?(?P<half>morning|evening|afternoon|am|pm|a\.m|p\.m)(?: please)?", re.I),
    12,
)
_LEFT_OUT = re.compile(
    r"^\W*(?:(?:please|actually|eh|ugh|oh|ok|hmm+|sorry|no)\b\W*)*(?:(?:leave|drop|skip|forget) (?:it|that|this|them)(?: out)?"
    r"|skip|pass|nvm|never ?mind|not now|later|maybe later|another day|no idea)\W*$",
    re.I,
)
_LEAVE = [Option("Leave it out", "drop")]
_CONFIRM = [Option("OK", "ok"), Option("Change", "change")]


def task_handler(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx, heard = runtime.context, heard_of(state)
    focus = state.get("focus") or {}
    if state["intent"] == Intent.RESCHEDULE_TASK or focus.get("kind") == "move":
        return moving.move(state, ctx, heard)
    if focus.get("kind") == "capture":
        return _hear_answer(state, ctx, heard, focus)
    if focus.get("kind") == forwarded.KIND and (heard.word or forwarded.decides(forwarded.KIND, heard)):
        kept = forwarded.accepted(heard)
        return _fresh(state, ctx, focus["text"]) if kept else close(_NODE, "Then I leave it. Anything else?")
    return _fresh(state, ctx, heard.text)


def _fresh(state: AgentState, ctx: TurnContext, text: str) -> Update:
    wishes, problem = read_tasks(ctx, text)
    if problem is not None:
        return _ask_when(state, wishes, problem)
    named = [wish for wish in wishes if wish.title]
    before = str((state.get("aside") or {}).get("before", ""))
    return _propose(state, ctx, named, before) if named else _ask_title(state, ctx, wishes)


def _ask_title(state: AgentState, ctx: TurnContext, wishes: Sequence[Wish]) -> Update:
    """What it is about; the time is kept when it was said already."""
    at = wishes[0].moment if wishes else None
    if wishes and wishes[0].place:
        text = f"Gladly. What shall I remind you of {when_words(wishes[0].place)}?"
        return ask(state, _NODE, text, [_LEAVE], _focus("title", wishes))
    text = (
        "What shall I remind you of, and when?"
        if at is None
        else f"What shall I remind you of on {wording.moment(at, ctx.zone)}?"
    )
    return ask(state, _NODE, f"Gladly. {text}", [_LEAVE], _focus("title", wishes))


def _hear_title(state: AgentState, ctx: TurnContext, text: str, wishes: Sequence[Wish]) -> Update:
    if says_yes(text):
        return ask_again(state, _NODE, "I need a few words for it.")
    timed, problem = read_tasks(ctx, text)
    if problem is not None or not wishes or any(wish.moment for wish in timed):
        return _fresh(state, ctx, text)
    title = wording.capital(re.sub(r"^(?:to|about|of|that)\s+", "", " ".join(text.split()), flags=re.I))[:120]
    return _propose(state, ctx, [replace(wishes[0], title=title)])


def _propose(state: AgentState, ctx: TurnContext, wishes: Sequence[Wish], before: str = "") -> Update:
    """Say the tasks back; those without a time are given one, or two to choose from when it is only one task."""
    if len(wishes) == 1 and wishes[0].moment is None:
        return _offer_slots(state, ctx, wishes[0], before)
    placed = _placed(ctx, wishes)
    lines = [says_wish(ctx, wish) for wish in placed]
    if len(placed) > 1:
        lines = [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    notes = _notes(ctx, placed)
    text = "\n".join(filter(None, [before, *lines, *notes]))
    question = "Shall I put them in?" if len(placed) > 1 else "Shall I put it in?"
    return ask(state, _NODE, f"{text}\n{question}", [_CONFIRM], _focus("confirm", placed))


def _placed(ctx: TurnContext, wishes: Sequence[Wish]) -> list[Wish]:
    """Each wish with a time; later ones keep clear of earlier ones."""
    taken = diary.busy(ctx)
    placed = []
    for wish in wishes:
        if wish.moment is None:
            slots = _slots(ctx, wish, taken, 1)
            wish = wish.starting(slots[0].start) if slots else wish
        if wish.moment is not None and not wish.place:
            taken = [*taken, Busy(wish.moment, wish.moment + timedelta(minutes=wish.minutes), wish.title)]
        placed.append(wish)
    return placed


def _offer_slots(state: AgentState, ctx: TurnContext, wish: Wish, before: str) -> Update:
    slots = sorted(_slots(ctx, wish, diary.busy(ctx), 2), key=lambda slot: slot.start)
    lines = [f"{wording.moment(slot.start, ctx.zone)} - {slot.reason}" for slot in slots]
    options = [
        Option(wording.moment(slot.start, ctx.zone), "slot", f"{slot.start.timestamp():.0f}")
        for slot in slots
    ]
    lead = before or f"{wish.title} ({wording.length(wish.minutes)}). When suits you?"
    text = "\n".join([lead, *lines])
    rows = [options, [Option("Another time", "change")]]
    return ask(state, _NODE, text, rows, _focus("pick", [wish]))


def _slots(ctx: TurnContext, wish: Wish, taken: Sequence[Busy], count: int) -> list[Slot]:
    """Free times within what was said, or within two weeks when nothing was said or nothing is free there."""
    soon = ctx.now + timedelta(minutes=30)
    earliest = datetime.fromisoformat(wish.after) if wish.after else soon
    latest = datetime.fromisoformat(wish.before) if wish.before else earliest + timedelta(days=14)
    prefer = Prefer(part=wish.part) if wish.part else None
    rhythm = diary.rhythm(ctx)
    found = find_slots(wish.minutes, earliest, latest, rhythm, taken, count, prefer)
    return found or find_slots(wish.minutes, soon, soon + timedelta(days=14), rhythm, taken, count, prefer)


def _notes(ctx: TurnContext, wishes: Sequence[Wish]) -> list[str]:
    """What speaks against a time: the person's sleep, or another task that is named."""
    rhythm, taken = diary.rhythm(ctx), diary.busy(ctx)
    notes = []
    for wish in wishes:
        if wish.place:
            notes.append(_how_asked(ctx, wish))
            continue
        nights, clashes = [], []
        for at in occurrences(ctx, wish):
            end = at + timedelta(minutes=wish.minutes)
            nights += [at] if rhythm.sleep and rhythm.sleeps_between(at, end) else []
            clash = Diary.of(taken).clash(at, end, timedelta(0))
            clashes += [(at, clash)] if clash else []
        if nights and rhythm.sleep:
            bed, wake = rhythm.sleep
            notes.append(f"That is in your sleep ({wording.clock(bed)}-{wording.clock(wake)}).")
        if clashes:
            notes.append(_says_clash(ctx, clashes))
    return notes


def _how_asked(ctx: TurnContext, wish: Wish) -> str:
    """What a place means here: nobody is followed, the person is asked."""
    first = wording.moment(wish.moment or ctx.now, ctx.zone)
    return (
        f"I can't see where you are, so I'll ask you: from {first} on, every two hours while you are awake."
    )


def _says_clash(ctx: TurnContext, clashes: Sequence[tuple[datetime, Busy]]) -> str:
    at, other = clashes[0]
    more = f" and {wording.count(len(clashes) - 1, 'other')}" if len(clashes) > 1 else ""
    start, end = other.start.astimezone(ctx.zone), other.end.astimezone(ctx.zone)
    day = at.astimezone(ctx.zone)
    return f"It overlaps with {other.title} on {day:%a} {day.day} {day:%b} ({start:%H:%M}-{end:%H:%M}){more}."


def _ask_when(state: AgentState, wishes: Sequence[Wish], problem: Problem) -> Update:
    options = [
        Option(label, "at", argument) if argument else Option(label) for label, argument in problem.options
    ]
    return ask(state, _NODE, problem.text, [options] if options else [], _focus("when", wishes))


def _focus(step: str, wishes: Sequence[Wish]) -> Json:
    return {"kind": "capture", "step": step, "wishes": [wish.as_json() for wish in wishes]}


# ------------------------------------------------------------------ the answer


def _hear_answer(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json) -> Update:
    wishes = [Wish(**one) for one in focus["wishes"]]
    match heard.word:
        case "ok":
            return _agreed(wishes)
        case "slot" | "at" if heard.argument.isdigit():
            at = datetime.fromtimestamp(int(heard.argument), tz=ctx.now.tzinfo)
            if at <= ctx.now:
                return _too_late(state, ctx, wishes[0], at)
            chosen = [wishes[0].starting(at), *wishes[1:]]
            return _agreed(chosen) if heard.word == "slot" else _propose(state, ctx, chosen)
        case "change":
            text = "What should it be instead? A time, a length, or another name."
            return ask(state, _NODE, text, [_LEAVE], _focus("change", wishes))
        case "drop":
            return close(_NODE, "Left out. Anything else?")
        case _:
            return _hear_words(state, ctx, heard.text, focus, wishes)


def _hear_words(
    state: AgentState, ctx: TurnContext, text: str, focus: Json, wishes: Sequence[Wish]
) -> Update:
    step = focus["step"]
    if step == "confirm" and says_yes(text):
        return _agreed(wishes)
    if says_no(text) or _LEFT_OUT.match(text):
        return close(_NODE, "Left out. Anything else?")
    if step == "title" or not wishes:
        return _hear_title(state, ctx, text, wishes)
    several = corrected(ctx, text, wishes) if step == "confirm" and len(wishes) > 1 else None
    if several is not None:
        return _propose(state, ctx, several)
    half = _half_meant(state, ctx, text) if step == "when" else None
    if half is not None:
        return _propose(state, ctx, [wishes[0].starting(half), *wishes[1:]])
    changed, problem = read_change(ctx, text, wishes, step)
    if problem is not None:
        return _ask_when(state, wishes, problem)
    if changed is None:
        return _unclear(state, focus, wishes[0])
    return _propose(state, ctx, changed)


def _unclear(state: AgentState, focus: Json, wish: Wish) -> Update:
    """Asked once more; then left, so that nobody is held by a question they have forgotten."""
    if not focus.get("tries"):
        return ask_again(state, _NODE, "I didn't get that.") | {"focus": {**focus, "tries": 1}}
    name = wish.title or "it"
    return close(_NODE, f"I leave {name} out for now, so it is not noted. What can I do for you?")


def _too_late(state: AgentState, ctx: TurnContext, wish: Wish, at: datetime) -> Update:
    """A time that was free when it was offered, and has gone by since."""
    lead = f"{wording.moment(at, ctx.zone)} has passed meanwhile. When suits you instead?"
    return _offer_slots(state, ctx, replace(wish, at=""), lead)


def _half_meant(state: AgentState, ctx: TurnContext, text: str) -> datetime | None:
    """ "Morning" or "in the evening", where 8 could have been either: that one of the two moments on offer."""
    said = _HALF.fullmatch(text.strip(" .!"))
    data = [one["data"] for row in (state.get("question") or {}).get("rows", []) for one in row]
    offered = [
        datetime.fromtimestamp(int(key), tz=ctx.now.tzinfo)
        for one in data
        if (key := one.rpartition(":")[2]).isdigit()
    ]
    if said is None or not offered:
        return None
    morning = said["half"].lower() in ("morning", "am", "a.m")
    return next((at for at in offered if (at.astimezone(ctx.zone).hour < _NOON) == morning), None)


def _agreed(wishes: Sequence[Wish]) -> Update:
    return {
        "proposed_tasks": [wish.as_json() for wish in wishes],
        "approval_status": ApprovalStatus.APPROVED,
        "question": {},
        "focus": {},
        "agent_node": _NODE,
    }
