"""One whole life in simulated time, in the terminal: met, planned, reminded, called, missed and learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.clock import ManualClock
from bot.life import DidNotHappenError, Event, Person
from bot.picture import week_picture
from bot.services import Services
from channels.messages import Address
from channels.simulator import PhoneStore
from reminders.wakeups import RecordedWakeups
from storage.tables import Goal, Pattern, Task
from storage.vocabulary import Answer, ChannelName, GoalStatus, PatternType, TaskStatus

BEGINS = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)  # a Sunday evening in Berlin
ZONE = ZoneInfo("Europe/Berlin")
NUMBER = "+49 170 1234567"
Write = Callable[[str], None]
Owned = TypeVar("Owned", Goal, Pattern, Task)


@dataclass
class Life:
    """The demo's person, what they stand on, and the terminal."""

    person: Person
    services: Services
    clock: ManualClock
    write: Write

    def scene(self, title: str) -> None:
        self.write(f"\n── {title} " + "─" * max(3, 72 - len(title)))

    def must(self, happened: object, what: str) -> None:
        """A step counts only when it can be seen from outside the conversation."""
        if not happened:
            raise DidNotHappenError(f"{what}: did not happen; the phone showed:\n{self.person.transcript()}")
        self.write(f"      ✓ {what}")

    def rows(self, table: type[Owned], **having: object) -> list[Owned]:
        with self.services.database.service() as session:
            return list(session.scalars(select(table).filter_by(user_id=self.person.user().id, **having)))

    def task(self, task_id: object) -> Task:
        with self.services.database.service() as session:
            return session.get_one(Task, task_id)


def play(services: Services, write: Write) -> None:
    """Live the life on these services (their clock and wake-ups are replaced). Raises DidNotHappenError."""
    clock = ManualClock(BEGINS)
    services = replace(services, clock=clock, wakeups=RecordedWakeups(), enqueue=lambda *_: None)
    person = Person(services, clock, PhoneStore(services.redis), Address(ChannelName.TELEGRAM, "sim:demo"))
    person.on_event = lambda event: show(event, write)
    life = Life(person, services, clock, write)
    for chapter in (_meet, _plan, _done, _call, _missed, _learn, _look_back):
        chapter(life)


def _meet(life: Life) -> None:
    life.scene("Sunday evening: hello")
    person = life.person
    person.says("/start")
    person.taps("Start")
    for answer in (
        "Alex",
        "half six",
        "22:30",
        "Mon-Fri 9-17",
        "Morning",
        "Berlin",
        "None",
        "choir thu 19:00 90 min",
    ):
        person.says(answer)
    person.says(NUMBER)
    code = person.shown("sms")
    person.says(code["text"].split()[0])
    person.taps("WhatsApp and calls")
    user = person.user()
    life.must(user.timezone == ZONE.key and user.phone_verified, "zone known, number proven")
    life.must(user.whatsapp_opt_in_at, "consent stamped")


def _plan(life: Life) -> None:
    life.scene("A goal becomes a plan")
    person = life.person
    person.says("I want to run 5 km")
    for _ in range(3):
        if person.shows_button("Looks good"):
            break
        person.taps_first()
    life.must(
        person.user().onboarded and life.rows(Task, title="Choir"), "onboarded, and the choir is in the diary"
    )
    life.must(person.shows_button("Looks good"), "a plan is on the table after at most three questions")
    life.must(not life.rows(Goal, status=GoalStatus.ACTIVE), "nothing is saved before the person says yes")
    person.says("no Sundays")
    person.taps("Looks good")
    [goal] = life.rows(Goal, status=GoalStatus.ACTIVE)
    tasks = [task for task in life.rows(Task) if task.goal_id == goal.id]
    life.must(len(tasks) >= 6, f"approved: {len(tasks)} tasks over six weeks")
    life.must(
        all(task.scheduled_at.astimezone(ZONE).weekday() != 6 for task in tasks), "none of them on a Sunday"
    )


def _done(life: Life) -> None:
    life.scene("The first reminder, answered in the chat")
    reminder = life.person.waits_for("message", channel=ChannelName.TELEGRAM)
    life.person.taps("Done")
    life.must(life.task(reminder["task_id"]).status == TaskStatus.DONE, "done")


def _call(life: Life) -> None:
    life.scene("The next one, ignored until the phone rings")
    person = life.person
    whatsapp = person.waits_for("message", channel=ChannelName.WHATSAPP)
    ringing = person.waits_for("call", state="ringing", task_id=whatsapp["task_id"])
    person.presses(ringing, "1")
    life.must(life.task(ringing["task_id"]).status == TaskStatus.DONE, "1 pressed on the phone: done")


def _missed(life: Life) -> None:
    life.scene("One day nobody answers")
    ringing = life.person.waits_for("call", state="ringing")
    task = life.task(ringing["task_id"])
    life.person.waits_until(task.scheduled_at + timedelta(minutes=59))
    life.must(life.task(task.id).status == TaskStatus.PENDING, "not missed while there is still time")
    life.person.waits_until(task.scheduled_at + timedelta(minutes=75))
    life.must(
        life.task(task.id).status == TaskStatus.MISSED, "missed an hour after its start, and told kindly"
    )


def _learn(life: Life) -> None:
    life.scene("Three weeks: one day of the week never works out")
    person = life.person
    upcoming = sorted(
        (task for task in life.rows(Task, status=TaskStatus.PENDING) if task.goal_id),
        key=lambda task: task.scheduled_at,
    )
    weekday = upcoming[0].scheduled_at.astimezone(ZONE).weekday()
    aloud = person.on_event
    person.on_event = lambda event: aloud(event) if "weeks running" in _words(event) else None
    for task in upcoming:
        if life.rows(Pattern, pattern_type=PatternType.TIME_AVOIDANCE):
            break
        person.waits_until(task.scheduled_at)
        if task.scheduled_at.astimezone(ZONE).weekday() != weekday:
            person.answers(task, Answer.DONE)
            continue
        person.waits_until(task.scheduled_at + timedelta(minutes=75))
        life.write(f"  …   {task.scheduled_at.astimezone(ZONE):%a %d %b %H:%M} {task.title}: missed")
    person.on_event = aloud
    found = life.rows(Pattern, pattern_type=PatternType.TIME_AVOIDANCE)
    life.must(found, "three misses in a row became a pattern")
    person.taps("Yes, move")
    moved = [task for task in life.rows(Task, status=TaskStatus.PENDING) if task.replaces_id]
    life.must(moved, f"{len(moved)} later ones moved to a better time")


def _look_back(life: Life) -> None:
    life.scene("The weeks so far")
    tasks = life.rows(Task)
    life.write(week_picture(tasks, life.clock.now().astimezone(ZONE).date()))
    life.must(any(task.status == TaskStatus.DONE for task in tasks), "progress, seen at a glance")


def show(event: Event, write: Write) -> None:
    settled = event.get("replaces") and "\n✓ " in event["text"]  # what was tapped was just shown
    if event["kind"] != "toast" and not settled:
        write(spoken(event))


def spoken(event: Event) -> str:
    """One event of the phone as lines of a transcript."""
    at = datetime.fromisoformat(event["at"]).astimezone(ZONE) if event.get("at") else None
    clock = f"{at:%H:%M}" if at else "     "
    who = {"inbound": "you", "sms": "sms"}.get(event["kind"], event["channel"])
    text = _words(event).replace("\n", "\n" + " " * 19)
    buttons = " ".join(f"[{choice['label']}]" for row in event.get("rows") or [] for choice in row)
    if buttons:
        text += "\n" + " " * 19 + buttons
    return f"{clock} {who:>10} │ {text}"


def _words(event: Event) -> str:
    match event["kind"]:
        case "inbound":
            return str(event["text"])
        case "call" if event["state"] == "ringing":
            return "the phone rings"
        case "call":
            return f"({event['state']}) {event.get('text') or event.get('digits') or ''}"
        case _:
            return str(event.get("text") or "")
