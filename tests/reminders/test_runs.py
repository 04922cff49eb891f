"""One run: one connection, no look too many, and nothing leaves by an old look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import redis as redis_client
from sqlalchemy import event

from channels.messages import ChannelError
from reminders.answering import answer_task
from reminders.dispatch import Dispatcher
from reminders.throttle import Pace, Throttle
from storage.tables import User
from storage.vocabulary import Answer
from tests.conftest import make_person
from tests.reminders.conftest import Ladders, switchboard_of
from tests.reminders.turned_watch import TurnedWatch

MINUTE = timedelta(minutes=1)


@contextmanager
def listening(target: Any, name: str, listener: Callable[..., None]) -> Iterator[None]:
    event.listen(target, name, listener)
    try:
        yield
    finally:
        event.remove(target, name, listener)


def looks_of(ladders: Ladders, now: datetime) -> int:
    """How often a run looked for what is due."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with listening(ladders.database.lines, "before_cursor_execute", note):
        ladders.dispatcher.run_due(now)
    return sum("pg_try_advisory_xact_lock" in statement for statement in seen)


def test_a_run_in_which_everything_went_out_looks_once(ladders: Ladders, owner: User, now: datetime) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    assert looks_of(ladders, now) == 1
    assert len(ladders.telegram.sent) == 1


def test_a_run_in_which_something_failed_looks_again_and_sends_the_next_rung(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.telegram.failures.append(ChannelError("blocked", permanent=True, gone=True, code="403"))
    assert looks_of(ladders, now) == 2
    assert len(ladders.whatsapp.sent) == 1


def test_all_transactions_of_a_run_share_a_connection_and_begin_nothing_about_themselves(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    taken: list[Any] = []
    with listening(ladders.database.lines, "checkout", lambda *found: taken.append(found[0])):
        ladders.dispatcher.run_due(now)
    assert len(taken) == 1


def test_a_look_that_finds_postgres_away_loses_nothing_that_is_on_its_way(
    ladders: Ladders, now: datetime, redis: redis_client.Redis
) -> None:
    """Three messages at a slow pace; the connection breaks when the run looks for more beside the first two."""
    with ladders.database.service() as session:
        people = [make_person(session, "Ann", f"40{number}", now) for number in range(3)]
    tasks = [ladders.plan(one, now + 10 * MINUTE, now) for one in people]
    throttle = Throttle(redis, {"telegram": Pace(per_second=2)}, TurnedWatch())
    worker = Dispatcher(
        ladders.database, switchboard_of(ladders.telegram), ladders.wakeups, batch=2, throttle=throttle
    )
    looks: list[bool] = []

    def breaks(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "pg_try_advisory_xact_lock" in statement:
            looks.append(True)
            if len(looks) == 2:  # the first one beside messages
                cursor.connection.close()

    with listening(ladders.database.lines, "before_cursor_execute", breaks):
        worker.run_due(now)
    assert len(looks) > 2
    assert [ladders.attempts(task.id) for task in tasks] == [[("remind", "dispatched", None)]] * 3
    assert len(ladders.telegram.sent) == 3


def frozen(
    ladders: Ladders, redis: redis_client.Redis, held: float
) -> tuple[Dispatcher, Callable[..., None]]:
    """A worker, and what makes it stand still as soon as it has begun a message: between its last look and the request."""
    watch = TurnedWatch()
    throttle = Throttle(redis, {}, watch)
    worker = Dispatcher(
        ladders.database, ladders.dispatcher.claims.switchboard, ladders.wakeups, throttle=throttle
    )

    def freeze(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "set outcome = 'sending'" in statement:
            watch.at += held

    return worker, freeze


def test_a_worker_that_stood_still_after_its_last_look_sends_nothing_that_was_answered_meanwhile(
    ladders: Ladders, owner: User, now: datetime, redis: redis_client.Redis
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    worker, freeze = frozen(ladders, redis, held=11)
    with listening(ladders.database.lines, "after_cursor_execute", freeze):
        held = ladders.claim(now)
        ladders.deliver(held, now, worker)
    assert not ladders.telegram.sent
    with ladders.database.service() as session:
        answer_task(session, owner.id, task.id, Answer.DONE, now, source="api")
    assert ladders.another().run_due(now + MINUTE).sent == 0
    assert ladders.task(task.id).status == "done"


def test_what_it_did_not_send_another_one_sends_at_once(
    ladders: Ladders, owner: User, now: datetime, redis: redis_client.Redis
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    worker, freeze = frozen(ladders, redis, held=11)
    with listening(ladders.database.lines, "after_cursor_execute", freeze):
        ladders.deliver(ladders.claim(now), now, worker)
    assert ladders.another().run_due(now).sent == 1
    assert len(ladders.telegram.sent) == 1


def test_a_short_pause_of_the_process_holds_nothing_back(
    ladders: Ladders, owner: User, now: datetime, redis: redis_client.Redis
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    worker, freeze = frozen(ladders, redis, held=9)
    with listening(ladders.database.lines, "after_cursor_execute", freeze):
        ladders.deliver(ladders.claim(now), now, worker)
    assert len(ladders.telegram.sent) == 1
