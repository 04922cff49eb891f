"""What the person says about a pattern is carried out: the slot moves, stays, or the pattern is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.pattern_moves import Shift, carry_out, move_back, moves_now, shift_to
from reminders.people import Person, load_person
from reminders.replies import AnswerOutcome
from reminders.rules.pattern_words import PatternWord
from reminders.rules.rhythm import Rhythm
from reminders.wording import pattern_dates, pattern_question, pattern_undo_row
from storage.patterns import get_pattern, overrule
from storage.tables import Pattern, Task
from storage.vocabulary import WEEKDAYS

_NAMED = 2  # tasks that stay are named up to here
_KEPT = 0.1  # confidence of what the person wants to keep: no effect any more


def answer_pattern(
    session: Session, user_id: UUID, pattern_id: UUID, word: PatternWord, now: datetime
) -> AnswerOutcome:
    """The person's word about a pattern. It counts once; a second one is told so, unless the first was taken back."""
    pattern, person = get_pattern(session, user_id, pattern_id), load_person(session, user_id)
    if pattern is None or person is None:
        return _said("I don't know that question any more.", "unknown")
    if word.kind == "undo":
        return _undo(session, pattern, person, now)
    if word.kind == "why":
        return _why(session, pattern, person, now)
    if pattern.data.get("said"):
        return _said("You have answered that already, and I'll stick to it.", "already")
    slot = f"{pattern.data['day']} {pattern.data['time']}"
    match word.kind:
        case "yes":
            return _accept(session, pattern, person, now)
        case "day" if word.weekday is not None:
            return _move(session, pattern, person, word.weekday, now, word.at, by_word=True)
        case "no":
            overrule(pattern, now, confidence=_KEPT, said="no")
            return _said(f"All right, {slot} stays.")
        case "wrong":
            overrule(pattern, now, confidence=0.0, said="wrong")
            return _said("Thanks for telling me. I've put that observation aside.")
    return _said("I didn't understand that answer.", "unknown")


def _said(text: str, kind: str = "recorded") -> AnswerOutcome:
    return AnswerOutcome(kind, None, text)


def _accept(session: Session, pattern: Pattern, person: Person, now: datetime) -> AnswerOutcome:
    other = pattern.data.get("alternative")
    if other is None:
        _note(pattern, "yes", now)
        return _left_alone(pattern)
    return _move(session, pattern, person, int(other), now)


def _left_alone(pattern: Pattern, stays: str = "") -> AnswerOutcome:
    return _said(
        f"Noted: the next plan leaves {pattern.data['day']} {pattern.data['time']} alone. {stays}".strip()
    )


def _move(
    session: Session,
    pattern: Pattern,
    person: Person,
    weekday: int,
    now: datetime,
    at: time | None = None,
    *,
    by_word: bool = False,
) -> AnswerOutcome:
    shift = shift_to(session, pattern, person, weekday, now, at, by_word=by_word)
    stays = _stay_words(shift, person.ladder.rhythm)
    if not shift.moves and shift.stays and by_word:
        text = f"Nothing is moved. {stays} Which other day would suit you?"
        again = pattern_question(pattern, moves_now(session, pattern, person, now))
        return AnswerOutcome("offer", None, text, again.choices)
    moved = carry_out(session, person, shift, now)
    _note(pattern, "yes", now)
    day = WEEKDAYS[weekday]
    if not moved:
        return _left_alone(pattern, stays)
    pattern.data = {**pattern.data, "moved": moved}
    times = "1 task is" if len(moved) == 1 else f"{len(moved)} tasks are"
    clock = f"{at:%H:%M}" if at else _usual_time(shift, person.ladder.rhythm)
    text = f"Done: {times} on {day} {clock} now. {stays}".strip()
    return AnswerOutcome("recorded", None, text, pattern_undo_row(pattern.id))


def _usual_time(shift: Shift, rhythm: Rhythm) -> str:
    """The new local time when all have the same; the first one's otherwise."""
    return f"{rhythm.local(shift.moves[0][1]):%H:%M}"


def _stay_words(shift: Shift, rhythm: Rhythm) -> str:
    named = [f"{_on(task, rhythm)} stays: {why}." for task, why in shift.stays[:_NAMED]]
    more = len(shift.stays) - len(named)
    return " ".join([*named, *([f"{more} more stay for reasons like these."] if more else [])])


def _on(task: Task, rhythm: Rhythm) -> str:
    local = rhythm.local(task.scheduled_at)
    return f"{local:%a} {local.day} {local:%b}"


def _undo(session: Session, pattern: Pattern, person: Person, now: datetime) -> AnswerOutcome:
    moved: Sequence[dict[str, str]] = pattern.data.get("moved") or []
    if not moved:
        return _said("There is nothing to take back.", "stale")
    back = move_back(session, person.user_id, moved, now)
    pattern.data = {key: value for key, value in pattern.data.items() if key not in ("said", "moved")}
    pattern.updated_at = now
    slot = f"{pattern.data['day']} {pattern.data['time']}"
    rest = len(moved) - back
    stay = f" {rest} stay where they are, their old time is gone." if rest > 1 else ""
    stay = " 1 stays where it is, its old time is gone." if rest == 1 else stay
    times = "1 task is" if back == 1 else f"{back} tasks are"
    return _said(
        f"Taken back: {times} on {slot} again.{stay}" if back else f"I could not move them back.{stay}"
    )


def _why(session: Session, pattern: Pattern, person: Person, now: datetime) -> AnswerOutcome:
    """The evidence, and the question again while it is open."""
    dates = pattern_dates([date.fromisoformat(day) for day in pattern.data.get("dates", [])])
    slot = f"{pattern.data['day']} {pattern.data['time']}"
    because = f"{pattern.description}."
    if dates:
        because = f"{pattern.data['title']} was planned for {slot}, and missed on {dates}."
    if pattern.data.get("said"):
        return _said(because, "already")
    question = pattern_question(pattern, moves_now(session, pattern, person, now))
    return AnswerOutcome(
        "offer", None, f"{because} Another day may be kinder. Shall I move it?", question.choices
    )


def _note(pattern: Pattern, said: str, now: datetime) -> None:
    pattern.data = {**pattern.data, "said": said}
    pattern.updated_at = now
