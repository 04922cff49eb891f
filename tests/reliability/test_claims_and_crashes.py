"""Workers that are killed, frozen or told to end, providers that lose answers, servers that go away: once each, and nothing lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis as redis_client
from rq import Queue
from rq_scheduler import Scheduler
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bench.seed import Load, fill
from bot import jobs
from bot.clock import ShiftedClock
from bot.processes.scheduling import FluxScheduler
from bot.services import build
from reminders.dispatch import Dispatcher
from reminders.isolation import PARKED
from reminders.wakeups import BELLS, QUEUE, RqWakeups
from storage.embedded_postgres import EmbeddedPostgres
from storage.tables import DispatchLog, Task, User
from tests.fakes.http_server import Reply
from tests.fakes.twilio_server import Fault
from tests.installation import Installation, environment
from tests.reliability.conftest import Beside
from tests.reliability.crowds import MINUTE, NUMBER, SECOND, crowd, hold_sends, per_chat


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait(10)


@pytest.fixture
def called(flux: Installation, now: datetime) -> datetime:
    """Ann's task has had its reminder and its WhatsApp message; the moment at which she is to be called."""
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    flux.run(now + 2 * MINUTE)
    flux.clock.move_to(now + 4 * MINUTE)
    return now + 4 * MINUTE


@pytest.fixture
def jobs_here(flux: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs that this process performs belong to this installation, and live at its time."""
    ShiftedClock(flux.services.redis).move_to(flux.clock.now())
    for name, value in environment(flux.services.settings).items():
        monkeypatch.setenv(name, value)
    jobs.services.cache_clear()
    yield
    jobs.services().database.dispose()
    jobs.services.cache_clear()


# ------------------------------------------------------------------ claims


def test_four_workers_and_10000_due_steps_reach_the_provider_once_each(
    flux: Installation, database_url: str, now: datetime, beside: Beside
) -> None:
    """2,000 here, so that the suite stays quick; `python -m bench.chaos` and `bench.spike` take more."""
    fill(database_url, Load(2000, now), quiet=True)
    workers = [build(flux.services.settings) for _ in range(4)]
    for running in [beside(worker.dispatcher.run_due, now) for worker in workers]:
        running.result(120)
    for worker in workers:
        worker.database.dispose()
    assert sorted(per_chat(flux.telegram).values()) == [1] * 2000


def test_the_scheduler_queues_a_job_twice_second_is_a_no_op(
    flux: Installation, redis: redis_client.Redis, beside: Beside, jobs_here: None
) -> None:
    due = crowd(flux, 20, flux.clock.now())
    RqWakeups(redis).wake_at(flux.clock.now() + timedelta(days=3650), "far")
    [ring] = Scheduler(queue_name=BELLS, connection=redis).get_jobs()
    for scheduler in (FluxScheduler(redis, 5), FluxScheduler(redis, 5)):  # both had read it off the list
        scheduler._enqueue_one(ring.id.encode())
    queued = Queue(BELLS, connection=redis).jobs
    assert [job.id for job in queued] == [ring.id] * 2
    for running in [beside(job.perform) for job in queued]:
        running.result(30)
    assert per_chat(flux.telegram) == dict.fromkeys(due, 1)


# ------------------------------------------------------------------ one row that breaks


def spoil_profile(session: Session, task: Task) -> None:
    session.get_one(User, task.user_id).profile = {"sleep_window": "whenever"}


def spoil_start(session: Session, task: Task) -> None:
    """The rules add an hour to it, and time has an end."""
    task.scheduled_at = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def spoil_words(session: Session, task: Task) -> None:
    add_attempt(session, task, rung="pattern", reason="no id of a pattern")


def spoil_rung(session: Session, task: Task) -> None:
    add_attempt(session, task, rung="carrier pigeon")


def add_attempt(session: Session, task: Task, **columns: str) -> None:
    due = task.wakes_at
    assert due is not None
    task.wakes_at = None
    over = due + timedelta(hours=1)
    row = {"task_id": task.id, "channel": "telegram", "address": "1001", "lease_until": due, "deadline": over}
    session.add(DispatchLog(**row, **columns))


@pytest.mark.parametrize("spoil", [spoil_profile, spoil_start, spoil_words, spoil_rung])
def test_one_poison_row_others_delayed_less_than_5_s(
    flux: Installation, now: datetime, spoil: Callable[[Session, Task], None]
) -> None:
    people = crowd(flux, 20, now)
    with flux.services.database.service() as session:
        spoil(session, session.get_one(Task, people[1001]))
    flux.run(now)
    assert per_chat(flux.telegram) == dict.fromkeys([*people][1:], 1)
    others = [one for one in flux.attempts("remind") if one.task_id != people[1001]]
    assert all(one.dispatched_at - now < 5 * SECOND for one in others)
    flux.run(now + MINUTE)
    assert len(flux.telegram.messages) == 19, "it is left alone for a while, and harms nobody then"


def test_a_row_that_broke_goes_on_once_it_is_mended(flux: Installation, now: datetime) -> None:
    [task] = crowd(flux, 1, now).values()
    with flux.services.database.service() as session:
        user = session.get_one(User, flux.task(task).user_id)
        good, user.profile = user.profile, {"sleep_window": "whenever"}
    flux.run(now)
    assert flux.telegram.messages == []
    with flux.services.database.service() as session:
        session.get_one(User, flux.task(task).user_id).profile = good
    flux.run(now + PARKED)
    assert per_chat(flux.telegram) == {1001: 1}


# ------------------------------------------------------------------ kills


def test_a_worker_killed_before_the_call_sent_within_30_s(flux: Installation, now: datetime) -> None:
    """Ten of its messages never arrive, two are only written down."""
    people = crowd(flux, 12, now)
    holds = hold_sends(flux, accept=False)
    worker = flux.worker()
    for hold in holds:
        hold.arrived()
    kill(worker)
    killed_at = ShiftedClock(flux.services.redis).now()
    for hold in holds:
        hold.lose()
    assert flux.telegram.messages == []
    flux.run(killed_at + 30 * SECOND)
    assert per_chat(flux.telegram) == dict.fromkeys(people, 1)


@pytest.mark.parametrize(("path", "rung"), [("Messages.json", "whatsapp"), ("Calls.json", "call")])
def test_killed_after_the_provider_accepted_the_provider_is_asked_no_second_call(
    flux: Installation, now: datetime, path: str, rung: str
) -> None:
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    due = now + {"whatsapp": 2, "call": 4}[rung] * MINUTE
    for minute in range(0, 4 if rung == "call" else 2, 2):
        flux.run(now + minute * MINUTE)
    flux.clock.move_to(due)
    hold = flux.twilio.hold(path, accept=True)
    worker = flux.worker()
    hold.arrived()
    kill(worker)
    hold.lose()
    accepted = flux.twilio.calls if rung == "call" else flux.twilio.messages
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.outcome, attempt.external_id) == ("pending", "sending", None)
    for seconds in range(20, 110, 10):
        flux.run(due + seconds * SECOND)
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.external_id) == ("dispatched", accepted[0].sid)
    assert len(accepted) == 1


@pytest.mark.parametrize("rung", ["whatsapp", "call"])
def test_provider_answers_500_after_accepting_one_message(
    flux: Installation, now: datetime, rung: str
) -> None:
    """Telegram alone cannot be asked: it gets the message again, and the person may see it twice."""
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    if rung == "call":
        flux.run(now + 2 * MINUTE)
    flux.twilio.fail_after_accepting()
    due = now + {"whatsapp": 2, "call": 4}[rung] * MINUTE
    flux.run(due)
    assert [attempt.status for attempt in flux.attempts(rung)] == ["unknown"]
    for seconds in (11, 70):
        flux.run(due + seconds * SECOND)
    accepted = flux.twilio.calls if rung == "call" else flux.twilio.messages
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.external_id) == ("dispatched", accepted[0].sid)
    assert len(accepted) == 1


def test_response_lost_on_a_call_no_redial_until_known_or_60_s(flux: Installation, called: datetime) -> None:
    """Here the call was never made, and Twilio lists none: only after a minute is that certain."""
    flux.twilio.faults.append(Fault(Reply(drop=True)))
    for seconds in range(0, 60, 10):
        flux.run(called + seconds * SECOND)
        assert flux.twilio.calls == []
        assert [attempt.status for attempt in flux.attempts("call")] == ["unknown"]
    flux.run(called + 71 * SECOND)
    assert len(flux.twilio.calls) == 1


def test_response_lost_on_a_call_that_was_made_is_found_and_not_made_again(
    flux: Installation, called: datetime
) -> None:
    flux.twilio.drop_reply()
    for seconds in range(0, 120, 10):
        flux.run(called + seconds * SECOND)
    [attempt], [call] = flux.attempts("call"), flux.twilio.calls
    assert (attempt.status, attempt.external_id) == ("dispatched", call.sid)


# ------------------------------------------------------------------ servers that go away


def test_redis_flushed_with_1000_pending_all_on_time(
    flux: Installation, database_url: str, redis: redis_client.Redis, jobs_here: None
) -> None:
    """The sweep asks for the next bell anew; every bell rings for the one after it."""
    bells = Scheduler(queue_name=QUEUE, connection=redis)
    now = datetime.now(UTC).replace(microsecond=0)  # the bells are hung up on the real clock
    ShiftedClock(redis).reset()
    first, spread = now + timedelta(hours=1), 20 * SECOND
    fill(database_url, Load(1000, first, spread), quiet=True)
    jobs.sweep()
    redis.flushall()
    assert list(bells.get_jobs()) == []
    FluxScheduler(redis, 5).enqueue_jobs()
    [swept] = Queue(QUEUE, connection=redis).jobs
    swept.perform()
    dispatcher = Dispatcher(flux.services.database, flux.services.switchboard, RqWakeups(redis))
    at = now
    while ahead := [bell for bell in hung_up(bells) if at < bell <= first + spread]:
        at = min(ahead)
        assert at - oldest_due(flux) <= SECOND, "what is due has its bell in the same second"
        dispatcher.run_due(at)
    assert len(flux.telegram.messages) == 1000


def hung_up(bells: Scheduler) -> list[datetime]:
    return [at.replace(tzinfo=UTC) for _, at in bells.get_jobs(with_times=True)]


def oldest_due(flux: Installation) -> datetime:
    with flux.services.database.service() as session:
        return session.scalars(select(func.min(Task.wakes_at))).one()


def test_postgres_away_for_90_s_no_restart_needed_nothing_lost(
    flux_alone: tuple[Installation, EmbeddedPostgres], now: datetime, beside: Beside
) -> None:
    """It goes while a message is on its way and comes back 90 s later: the same process goes on."""
    flux, postgres = flux_alone
    flux.plan(flux.person("Ann", 1), now + 10 * MINUTE)
    flux.plan(flux.person("Bo", 2), now + 11 * MINUTE)
    hold = flux.telegram.hold("sendMessage", accept=True)
    running = beside(flux.run, now)
    hold.arrived()
    postgres.stop()
    hold.let_go()
    done = flux.tapped("Done", 1)
    assert flux.knock(done) == 503
    with pytest.raises(OperationalError):
        flux.services.dispatcher.run_due(now + MINUTE)
    postgres.start()
    assert running.result(30).sent == 1
    flux.run(now + 90 * SECOND)
    assert per_chat(flux.telegram) == {1: 1, 2: 1}
    assert flux.knock(done) == 200
    assert [one.status for one in flux.attempts()] == ["dispatched", "dispatched"]
