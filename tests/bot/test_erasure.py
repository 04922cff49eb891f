"""A whole life, erased: nothing is left anywhere, whenever it happens, and nobody else misses anything."""

from __future__ import annotations

from uuid import UUID

from rq import Queue
from sqlalchemy import select

from bot import demo
from bot.erasure import collect, erase_person, prove
from bot.services import Services
from channels.messages import Address
from storage import users
from storage.tables import InboundEvent, User
from storage.vocabulary import ErasureSource

PERSON = ErasureSource.PERSON
ALEX = Address("telegram", "sim:demo")


def live(services: Services) -> User:
    """The demo's whole life, on these services; returns who lived it."""
    demo.play(services, lambda _: None)
    with services.database.service() as session:
        user = users.find_by_address(session, ALEX.channel, ALEX.value)
        assert user is not None
        return user


def test_nothing_is_left_of_a_whole_life(services: Services, stranger: User) -> None:
    user = live(services)
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
    assert rows_of(services, stranger) == theirs != []
    length = len(f'{{"event": "turn_taken", "user": "{user.id}"}}\n')
    assert (home / "worker.log").stat().st_size == length


def _any_event(services: Services, user: User) -> UUID:
    with services.database.service() as session:
        found = session.scalars(select(InboundEvent.id).where(InboundEvent.user_id == user.id)).first()
        assert found is not None
        return found


def rows_of(services: Services, user: User) -> list[str]:
    with services.database.service() as session:
        return [repr(tuple(row)) for row in session.execute(select(User.__table__).where(User.id == user.id))]
