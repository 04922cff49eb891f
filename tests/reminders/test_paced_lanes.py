"""Sending at a provider's pace: who goes first, who is not held up, and what becomes of those whose slot is far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis

from channels.messages import ChannelError, Limit, OutboundMessage
from reminders.attempts import Attempt
from reminders.dispatch import Dispatcher
from reminders.lanes import FEW
from reminders.paced_line import PacedLine
from reminders.people import load_people
from reminders.rules.ladder import Timing
from reminders.throttle import Pace, Throttle
from reminders.wakeups import RecordedWakeups
from storage.database import Database
from storage.tables import DispatchLog, Task, User
from storage.users import add_identity
from storage.vocabulary import Answer, Rung
from tests.conftest import make_person, make_reachable
from tests.reminders.conftest import Ladders, say, switchboard_of
from tests.reminders.turned_watch import TurnedWatch

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
LEAD = 0.05  # seconds before its slot that somebody is begun


@dataclass
class Crowd:
    """People with real chats, a pace to reach them at, and what left at which moment of the watch."""

    ladders: Ladders
    redis: Redis
    now: datetime
    watch: TurnedWatch = field(default_factory=TurnedWatch)
    left: list[tuple[float, str, UUID | None]] = field(default_factory=list)
    refuses: Callable[[OutboundMessage], ChannelError | None] = lambda _: None

    def __post_init__(self) -> None:
        for recorder in (self.ladders.telegram, self.ladders.call, self.ladders.push):
            recorder.before_send = self._noting(recorder.name)

    def _noting(self, name: str) -> Callable[[OutboundMessage], None]:
        def note(message: OutboundMessage) -> None:
            self.left.append((self.watch.seconds() - 1_000_000, name, message.task_id))
            if error := self.refuses(message):
                raise error

        return note

    def dispatcher(self, pace: Pace, **options: int) -> Dispatcher:
        throttle = Throttle(self.redis, {"telegram": pace, "call": pace}, self.watch)
        ladders = self.ladders
        board = switchboard_of(ladders.telegram, ladders.whatsapp, ladders.call, ladders.push)
        return Dispatcher(ladders.database, board, RecordedWakeups(), throttle=throttle, **options)

    def people(self, number: int) -> list[User]:
        with self.ladders.database.service() as session:
            return [make_person(session, "Ada", f"42{one}", self.now) for one in range(number)]

    def reminders(self, number: int) -> list[Task]:
        """One due now for each of so many people."""
        return [self.ladders.plan(person, self.now + 10 * MINUTE, self.now) for person in self.people(number)]

    def attempts(self, person: User, number: int) -> list[Attempt]:
        """So many things to be said to one chat by the same moment."""
        task = self.ladders.plan(person, self.now + 10 * MINUTE, self.now)
        with self.ladders.database.service() as session:
            known = load_people(session, [person.id], Timing())[person.id]
        assert known.chat is not None
        by = self.now + HOUR
        return [Attempt(uuid4(), task, known, Rung.REMIND, known.chat, self.now, by) for _ in range(number)]

    def drawn(self, pace: Pace, attempts: list[Attempt]) -> list[tuple[float, Attempt]]:
        """When each of them would be begun."""
        line = PacedLine(FEW, Throttle(self.redis, {"telegram": pace}, self.watch), "telegram")
        line.add(attempts)
        left: list[tuple[float, Attempt]] = []
        for _ in range(1000):
            for attempt in line.draw():
                left.append((self.watch.seconds(), attempt))
                line.refused(attempt)
            if not line.busy:
                break
            self.watch.sleep(0.01)
        return left

    def later(self, seconds: float) -> datetime:
        self.watch.sleep(seconds)
        return self.now + (self.watch.seconds() - 1_000_000) * SECOND

    @property
    def tasks(self) -> list[UUID | None]:
        return [task for _, _, task in self.left]


@pytest.fixture
def crowd(ladders: Ladders, redis: Redis, now: datetime) -> Crowd:
    return Crowd(ladders, redis, now)


def rows(database: Database, *tasks: Task) -> list[DispatchLog]:
    with database.service() as session:
        return [session.query(DispatchLog).filter_by(task_id=task.id).one() for task in tasks]


def test_each_leaves_at_its_slot_and_none_twice(crowd: Crowd) -> None:
    tasks = crowd.reminders(30)
    pace = Pace(per_second=10)
    crowd.dispatcher(pace).run_due(crowd.now)
    assert sorted(crowd.tasks, key=str) == sorted((task.id for task in tasks), key=str)
    moments = [at for at, _, _ in crowd.left]
    assert all(sum(start <= at < start + 1 for at in moments) <= 10 for start in moments)
    assert moments[-1] == pytest.approx(29 * pace.apart, abs=0.05)


def test_what_is_due_for_longest_goes_first_by_its_deadline(crowd: Crowd) -> None:
    starts = (9, 3, 7, 1, 5)
    planned = {
        minutes: crowd.ladders.plan(person, crowd.now + minutes * MINUTE, crowd.now).id
        for minutes, person in zip(starts, crowd.people(5), strict=True)
    }
    crowd.dispatcher(Pace(per_second=5)).run_due(crowd.now)
    assert crowd.tasks == [planned[minutes] for minutes in sorted(starts)]


def test_somebody_with_many_things_does_not_hold_up_the_others(crowd: Crowd) -> None:
    busy, *others = crowd.people(4)
    many = crowd.attempts(busy, 8)
    left = crowd.drawn(Pace(per_second=5), [*many, *(crowd.attempts(one, 1)[0] for one in others)])
    assert len(left) == 11
    assert sum(attempt in many for _, attempt in left[:4]) == 1


def test_a_chat_of_its_own_pace_gets_its_second_message_later(crowd: Crowd) -> None:
    person, other = crowd.people(2)
    first, second = crowd.attempts(person, 2)
    (alone,) = crowd.attempts(other, 1)
    left = crowd.drawn(Pace(per_second=10, per_chat=0.5), [first, second, alone])
    assert [attempt for _, attempt in left] == [first, alone, second]
    assert left[2][0] - left[0][0] >= 2 - LEAD


def test_push_leaves_at_once_while_telegram_waits(crowd: Crowd) -> None:
    for number, person in enumerate(crowd.people(6)):
        with crowd.ladders.database.service() as session:
            add_identity(session, person.id, "push", f"sim:phone-{number}", crowd.now)
        crowd.ladders.plan(person, crowd.now + 10 * MINUTE, crowd.now)
    crowd.dispatcher(Pace(per_second=2), batch=2).run_due(crowd.now)
    assert [at for at, name, _ in crowd.left if name == "push"] == pytest.approx([0] * 6, abs=0.6)
    assert [at for at, name, _ in crowd.left if name == "telegram"][-1] >= 2.5


def test_whose_slot_is_far_away_is_handed_back_untried_and_goes_out_once(crowd: Crowd) -> None:
    tasks = crowd.reminders(3)
    pace = Pace(per_second=0.1)
    crowd.dispatcher(pace).run_due(crowd.now)
    waiting = [row for row in rows(crowd.ladders.database, *tasks) if row.status == "pending"]
    assert [(row.tries, row.outcome) for row in waiting] == [(0, "handed_back")] * 2
    first, second = sorted(row.lease_until - crowd.now for row in waiting if row.lease_until)
    assert (first / SECOND, second / SECOND) == pytest.approx(
        (pace.apart - 1.5, 2 * pace.apart - 1.5), abs=0.1
    )
    for _ in range(5):
        crowd.dispatcher(pace).run_due(crowd.later(9))
    done = rows(crowd.ladders.database, *tasks)
    assert [(row.status, row.tries) for row in done] == [("dispatched", 1)] * 3
    assert len(set(crowd.tasks)) == len(crowd.tasks) == 3


def test_what_is_handed_back_and_then_dies_with_its_worker_is_fenced_as_before(crowd: Crowd) -> None:
    tasks = crowd.reminders(2)
    pace = Pace(per_second=0.1)
    crowd.dispatcher(pace).run_due(crowd.now)
    later = crowd.later(9)
    frozen = crowd.ladders.claim(later)
    crowd.dispatcher(pace).run_due(crowd.later(31))
    crowd.ladders.deliver(frozen, later, crowd.dispatcher(pace))
    assert len(frozen) == 1
    assert len(set(crowd.tasks)) == len(crowd.tasks) == len(tasks)


def test_calls_that_would_come_too_late_expire_and_are_never_poured_out(crowd: Crowd, now: datetime) -> None:
    people = crowd.people(4)
    with crowd.ladders.database.service() as session:
        for number, person in enumerate(people):
            make_reachable(session, session.get_one(User, person.id), f"+491511234567{number}", now)
    tasks = [crowd.ladders.plan(person, now + 10 * MINUTE, now) for person in people]
    slow = crowd.dispatcher(Pace(per_second=0.005))
    for minutes in range(0, 70, 2):
        crowd.watch.at = 1_000_000.0 + 60 * minutes
        slow.run_due(now + minutes * MINUTE)
    calls = [found for task in tasks for found in crowd.ladders.attempts(task.id) if found[0] == "call"]
    assert (
        sorted(calls)
        == [("call", "dispatched", None)] * 2 + [("call", "expired", "too late to be worth sending")] * 2
    )
    assert all(at <= (4 + 5) * 60 for at, name, _ in crowd.left if name == "call")


def test_a_reminder_that_waits_for_its_slot_is_sent_though_the_ladder_has_gone_on(crowd: Crowd) -> None:
    tasks = crowd.reminders(3)
    pace = Pace(per_second=0.01)
    for _ in range(4):
        crowd.dispatcher(pace).run_due(crowd.later(104))
    assert len(set(crowd.tasks)) == len(crowd.tasks) == len(tasks)


def test_a_rung_that_fails_for_good_starts_the_next_though_the_one_before_still_waits(
    crowd: Crowd, reachable: User, now: datetime
) -> None:
    ladders = crowd.ladders
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    crowd.refuses = lambda _: ChannelError("out of order", code="500")
    ladders.dispatcher.run_due(now)
    crowd.refuses = lambda _: None
    ladders.telegram.failures = [ChannelError("out of order", code="500")]
    ladders.whatsapp.failures = [ChannelError("not on WhatsApp", permanent=True)]
    ladders.dispatcher.run_due(now + 2 * MINUTE)
    assert ("remind", "pending", None) in ladders.attempts(task.id)
    assert len(ladders.call.sent) == 1


def test_a_chat_that_asked_for_a_pause_waits_alone(crowd: Crowd) -> None:
    tasks = crowd.reminders(5)
    flood = ChannelError("a pause", limit=Limit.CHAT, retry_after=8, code="429")
    crowd.refuses = lambda message: flood if message.task_id == tasks[0].id else None
    crowd.dispatcher(Pace(per_second=10)).run_due(crowd.now)
    assert [row.status for row in rows(crowd.ladders.database, *tasks)] == ["pending"] + ["dispatched"] * 4
    crowd.refuses = lambda _: None
    crowd.dispatcher(Pace(per_second=10)).run_due(crowd.later(11))
    assert [row.status for row in rows(crowd.ladders.database, *tasks)] == ["dispatched"] * 5


def test_a_provider_that_is_down_is_left_alone_and_comes_back_without_a_burst(crowd: Crowd) -> None:
    tasks = crowd.reminders(12)
    dispatcher = crowd.dispatcher(Pace(per_second=5))
    crowd.refuses = lambda _: ChannelError("not reached", code="unreachable")
    for _ in range(10):
        dispatcher.run_due(crowd.later(120))
    assert len(crowd.left) <= 5 + FEW + 2 * 10  # to open it, what had left by then, and a probe now and then
    crowd.refuses, crowd.left = lambda _: None, []
    for _ in range(3):
        dispatcher.run_due(crowd.later(61))
    assert sorted(crowd.tasks, key=str) == sorted((task.id for task in tasks), key=str)
    moments = [at for at, _, _ in crowd.left]
    assert all(sum(start <= at < start + 1 for at in moments) <= 5 for start in moments)


def test_a_phone_that_rings_is_ended_at_once_whatever_the_pace(
    crowd: Crowd, reachable: User, now: datetime
) -> None:
    task = crowd.ladders.plan(reachable, now + 10 * MINUTE, now)
    slow = crowd.dispatcher(Pace(per_second=0.001))
    for minutes in range(5):
        slow.run_due(now + minutes * MINUTE)
    assert ("call", "dispatched", None) in crowd.ladders.attempts(task.id)
    say(crowd.ladders, reachable, task, Answer.DONE, now + 4 * MINUTE)
    slow.run_due(now + 4 * MINUTE)
    assert crowd.ladders.call.cancelled == ["call-1"]


def test_simulated_phones_have_no_pace(crowd: Crowd, owner: User, stranger: User, now: datetime) -> None:
    for person in (owner, stranger):
        crowd.ladders.plan(person, now + 10 * MINUTE, now)
    crowd.dispatcher(Pace(per_second=0.001)).run_due(now)
    assert [at for at, _, _ in crowd.left] == [0, 0]


def test_who_waits_for_slots_gives_way_to_people_and_asks_to_be_woken(crowd: Crowd) -> None:
    tasks = crowd.reminders(6)
    pace = Pace(per_second=1)
    giving_way = crowd.dispatcher(pace)
    giving_way.gives_way = lambda: len(crowd.left) > 1
    giving_way.run_due(crowd.now)
    assert len(crowd.left) == 2
    asked: list[datetime] = giving_way._wakeups.asked  # type: ignore[attr-defined]  # they are recorded
    assert asked[-1] < crowd.now + 20 * SECOND  # a lease would last thirty
    for _ in range(3):
        crowd.dispatcher(pace).run_due(crowd.later(20))
    assert sorted(crowd.tasks, key=str) == sorted((task.id for task in tasks), key=str)
