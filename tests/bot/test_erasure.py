"""A whole life, erased: nothing is left anywhere, whenever it happens, and nobody else misses anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from rq import Queue
from sqlalchemy import select, text

from bot import demo
from bot.clock import ManualClock
from bot.erasure import FINISH_JOB, UnfinishedError, collect, erase_person, finish, prove, resume
from bot.services import Services
from channels.messages import Address
from channels.sim_phone import PhoneStore
from channels.simulator import typed
from storage import users
from storage.erasure import UnknownPersonError
from storage.personal import PERSONAL
from storage.tables import ErasureReceipt, InboundEvent, User
from storage.traces import Needles
from storage.vocabulary import ErasureSource
from tests.bot.conftest import Say

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
    with pytest.raises(UnfinishedError):
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
    queued: list[tuple[str, str]] = []
    services.enqueue = lambda function, argument: queued.append((function, argument))
    assert resume(services) == 0, "whoever began it may still be at it"
    clock.shift(timedelta(minutes=3))
    assert (resume(services), resume(services)) == (1, 0), "one job is enough"
    assert queued == [(FINISH_JOB, owner.id.hex)]
    assert prove(services, needles).traces, "the sweep itself waits for nothing"
    assert not finish(replace(services, phones=Killed(services.redis)), owner.id)
    clock.shift(timedelta(minutes=3))
    assert resume(services) == 1, "what breaks is tried again later"
    assert finish(services, owner.id)
    assert prove(services, needles).traces == ()
    assert not finish(services, owner.id)
    assert resume(services) == 0


def test_a_receipt_does_not_say_who_it_was(services: Services, owner: User) -> None:
    needles = collect(services, owner.id)
    erase_person(services, owner.id, PERSON)
    with services.database.service() as session:
        receipts = [str(row) for row in session.execute(select(ErasureReceipt.__table__))]
    assert len(receipts) == 1
    assert not any(needles.are_in(row.encode()) for row in receipts)
    assert "Ada" not in receipts[0]
