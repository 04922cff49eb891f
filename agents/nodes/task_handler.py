"""Quick capture: say a new task back with its time, or offer times for it, and keep it only once the person agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from langgraph.runtime import Runtime

from agents import diary, wording
from agents.hearing import Heard, heard_of
from agents.nodes import forwarded, moving
from agents.nodes.interruptions import adds_to
from agents.plans.replies import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.capture import read_change, read_tasks
from agents.tasks.capture_answers import added, agrees, chosen, clock_in, offered, refuses_offers
from agents.tasks.capture_notes import notes_on
from agents.tasks.correcting import corrected
from agents.tasks.repeating import Problem
from agents.tasks.wishes import Wish, says_wish, with_added
from agents.turn import TurnContext
from reminders.rules.diary import Busy, Prefer, Slot
from reminders.rules.places import when_words
from reminders.rules.rhythm import DAY_PARTS, within
from reminders.rules.slots import find_slots
from reminders.rules.when import read_when
from storage.vocabulary import ApprovalStatus, Intent

_NODE = "task_handler"
_LEFT_OUT = re.compile(
    r"^\W*(?:(?:please|actually|eh|ugh|oh|ok|hmm+|sorry|no)\b\W*)*(?:(?:leave|drop|skip|forget) (?:it|that|this|them)(?: out)?"
    r"|skip|pass|nvm|never ?mind|not now|later|maybe later|another day)\W*$",
    re.I,
)
_NO_IDEA = re.compile(
    r"\W*(?:(?:i have |i'?ve )?no (?:idea|clue)|i don'?t know|dunno|idk|not sure|hm+|um+|let me think)(?: yet| when)?\W*",
    re.I,
)
MOST_AT_ONCE = 10
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
        return _ask_when(state, [*wishes, *_unanswered(state, wishes)], problem, clock_in(text))
    named = [wish for wish in wishes if wish.title]
    before = str((state.get("aside") or {}).get("before", ""))
    if not named:
        return _ask_title(state, ctx, wishes)
    return _propose(state, ctx, [*_unanswered(state, named), *named], before)


def _unanswered(state: AgentState, fresh: Sequence[Wish]) -> list[Wish]:
    """What was said just before and not agreed to yet; the same thing said again takes the place of the first time."""
    earlier = [Wish(**one) for one in (state.get("aside") or {}).get("earlier", [])]
    said = {wish.title.casefold() for wish in fresh}
    return [wish for wish in earlier if wish.title.casefold() not in said][: MOST_AT_ONCE - len(fresh)]


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
    notes = notes_on(ctx, placed)
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
    asks = "When suits you?" if _within(ctx, wish, slots) else "Nothing is free then. When else?"
    lead = before or f"{wish.title} ({wording.length(wish.minutes)}). {asks}"
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


def _within(ctx: TurnContext, wish: Wish, slots: Sequence[Slot]) -> bool:
    """Whether any of these times lies in the stretch and the part of the day that were asked for."""
    after = datetime.fromisoformat(wish.after) if wish.after else ctx.now
    before = datetime.fromisoformat(wish.before) if wish.before else None
    part = DAY_PARTS.get(wish.part or "")
    return any(
        slot.start >= after
        and (before is None or slot.start < before)
        and (part is None or within(slot.start.astimezone(ctx.zone).time(), *part))
        for slot in slots
    )


def _ask_when(state: AgentState, wishes: Sequence[Wish], problem: Problem, clock: str = "") -> Update:
    """`clock` is the time of day that stood beside a day which cannot be: it holds for the right day too."""
    options = [
        Option(label, "at", argument) if argument else Option(label) for label, argument in problem.options
    ]
    focus = _focus("when", wishes) | ({"clock": clock} if clock else {})
    return ask(state, _NODE, problem.text, [options] if options else [], focus)


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
            return _ask_instead(state, wishes)
        case "drop":
            return close(_NODE, "Left out. Anything else?")
        case _:
            text = _with_clock(ctx, heard.text, focus.get("clock", ""))
            return _hear_words(state, ctx, text, focus, wishes)


def _ask_instead(state: AgentState, wishes: Sequence[Wish]) -> Update:
    text = "What should it be instead? A time, a length, or another name."
    return ask(state, _NODE, text, [_LEAVE], _focus("change", wishes))


def _with_clock(ctx: TurnContext, text: str, clock: str) -> str:
    """ "30 April", after "31 April at 9am": at 9am."""
    when = read_when(text, ctx.local_now, ctx.user.timezone).when if clock and not clock_in(text) else None
    bare = when is not None and when.kind == "instant" and when.grain == "day" and when.part is None
    return f"{text} {clock}" if bare else text


def _hear_words(
    state: AgentState, ctx: TurnContext, text: str, focus: Json, wishes: Sequence[Wish]
) -> Update:
    step = focus["step"]
    if step == "confirm" and agrees(text):
        return _agreed(wishes)
    if step == "loose" and agrees(text):
        return _propose(state, ctx, wishes)
    if step in ("confirm", "pick", "loose") and adds_to(ctx, text):
        more, unclear = read_tasks(ctx, added(text))
        named = not unclear and bool(more) and all(one.title for one in more)
        timed = named and any(one.moment or one.after for one in more)
        return _propose(state, ctx, [*wishes, *more] if timed else with_added(wishes, added(text)))
    if step == "pick" and refuses_offers(text):
        return _ask_instead(state, wishes)
    if _NO_IDEA.fullmatch(text):
        lead = "Either way is fine, it can be changed later."
        return ask_again(state, _NODE, lead) | {"focus": {**focus, "tries": 1}}
    if says_no(text) or _LEFT_OUT.match(text):
        return close(_NODE, "Left out. Anything else?")
    if step == "title" or not wishes:
        return _hear_title(state, ctx, text, wishes)
    several = corrected(ctx, text, wishes) if step == "confirm" and len(wishes) > 1 else None
    if several is not None:
        return _propose(state, ctx, several)
    at = chosen(text, offered(state), ctx.zone) if step in ("when", "pick") else None
    if at is not None:
        picked = [wishes[0].starting(at), *wishes[1:]]
        return _agreed(picked) if step == "pick" else _propose(state, ctx, picked)
    changed, problem = read_change(ctx, text, wishes, step)
    if problem is not None:
        return _ask_when(state, wishes, problem)
    if changed is None:
        if step == "pick" and agrees(text):
            return ask_again(state, _NODE, "Gladly, one of these.")
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


def _agreed(wishes: Sequence[Wish]) -> Update:
    return {
        "proposed_tasks": [wish.as_json() for wish in wishes],
        "approval_status": ApprovalStatus.APPROVED,
        "question": {},
        "focus": {},
        "agent_node": _NODE,
    }
