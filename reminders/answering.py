"""The one function in which every answer ends, whether it was tapped, typed, spoken in keys or sent by a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reminders import changes, plans, rescheduling
from reminders.echo import echo
from reminders.habits import first_done_of_the_day
from reminders.house import wake_on_commit
from reminders.learning import learn, weigh_done
from reminders.pattern_answers import answer_pattern
from reminders.people import load_person
from reminders.replies import AnswerOutcome, Asked, recorded, unchanged
from reminders.rows import state_of, write_state
from reminders.rules.answers import TaskTap
from reminders.rules.life import Answered, Effect, Learn, Supersede, Undone, step
from reminders.rules.snooze import snooze_until
from reminders.series_moves import move_series
from reminders.sprints import finish_sprints, goals_of, reopen_sprint
from reminders.wording import all_later, moment, snooze_rows, tap
from storage import deliveries, outbox, tasks
from storage.tables import Task
from storage.vocabulary import Answer, ChannelName, TaskStatus

__all__ = ["AnswerOutcome", "answer_pattern", "answer_tap", "answer_task", "open_reminders"]

_CHOOSING = timedelta(minutes=10)  # the ladder waits for whoever has asked to be left alone for a while
_STILL_FRESH = timedelta(days=1)
_HOME = "home"  # the argument of an undo button under a move
_FINAL = (Answer.DONE, Answer.MISSED)
_ECHOED = (Answer.DONE, Answer.MISSED, Answer.ON_IT)  # final enough to stand in the chat
_TAPPED = {
    "done": Answer.DONE,
    "onit": Answer.ON_IT,
    "snooze": Answer.SNOOZE,
    "resched": Answer.RESCHEDULE,
    "missed": Answer.MISSED,
}


def answer_task(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    answer: Answer,
    now: datetime,
    *,
    version: int | None = None,  # noqa: ARG001 - an older button means the same as long as the task is open
    argument: str = "",
    source: str,
) -> AnswerOutcome:
    """Record what a person says about one of their tasks. Safe to repeat: what is recorded already changes nothing.

    `argument`: of a snooze "10" (minutes), "tonight", "tomorrow"; of a reschedule "small" for a shorter version.
    """
    asked = _asked(session, user_id, task_id, now, source)
    if asked is None:
        return AnswerOutcome("unknown", None, "I don't know that task any more.")
    event, was = Answered(answer), asked.task.scheduled_at
    if answer == Answer.SNOOZE:
        event = replace(event, until=_snooze_end(asked, argument))
    if not _apply(asked, event) and not _still_movable(asked, answer):
        return unchanged(asked, answer)
    if answer == Answer.RESCHEDULE:
        return _offer(asked, small=argument == "small")
    finished = finish_sprints(session, goals_of(asked.task), now) if answer in _FINAL else ()
    outcome = recorded(asked, answer, finished, was)
    if answer == Answer.DONE:
        milestone = first_done_of_the_day(session, asked.task, asked.person, now)
        said = f"{outcome.text} {milestone}" if milestone and not finished else outcome.text
        return replace(outcome, text=said)
    return outcome


def answer_tap(
    session: Session, user_id: UUID, button: TaskTap, now: datetime, *, source: str
) -> AnswerOutcome:
    """The same for a button under a message of ours, whatever it says."""
    if button.action in _TAPPED and not (button.action == "snooze" and not button.argument):
        return answer_task(
            session,
            user_id,
            button.task_id,
            _TAPPED[button.action],
            now,
            version=button.version,
            argument=button.argument,
            source=source,
        )
    asked = _asked(session, user_id, button.task_id, now, source)
    if asked is None:
        return AnswerOutcome("unknown", None, "I don't know that task any more.")
    match button.action:
        case "snooze" if asked.task.status == TaskStatus.PENDING:
            _wait_for_choice(asked)
            return AnswerOutcome("offer", asked.task, "For how long?", snooze_rows(asked.task))
        case "undo":
            return _undo(asked, button)
        case "move":
            return _move(asked, button.argument)
    return unchanged(asked, None)


def open_reminders(session: Session, user_id: UUID, now: datetime) -> Sequence[Task]:
    """The tasks a bare "1" can mean: reminded of and not answered yet, the newest first. Those over for a day are not."""
    yesterday = now - timedelta(days=1)
    return [task for task in tasks.open_reminders(session, user_id) if task.scheduled_at > yesterday]


# ------------------------------------------------------------------ steps


def _asked(session: Session, user_id: UUID, task_id: UUID, now: datetime, source: str) -> Asked | None:
    task = tasks.lock_task(session, user_id, task_id)
    person = load_person(session, user_id)
    return None if task is None or person is None else Asked(session, task, person, now, source)


def _apply(asked: Asked, event: Answered | Undone) -> bool:
    """Let the rules decide, write what they say; False when they say nothing changes."""
    task, now = asked.task, asked.now
    state, effects = step(state_of(task), event, asked.person.ladder, now)
    if not write_state(task, state, effects, asked.person.ladder.rhythm, now):
        return False
    answer = event.answer if isinstance(event, Answered) else None
    deliveries.note_response(asked.session, task.id, asked.source, answer, now)
    asked.session.flush()
    for effect in effects:
        _carry_out(asked, effect)
    if isinstance(event, Undone) or event.answer == Answer.DONE:
        weigh_done(asked.session, task, asked.person, now)
    if isinstance(event, Answered) and event.answer in _ECHOED:
        echo(asked.session, task, asked.person, asked.source, now)
    wake_on_commit(asked.session, task.wakes_at)
    return True


def _wait_for_choice(asked: Asked) -> None:
    """The next rung does not come while the person chooses for how long."""
    task, until = asked.task, asked.now + _CHOOSING
    if task.reminder_sent_at is not None and task.wakes_at is not None and task.wakes_at < until:
        task.wakes_at = until
        wake_on_commit(asked.session, until)


def _carry_out(asked: Asked, effect: Effect) -> None:
    session, task, now = asked.session, asked.task, asked.now
    match effect:
        case Supersede(reason):
            may_ring = outbox.supersede(session, [task.id], reason, now)
            # Whoever answers on the phone is still listening to what was recorded.
            rings = asked.source != ChannelName.CALL and outbox.hang_up(session, task.id, now)
            if may_ring or rings:
                wake_on_commit(session, now)
        case Learn():
            if learn(session, [task], {task.user_id: asked.person}, now):
                wake_on_commit(session, now + timedelta(minutes=1))


def _still_movable(asked: Asked, answer: Answer) -> bool:
    """A fresh miss can be given another time, although asking for one changes nothing yet; that of an evening the next day too."""
    if answer != Answer.RESCHEDULE or asked.task.status != TaskStatus.MISSED:
        return False
    rhythm = asked.person.ladder.rhythm
    return rhythm.day(asked.now) - rhythm.day(asked.task.scheduled_at) <= _STILL_FRESH


def _snooze_end(asked: Asked, argument: str) -> datetime:
    task, now = asked.task, asked.now
    others = tasks.pending_between(asked.session, task.user_id, now, now + timedelta(days=1))
    following = next((other.scheduled_at for other in others if other.id != task.id), None)
    rhythm = asked.person.ladder.rhythm
    return snooze_until(argument, task.scheduled_at, task.duration_minutes, rhythm, following, now)


def _offer(asked: Asked, *, small: bool = False, before: str = "") -> AnswerOutcome:
    rhythm = asked.person.ladder.rhythm
    offers = rescheduling.free_slots(asked.session, asked.task, asked.now, small=small)
    if not offers:
        text = f"I found no free time in the next days, so {asked.task.title} stays where it is."
        return AnswerOutcome("offer", asked.task, f"{before} {text}".strip())
    lines = [f"{moment(slot.start, rhythm, asked.now)} - {slot.reason}" for slot in offers]
    length = f", {rescheduling.smaller(asked.task.duration_minutes)} min" if small else ""
    text = "\n".join(
        [*filter(None, [before]), f"{asked.task.title}{length}: these times are free.", *lines, "Which one?"]
    )
    suffix = "s" if small else ""
    rows = tuple(
        (
            tap(
                asked.task,
                moment(slot.start, rhythm, asked.now),
                "move",
                f"{slot.start.timestamp():.0f}{suffix}",
            ),
        )
        for slot in offers
    )
    return AnswerOutcome("offer", asked.task, text, rows, tuple(offers))


def _move(asked: Asked, argument: str) -> AnswerOutcome:
    """Carry out the choice of a slot; one that was taken or has passed meanwhile brings fresh offers."""
    choice = rescheduling.read_choice(argument)
    if choice is None:
        return unchanged(asked, None)
    if asked.task.status not in (TaskStatus.PENDING, TaskStatus.MISSED):
        return unchanged(asked, None)
    rhythm = asked.person.ladder.rhythm
    if not rescheduling.is_open(asked.session, asked.task, choice, asked.now):
        when = moment(choice.at, rhythm, asked.now)
        gone = f"{when} is not free." if choice.at > asked.now else f"{when} has passed."
        return _offer(asked, small=choice.small, before=gone[0].upper() + gone[1:])
    if asked.task.series_id is not None and choice.scope == "":
        return _which_scope(asked, argument, choice.at)
    minutes = rescheduling.smaller(asked.task.duration_minutes) if choice.small else None
    try:
        which = (asked.session, asked.task.user_id, asked.task.id, choice.at, asked.now)
        if choice.scope == "all":
            series = move_series(*which, minutes=minutes)
            moved, rest = series.task, all_later(series.stayed, series.own)
        else:
            moved, rest = plans.move_task(*which, minutes=minutes), ""
    except plans.PlanError:
        return unchanged(asked, None)
    deliveries.note_response(asked.session, asked.task.id, asked.source, Answer.RESCHEDULE, asked.now)
    echo(asked.session, asked.task, asked.person, asked.source, asked.now)
    text = f"Moved: {moved.title} is {moment(moved.scheduled_at, rhythm, asked.now)} now{rest}."
    return AnswerOutcome("recorded", moved, text, ((tap(moved, "Undo", "undo", _HOME),),))


def _which_scope(asked: Asked, argument: str, at: datetime) -> AnswerOutcome:
    when = moment(at, asked.person.ladder.rhythm, asked.now)
    text = f"{asked.task.title} to {when}. Just this one, or all future ones?"
    rows = (
        (tap(asked.task, "Just this one", "move", argument + "o"),),
        (tap(asked.task, "All future", "move", argument + "a"),),
    )
    return AnswerOutcome("offer", asked.task, text, rows)


def _undo(asked: Asked, button: TaskTap) -> AnswerOutcome:
    """Take the last answer back; the argument is "home" for a move, or the start that a snooze had put off."""
    if button.version != asked.task.version:
        return replace(unchanged(asked, None), kind="stale")
    if button.argument == _HOME:
        return _take_home(asked)
    put_off = datetime.fromtimestamp(int(button.argument), UTC) if button.argument.isdigit() else None
    if not _apply(asked, Undone(put_off)):
        return replace(unchanged(asked, None), kind="stale")
    reopen_sprint(asked.session, asked.task.goal_id)
    return AnswerOutcome("recorded", asked.task, f"Taken back: {asked.task.title} is open again.")


def _take_home(asked: Asked) -> AnswerOutcome:
    """The move that this task was part of, undone as a whole."""
    change = changes.move_of(asked.session, asked.task)
    back = changes.take_back(asked.session, asked.task.user_id, change, asked.now)
    return AnswerOutcome("recorded", asked.task, changes.says_back(back, asked.person, asked.now))
