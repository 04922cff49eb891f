"""What the ladder says: reminders, the question after "on it", the note about a miss, and the buttons under each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from channels.messages import Choice, OutboundMessage
from reminders.rules.answers import TaskTap, format_tap
from reminders.rules.places import question
from reminders.rules.rhythm import Rhythm
from storage.tables import Pattern, Task
from storage.vocabulary import WEEKDAYS, ChannelName, Rung, TriggerType

Rows = tuple[tuple[Choice, ...], ...]
_LONG_AHEAD = 120  # minutes


def tap(task: Task, label: str, action: str, argument: str = "") -> Choice:
    return Choice(label, format_tap(TaskTap(task.id, task.version, action, argument)))


def clock(at: datetime, rhythm: Rhythm) -> str:
    return f"{rhythm.local(at):%H:%M}"


def moment(at: datetime, rhythm: Rhythm, now: datetime) -> str:
    """ "today 18:00", "tomorrow 07:00", "Thu 12 Mar 18:00": the weekday is always computed, never guessed."""
    local = rhythm.local(at)
    days = (local.date() - rhythm.day(now)).days
    if days in (0, 1):
        return f"{'today' if days == 0 else 'tomorrow'} {local:%H:%M}"
    return f"{WEEKDAYS[local.weekday()][:3]} {local.day} {local:%b %H:%M}"


def start_words(at: datetime, rhythm: Rhythm, now: datetime) -> str:
    """ "07:00", and on another day "06:30 tomorrow", "06:30 on Thu 12 Mar": what follows "at"."""
    if rhythm.day(at) == rhythm.day(now):
        return clock(at, rhythm)
    day, _, time = moment(at, rhythm, now).rpartition(" ")
    return f"{time} {day}" if day == "tomorrow" else f"{time} on {day}"


def in_a_pause(paused_until: datetime | None, rhythm: Rhythm, at: datetime) -> str:
    """What is added to a promise for a moment at which the person wants quiet; "" for every other."""
    if paused_until is None or at >= paused_until:
        return ""
    last = rhythm.local(paused_until - timedelta(seconds=1))
    return f" But I'm quiet through {last:%a} {last.day} {last:%b}: say I'm back, or you won't hear of it."


def all_later(stayed: Sequence[Task], own: Sequence[Task] = ()) -> str:
    """The end of "Moved: ... is Thursday 07:30 now" when a whole series moves and some of it cannot, or has its own time."""
    kept = "" if not own else "; one that has a time of its own keeps it"
    if len(own) > 1:
        kept = f"; {len(own)} that have a time of their own keep it"
    match len(stayed):
        case 0:
            return f", and the later ones with it{kept}" if own else ", and all later ones with it"
        case 1:
            return f", and the later ones with it; one stays where it is, its new time is taken{kept}"
    return f", and the later ones with it; {len(stayed)} stay where they are, their new times are taken{kept}"


def minutes(length: float) -> str:
    whole = max(0, round(length))
    return "1 minute" if whole == 1 else f"{whole} minutes"


def length(minutes: int) -> str:
    """45 min, 1 h, 1 h 30"""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def message(
    rung: Rung, task: Task, rhythm: Rhythm, now: datetime, channel: str = ChannelName.TELEGRAM
) -> OutboundMessage:
    """The words of one rung about one task; buttons in the order that typed numbers mean, where a channel numbers them."""
    match rung:
        case Rung.FOLLOW_UP:
            return OutboundMessage(
                f"{task.title}: how did it go?",
                choices=_follow_up_rows(task),
                task_id=task.id,
                title=task.title,
            )
        case Rung.MISS_NOTE:
            return miss_note(task, rhythm, now)
        case Rung.CALL:
            return OutboundMessage(_spoken(task, rhythm, now), task_id=task.id, title=task.title)
    if task.trigger_type == TriggerType.LOCATION and task.location_trigger:
        text = f"{question(task.location_trigger)} {task.title}."
        return OutboundMessage(text, choices=place_rows(task), task_id=task.id, title=task.title)
    rows = _keyed_rows(task) if channel == ChannelName.WHATSAPP else reminder_rows(task)
    return OutboundMessage(
        _reminder_text(task, rhythm, now),
        choices=rows,
        task_id=task.id,
        title=task.title,
        template=(task.title, start_words(task.scheduled_at, rhythm, now)),
    )


def capped_notice(channel: str) -> OutboundMessage:
    """Once a day, without a sound: what costs money has been used enough."""
    what = "calls" if channel == ChannelName.CALL else "WhatsApp messages"
    return OutboundMessage(
        f"That's enough {what} for today; tomorrow they are back. Until then I'll remind you here.",
        silent=True,
    )


def miss_note(
    task: Task,
    rhythm: Rhythm,
    now: datetime,
    spare: datetime | None = None,
    following: str = "",
    plan: tuple[Choice, ...] = (),
) -> OutboundMessage:
    """The note about a miss. It offers the `spare` time that was agreed, or, after a goal's last task, what `following` says."""
    question, rows = "What would help?", _miss_rows(task)
    if plan:  # the offer comes last, so that 1, 2 and 3 mean what they mean everywhere
        question, rows = following, (*rows, (*plan,))
    elif spare is not None:
        when = moment(spare, rhythm, now)
        question = f"{when[:1].upper()}{when[1:]} is its spare time. Shall I put it there?"
        rows = (*rows, (tap(task, f"Yes, {when}", "move", f"{spare.timestamp():.0f}o"),))
    text = _miss_text(task, rhythm, now, question)
    return OutboundMessage(text, choices=rows, task_id=task.id, title=task.title)


def pattern_question(pattern: Pattern, count: int) -> OutboundMessage:
    """ "Monday 07:00 was missed three weeks running (2, 9 and 16 Mar). Shall I move Easy run to Tuesday 07:00?" """
    data = pattern.data
    dates = pattern_dates([date.fromisoformat(day) for day in data.get("dates", [])])
    found = f"{pattern.description} ({dates})." if dates else f"{pattern.description}."
    if not count:
        return OutboundMessage(
            f"{found} Shall the next plan leave that time alone?",
            choices=_pattern_rows(pattern.id, "Yes, leave it"),
        )
    what = data["title"] if len(data.get("titles", [])) < 2 else "what is there"
    ask = f"Shall I move {what} to {WEEKDAYS[int(data['alternative'])]} {data['time']}?"
    return OutboundMessage(f"{found} {ask}", choices=_pattern_rows(pattern.id, f"Yes, move {count}"))


def pattern_dates(days: Sequence[date]) -> str:
    """Local days, the newest first -> "23 Feb, 2 and 9 Mar", the oldest first."""
    ordered = sorted(days)
    parts = [
        str(day.day) if after and after.month == day.month else f"{day.day} {day:%b}"
        for day, after in zip(ordered, [*ordered[1:], None], strict=True)
    ]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _pattern_rows(pattern_id: UUID, yes: str) -> Rows:
    words = ((yes, "yes"), ("No, keep", "no"), ("That's wrong", "wrong"))
    return tuple((Choice(label, f"p:{pattern_id.hex}:{word}"),) for label, word in words)


def pattern_undo_row(pattern_id: UUID) -> Rows:
    return ((Choice("Undo", f"p:{pattern_id.hex}:undo"),),)


def reminder_rows(task: Task) -> Rows:
    return (
        (tap(task, "Done", "done"), tap(task, "On it", "onit")),
        (tap(task, "Snooze", "snooze"), tap(task, "Reschedule", "resched")),
        (tap(task, "Can't today", "missed"),),
    )


def place_rows(task: Task) -> Rows:
    return (
        (tap(task, "Done", "done"), tap(task, "Not yet", "snooze", "120")),
        (tap(task, "Not today", "missed"),),
    )


def snooze_rows(task: Task) -> Rows:
    return (
        (tap(task, "10 min", "snooze", "10"), tap(task, "1 hour", "snooze", "60")),
        (tap(task, "Tonight", "snooze", "tonight"), tap(task, "Tomorrow", "snooze", "tomorrow")),
    )


def _keyed_rows(task: Task) -> Rows:
    """1 done, 2 reschedule, 3 can't today, 4 on it: the numbers WhatsApp shows are the keys of every channel."""
    actions = (("Done", "done"), ("Reschedule", "resched"), ("Can't today", "missed"), ("On it", "onit"))
    return tuple((tap(task, label, action),) for label, action in actions)


def _follow_up_rows(task: Task) -> Rows:
    return (
        (tap(task, "Done", "done"), tap(task, "Reschedule", "resched")),
        (tap(task, "Can't today", "missed"),),
    )


def _miss_rows(task: Task) -> Rows:
    return (
        (tap(task, "I did it", "done"),),
        (tap(task, "Another time", "resched"), tap(task, "Skip it", "missed")),
        (tap(task, "A smaller version", "resched", "small"),),
    )


def _reminder_text(task: Task, rhythm: Rhythm, now: datetime) -> str:
    at, long = clock(task.scheduled_at, rhythm), length(task.duration_minutes)
    left = task.scheduled_at - now
    if rhythm.day(task.scheduled_at) != rhythm.day(now):
        return f"{task.title} ({long}) is on {moment(task.scheduled_at, rhythm, now)}."
    if left >= timedelta(seconds=30):
        return f"{task.title} ({long}) at {at}, in {_ahead(left)}."
    if left > -timedelta(minutes=2):
        return f"{task.title} ({long}): it's time."
    return f"{task.title} ({long}) was set for {at}. Is now a good moment?"


def _ahead(left: timedelta) -> str:
    """ "10 minutes", "3 h 10 min": a reminder may come hours early, before somebody goes to sleep."""
    whole = round(left / timedelta(minutes=1))
    hours, rest = divmod(whole, 60)
    if whole < _LONG_AHEAD:
        return minutes(whole)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _miss_text(task: Task, rhythm: Rhythm, now: datetime, question: str = "What would help?") -> str:
    if task.trigger_type == TriggerType.LOCATION:
        return f"{task.title} didn't come up, and that's all right. {question}"
    when = f"at {clock(task.scheduled_at, rhythm)}"
    if rhythm.day(task.scheduled_at) != rhythm.day(now):
        when = f"on {WEEKDAYS[rhythm.local(task.scheduled_at).weekday()]} {when}"
    return f"{task.title} {when} went by, and that's all right. {question}"


def _spoken(task: Task, rhythm: Rhythm, now: datetime) -> str:
    at = start_words(task.scheduled_at, rhythm, now)
    keys = "1 done, 2 reschedule, 3 can't today, 4 on it, star to repeat."
    return f"Hi, Flux here. {task.title}, {minutes(task.duration_minutes)}, at {at}. {keys}"
