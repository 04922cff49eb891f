"""A whole life, erased: nothing is left anywhere, whenever it happens, and nobody else misses anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from rq import Queue
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from bot import demo, inbound
from bot.calls import call_step
from bot.clock import ManualClock
from bot.erasure import collect, erase_person, prove, resume
from bot.services import Services
from bot.statuses import note_status
from channels.messages import Address, DeliveryState, InboundMessage, OutboundMessage, Receipt, StatusUpdate
from channels.sim_phone import PhoneStore
from channels.simulator import typed
from channels.switchboard import Switchboard
from channels.voice_script import CallStep
from reminders.plans import TaskDraft, schedule_tasks
from storage import users
from storage.erasure import UnknownPersonError, inventory
from storage.personal import PERSONAL
from storage.tables import ErasureReceipt, InboundEvent, Task, User
from storage.traces import Needles
from storage.vocabulary import ErasureSource
from tests.bot.conftest import Say
from tests.conftest import make_person
from tests.waiting import wait_for

PERSON = ErasureSource.PERSON
ALEX = Address("telegram", "sim:demo")


def live(services: Services) -> User:
    """The demo's whole life, on these services; returns who lived it."""
    demo.play(services, lambda _: None)
    with services.database.service() as session:
        user = users.find_by_address(session, ALEX.channel, ALEX.value)
        assert user is not None
        return user


def test_nothing_is_left_of_a_whole_life(services: Services, stranger: User, say: Say) -> None:
    user = live(services)
    say(typed(Address("telegram", "sim:stranger"), "call mum tomorrow 6pm", services.clock.now()))
    home = services.settings.flux_home
    (home / "worker.log").write_text(f'{{"event": "turn_taken", "user": "{user.id}"}}\n')
    Queue("chat", connection=services.redis).enqueue(
        "bot.jobs.handle_inbound", str(_any_event(services, user))
    )
    services.redis.set(f"flux:session:{user.id.hex}:abc", "{}")
    services.redis.set(f"LIMITS:LIMITER/flux/user:{user.id}/chat/20/1/minute", 3)
    needles = collect(services, user.id)
    assert len(needles) > 200
    before = prove(services, needles)
    assert {"table", "Redis,", "file"} == {trace.place.split()[0] for trace in before.traces}
    theirs = rows_of(services, stranger)

    erased = erase_person(services, user.id, PERSON)

    proof = prove(services, needles)
    assert proof.traces == ()
    assert proof.tables >= 18 and proof.files >= 1
    assert erased.counts["tasks"] > 10 and erased.counts["checkpoints"] > 0 and erased.counts["users"] == 1
    assert rows_of(services, stranger) == theirs
    assert len(theirs) > 6
    length = len(f'{{"event": "turn_taken", "user": "{user.id}"}}\n')
    assert (home / "worker.log").stat().st_size == length


def _any_event(services: Services, user: User) -> UUID:
    with services.database.service() as session:
        found = session.scalars(select(InboundEvent.id).where(InboundEvent.user_id == user.id)).first()
        assert found is not None
        return found


def rows_of(services: Services, user: User) -> list[str]:
    """Everything stored about somebody, byte for byte."""
    with services.database.service() as session:
        return [
            f"{table.name}: {tuple(row)!r}"
            for table in PERSONAL
            for row in session.execute(
                text(f"select * from {table.name} where {table.mine} order by 1, 2"), {"user": user.id}
            )
        ]


# ------------------------------------------------------------------ again, and after a kill


def test_a_second_time_tells_the_same_receipt(services: Services, owner: User) -> None:
    first = erase_person(services, owner.id, PERSON)
    again = erase_person(services, owner.id, ErasureSource.OPERATOR)
    assert (again.receipt_id, again.erased_at, again.counts) == (
        first.receipt_id,
        first.erased_at,
        first.counts,
    )
    assert again.repeated and not first.repeated
    with services.database.service() as session:
        assert len(session.scalars(select(ErasureReceipt)).all()) == 1


def test_nobody_cannot_be_erased(services: Services, owner: User, redis: Redis) -> None:
    with pytest.raises(UnknownPersonError):
        erase_person(services, uuid4(), PERSON)
    with services.database.service() as session:
        assert session.scalars(select(ErasureReceipt)).all() == []
    assert redis.keys("flux:erasing") == []


class KilledError(Exception):
    """Stands for the end of the process."""


class Killed(PhoneStore):
    """The first thing that is erased after the rows."""

    def forget(self, address: Address) -> None:
        raise KilledError


def begun_and_killed(services: Services, owner: User) -> Needles:
    """An erasure that came as far as its rows."""
    PhoneStore(services.redis).add(Address("telegram", "sim:owner"), {"kind": "message", "id": "1"})
    services.redis.set("flux:sim:otp:sim:owner", "123456")
    (services.settings.flux_home / "web.log.1").write_text(f"user={owner.id} address=sim:owner\n")
    needles = collect(services, owner.id)
    with pytest.raises(KilledError):
        erase_person(replace(services, phones=Killed(services.redis)), owner.id, PERSON)
    with services.database.service() as session:
        assert users.get_user(session, owner.id) is None
    assert len(prove(services, needles).traces) >= 4
    return needles


def test_what_a_kill_left_goes_with_the_next_try(services: Services, owner: User) -> None:
    needles = begun_and_killed(services, owner)
    assert erase_person(services, owner.id, PERSON).repeated
    assert prove(services, needles).traces == ()


def test_the_sweep_finishes_what_a_kill_left(services: Services, owner: User, clock: ManualClock) -> None:
    needles = begun_and_killed(services, owner)
    assert resume(services) == 0, "whoever began it may still be at it"
    clock.shift(timedelta(minutes=3))
    assert resume(services) == 1
    assert prove(services, needles).traces == ()
    assert resume(services) == 0


def test_a_receipt_does_not_say_who_it_was(services: Services, owner: User) -> None:
    needles = collect(services, owner.id)
    erase_person(services, owner.id, PERSON)
    with services.database.service() as session:
        receipts = [str(row) for row in session.execute(select(ErasureReceipt.__table__))]
    assert len(receipts) == 1
    assert not any(needles.are_in(row.encode()) for row in receipts)
    assert "Ada" not in receipts[0]


# ------------------------------------------------------------------ while others are at work


class SlowLine:
    """A provider that answers when it is let; counts what it was asked to send."""

    name = "telegram"

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.answers = threading.Event()
        self.sent = 0

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        self.sent += 1
        self.begun.release()
        assert self.answers.wait(20)
        return Receipt(f"{self.sent}")

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass


def test_no_provider_is_called_once_somebody_is_erased(
    services: Services, owner: User, clock: ManualClock
) -> None:
    line = SlowLine()
    ladder = replace(services, switchboard=Switchboard({}, {"telegram": line}))
    at = clock.now() + timedelta(minutes=30)
    with services.database.service() as session:
        user = session.get_one(User, owner.id)
        schedule_tasks(session, user, [TaskDraft(f"Task {n}", at, 20) for n in range(12)], clock.now())
    clock.shift(timedelta(minutes=20))
    needles = collect(services, owner.id)
    errors: list[BaseException] = []
    sending = run_beside(lambda: ladder.dispatcher.run_due(clock.now()), errors)
    assert line.begun.acquire(timeout=20)
    erasing = run_beside(lambda: erase_person(services, owner.id, PERSON), errors)
    hushed = select(User.paused_until).where(User.id == owner.id)
    wait_for(lambda: value_of(services, hushed) is not None, "the hush before the erasure")
    assert erasing.is_alive(), "it waits for what has begun"
    line.answers.set()
    erasing.join(30)
    sent = line.sent
    sending.join(30)
    assert not errors
    assert line.sent == sent, "nothing was sent after the rows had gone"
    for minutes in (1, 5, 20, 90):
        ladder.dispatcher.run_due(clock.now() + timedelta(minutes=minutes))
    assert line.sent == sent
    assert prove(services, needles).traces == ()


def value_of(services: Services, query: Select[tuple[datetime | None]]) -> datetime | None:
    with services.database.service() as session:
        return session.scalar(query)


def run_beside(act: Callable[[], object], errors: list[BaseException]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - the test looks at whatever it was
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("ahead", [0.0, 0.01, 0.03])
def test_a_turn_and_an_erasure_at_the_same_moment_leave_all_or_nothing(
    services: Services, clock: ManualClock, ahead: float
) -> None:
    errors: list[BaseException] = []
    for number in range(8):
        address = f"sim:racer{number}"
        with services.database.service() as session:
            user = make_person(session, "Ray", address, clock.now())
        start = threading.Barrier(3)

        def talk(words: str, address: str = address, start: threading.Barrier = start) -> None:
            message = typed(Address("telegram", address), words, clock.now())
            event_id = inbound.receive(services, message)
            start.wait(10)
            if event_id is not None:
                inbound.handle(services, event_id)

        def erase(user_id: UUID = user.id, start: threading.Barrier = start) -> None:
            start.wait(10)
            threading.Event().wait(ahead)
            erase_person(services, user_id, PERSON)

        threads = [
            run_beside(lambda: talk("call mum tomorrow 6pm"), errors),
            run_beside(lambda: talk("/today"), errors),
            run_beside(erase, errors),
        ]
        for thread in threads:
            thread.join(60)
        assert not errors
        with services.database.service() as session:
            assert erasure_rows(session, user.id) == []
            assert users.find_by_address(session, "telegram", address) is None


def erasure_rows(session: Session, user_id: UUID) -> list[str]:
    return [table for table, count in inventory(session, user_id).items() if count]


def test_what_came_in_before_is_gone_and_what_comes_after_is_a_first_contact(
    services: Services, owner: User, say: Say
) -> None:
    def said(words: str) -> InboundMessage:
        return typed(Address("telegram", "sim:owner"), words, services.clock.now())

    before = inbound.receive(services, said("call mum tomorrow 6pm"))
    assert before is not None
    erase_person(services, owner.id, PERSON)
    inbound.handle(services, before)
    [hello] = say(said("hello"))
    assert "I'm Flux" in hello["text"]
    with services.database.service() as session:
        newcomer = users.find_by_address(session, "telegram", "sim:owner")
        assert newcomer is not None and newcomer.id != owner.id and not newcomer.onboarded
        assert session.scalars(select(Task)).all() == []


def test_a_request_that_was_on_its_way_goes_with_its_person(services: Services, owner: User) -> None:
    erase_person(services, owner.id, PERSON)
    message = InboundMessage(Address("api", str(owner.id)), "hello", uuid4().hex, services.clock.now())
    event_id = inbound.receive(services, message)
    assert event_id is not None
    inbound.handle(services, event_id)
    assert inbound.wait_until_answered(services, event_id)
    with services.database.service() as session:
        assert session.scalars(select(InboundEvent)).all() == []


def test_a_provider_that_calls_back_too_late_changes_nothing(services: Services, owner: User) -> None:
    at = services.clock.now() + timedelta(hours=1)
    with services.database.service() as session:
        user = session.get_one(User, owner.id)
        [task] = schedule_tasks(session, user, [TaskDraft("Easy run", at, 20)], services.clock.now())
    erase_person(services, owner.id, PERSON)
    note_status(services, StatusUpdate("call", "CA1", DeliveryState.SENT, uuid4()), at)
    step = CallStep(task_id=str(task.id), attempt=uuid4().hex)
    for digits in (None, "1"):
        said = call_step(
            services, step, digits, call_id="CA1", action_base="/voice", now=at, correlation_id="c"
        )
        assert "can't find that task any more" in said
    with services.database.service() as session:
        assert session.scalars(select(InboundEvent)).all() == []
