"""Somebody is erased while others are at work: lanes, turns, doors and providers that call back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from rq import Queue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import inbound
from bot.calls import call_step
from bot.clock import ManualClock
from bot.erasure import collect, erase_and_name, erase_person, prove
from bot.services import Services
from bot.statuses import note_status
from channels.messages import Address, DeliveryState, InboundMessage, OutboundMessage, Receipt, StatusUpdate
from channels.simulator import typed
from channels.switchboard import Switchboard
from channels.voice_script import CallStep
from reminders.plans import TaskDraft, schedule_tasks
from storage import users
from storage.database import lock_person
from storage.erasure import inventory
from storage.tables import InboundEvent, Task, User
from storage.traces import Needles
from storage.vocabulary import ErasureSource
from tests.bot.conftest import Say
from tests.conftest import make_person
from tests.waiting import wait_for

PERSON = ErasureSource.PERSON


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


def test_what_came_in_after_it_began_leaves_no_id_behind(services: Services, owner: User) -> None:
    now = services.clock.now()
    log = services.settings.flux_home / "worker.log"
    queue = Queue("chat", connection=services.redis)
    errors: list[BaseException] = []
    looked_for: list[Needles] = []
    with services.database.service() as session:
        lock_person(session, owner.id)
        erasing = run_beside(lambda: looked_for.append(erase_and_name(services, owner.id, PERSON)[1]), errors)
        hushed = select(User.paused_until).where(User.id == owner.id)
        wait_for(lambda: value_of(services, hushed) is not None, "the hush, which comes after the first look")
        user = session.get_one(User, owner.id)
        [task] = schedule_tasks(session, user, [TaskDraft("Run", now + timedelta(hours=1), 20)], now)
        late = task.id
        log.write_text(f"task={late}\n")
        queue.enqueue("bot.jobs.handle_inbound", str(late))
    erasing.join(30)
    assert not errors
    assert late in looked_for[0].ids, "what the proof looks for"
    assert str(late) not in log.read_text()
    assert queue.count == 0
    assert prove(services, looked_for[0]).traces == ()


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
