"""A million tasks: whatever is asked often finds its rows by an index, whoever asks and however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.seed_history import History, write_history
from reminders import agenda, task_trail
from reminders.answering import answer_task
from reminders.people import load_people
from reminders.rules.ladder import Timing
from storage import (
    analytics,
    audit,
    conversations,
    deliveries,
    goals,
    inbound,
    last_look,
    leases,
    merged,
    outbox,
    paid,
    tasks,
    users,
)
from storage.database import Database
from storage.tables import InboundEvent, User
from storage.task_history import task_history
from storage.trail import trail
from storage.vocabulary import Answer, DispatchStatus, Rung, TaskStatus
from tests.conftest import cloned
from tests.storage.known import Known, waiting_for, word
from tests.storage.plans import Plan, explained
from web import today

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
DAY = NOW.date()
SPRINT = timedelta(days=42)
TASKS, PEOPLE = 1_000_000, 10_000


@pytest.fixture(scope="module")
def big_url(template: str) -> Iterator[str]:
    for url in cloned(template):
        write_history(url, History(TASKS, PEOPLE, NOW), quiet=True, bare=True)
        yield url


@pytest.fixture(scope="module")
def big(big_url: str) -> Iterator[Database]:
    opened = Database(big_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def known(big_url: str) -> Known:
    return Known.somebody(big_url)


def test_there_are_a_million_tasks(big: Database) -> None:
    with big.service() as session:
        assert session.scalar(text("select count(*) from tasks")) == TASKS
        assert session.scalar(text("select count(*) from users")) == PEOPLE


Ask = Callable[[Session, Known], object]
OF_A_PERSON = {"ix_tasks_user_status", "ix_tasks_user_scheduled", "ix_tasks_user_day"}
BY_DAY = {"ix_tasks_user_day"}


def view(name: str) -> Ask:
    return lambda s, k: s.execute(text(f"select * from {name} where user_id = :person"), {"person": k.person})


# What a person's own page or message asks: (the question, the indexes of which one must serve).
PERSONAL: dict[str, tuple[Ask, set[str]]] = {
    "the agenda": (lambda s, k: agenda.for_days(s, s.get_one(User, k.person), DAY, 7), BY_DAY),
    "the overview": (lambda s, k: today.numbers(s, k.person, "Europe/Berlin", NOW), BY_DAY),
    "today's tasks": (lambda s, k: today.pending_on(s, k.person, DAY), BY_DAY),
    "day totals": (lambda s, k: analytics.day_totals(s, k.person, DAY - timedelta(365), DAY), BY_DAY),
    "goals counted": (lambda s, k: analytics.goal_tallies(s, k.person, [k.goal]), OF_A_PERSON),
    "categories counted": (lambda s, k: analytics.category_tallies(s, k.person), OF_A_PERSON),
    "misses counted": (lambda s, k: analytics.missed_by_category(s, k.person), OF_A_PERSON),
    "weeks counted": (lambda s, k: analytics.weekly_stats(s, k.person, 12, DAY), BY_DAY),
    "the heatmap": (view("activity_heatmap"), BY_DAY),
    "the weeks": (view("user_weekly_stats"), BY_DAY),
    "missed by category": (view("missed_by_category"), OF_A_PERSON),
    "one task": (lambda s, k: tasks.get_task(s, k.person, k.waiting), {"tasks_pkey"}),
    "what is planned": (lambda s, k: tasks.pending_between(s, k.person, NOW, NOW + SPRINT), OF_A_PERSON),
    "open reminders": (lambda s, k: tasks.open_reminders(s, k.person), OF_A_PERSON),
    "what became of tasks": (lambda s, k: task_history(s, [k.person], DAY - SPRINT), OF_A_PERSON),
    "earlier misses": (
        lambda s, k: task_history(s, [k.person], DAY - SPRINT, [TaskStatus.MISSED]),
        OF_A_PERSON,
    ),
    "later in the series": (
        lambda s, k: tasks.later_in_series(s, k.person, k.series, NOW),
        {"ix_tasks_series"},
    ),
    "left of a goal": (lambda s, k: tasks.open_of_goal(s, k.goal), {"ix_tasks_goal"}),
    "a goal's tasks": (lambda s, k: goals.goal_tasks(s, k.person, k.goal), OF_A_PERSON),
    "the goals": (lambda s, k: goals.active_goals(s, k.person), {"ix_goals_user_status"}),
    "what was said": (
        lambda s, k: conversations.history(s, k.conversation),
        {"ix_messages_conversation"},
    ),
    "what a model may see": (
        lambda s, k: conversations.window(s, k.conversation),
        {"ix_messages_conversation"},
    ),
    "the trail": (lambda s, k: trail(s, k.person, limit=8), OF_A_PERSON),
    "the trail by name": (lambda s, k: trail(s, k.person, 8, ["easy", "run"]), OF_A_PERSON),
    "a task's trail": (lambda s, k: trail(s, k.person, task_id=k.reminded), {"ix_dispatch_log_task"}),
    "the newest notice": (
        lambda s, k: deliveries.newest_notice_at(s, k.person),
        {"ix_notification_log_user"},
    ),
    "the newest miss": (
        lambda s, k: deliveries.newest_about(s, k.person, Rung.MISS_NOTE),
        {"ix_notification_log_user"},
    ),
    "what is next": (
        lambda s, k: task_trail.next_up(s, load_people(s, [k.person], Timing())[k.person], NOW),
        OF_A_PERSON | {"ix_tasks_user_wakes"},
    ),
    "promises kept": (lambda s, k: audit.differences(s, NOW - timedelta(7), NOW, k.person), OF_A_PERSON),
    "the task of a message": (
        lambda s, k: deliveries.task_of_message(s, k.person, "telegram", k.chat, k.message_ref),
        {"uq_notification_log_external"},
    ),
    "the message of a task": (
        lambda s, k: deliveries.message_of_task(s, k.reminded, "telegram", k.chat),
        {"ix_notification_log_task"},
    ),
    "an answer": (
        lambda s, k: answer_task(s, k.person, k.waiting, Answer.DONE, NOW, source="call"),
        {"tasks_pkey"},
    ),
    "the last answered event": (
        lambda s, k: inbound.answered_before(s, s.get_one(InboundEvent, k.event)),
        {"ix_inbound_events_sender", "ix_inbound_events_user"},
    ),
}


# What the ladder and the doors ask about everybody.
COMMON: dict[str, tuple[Ask, set[str]]] = {
    "who has something due": (lambda s, _: tasks.claim_due(s, NOW + SPRINT, 100), {"ix_tasks_wakes"}),
    "what is due for them": (lambda s, _: tasks.claim_due(s, NOW + SPRINT, 100), {"ix_tasks_user_wakes"}),
    "what is next due": (lambda s, _: outbox.next_due(s, NOW), {"ix_tasks_wakes", "ix_dispatch_log_lease"}),
    "leases that ran out": (
        lambda s, _: leases.take_over(s, NOW, NOW, 100),
        {"ix_dispatch_log_lease"},
    ),
    "what is soon tried again": (
        lambda s, k: leases.take_along(s, NOW, NOW, 100, [waiting_for(k.chat, NOW)]),
        {"ix_dispatch_log_lease"},
    ),
    "merged tasks": (lambda s, k: merged.spoken_of(s, [k.attempt]), {"ix_dispatch_log_merged"}),
    "a message whose first task changed": (lambda s, k: merged.rehead(s, [k.attempt]), {"dispatch_log_pkey"}),
    "tapped on": (lambda s, k: merged.tasks_sharing(s, k.person, "x"), {"uq_notification_log_external"}),
    "notes": (lambda s, k: merged.waiting_notes(s, [k.person], DAY, NOW), {"ix_dispatch_log_task"}),
    "paid": (lambda s, _: paid.use_of(s, [("call", "x", NOW)], NOW), {"ix_dispatch_log_paid_address"}),
    "paid sends of a day": (lambda s, _: paid.overall(s, NOW - timedelta(1)), {"ix_dispatch_log_paid"}),
    "outside the window": (lambda s, _: paid.outside_window(s, NOW), {"ix_dispatch_log_paid"}),
    "a failed rung": (lambda s, k: tasks.wake_failed(s, [(k.waiting, 1)], NOW), {"tasks_pkey"}),
    "a provider's word": (
        lambda s, k: deliveries.apply_status(s, word(k, None), NOW),
        {"ix_dispatch_log_external"},
    ),
    "a provider's word on an attempt": (
        lambda s, k: deliveries.apply_status(s, word(k, k.attempt), NOW),
        {"dispatch_log_pkey"},
    ),
    "abandoned events": (lambda s, _: inbound.abandoned(s, NOW, NOW), {"ix_inbound_events_open"}),
    "a sender's next event": (
        lambda s, k: inbound.take_next(s, k.event),
        {"ix_inbound_events_waiting", "ix_inbound_events_open"},  # nothing waits: either is empty
    ),
    "who writes": (lambda s, k: users.find_by_address(s, "telegram", k.chat), {"uq_identities_address"}),
}


def plans_of(door: AbstractContextManager[Session], ask: Ask, known: Known) -> list[Plan]:
    """What it would take; nothing that the question changes stays."""
    with door as session:
        with explained(session) as plans:
            ask(session, known)
            session.flush()
        session.rollback()
    return plans


def check(plans: list[Plan], wanted: set[str]) -> None:
    assert plans
    for plan in plans:
        assert not plan.read_from_end_to_end, plan
    used = set[str]().union(*(plan.indexes for plan in plans))
    assert used & wanted, plans


@pytest.mark.parametrize("name", PERSONAL)
def test_a_person_bound_by_row_level_security_is_served_by_an_index(
    big: Database, known: Known, name: str
) -> None:
    ask, wanted = PERSONAL[name]
    check(plans_of(big.session(known.person), ask, known), wanted)


@pytest.mark.parametrize("name", [*PERSONAL, *COMMON])
def test_the_service_is_served_by_an_index(big: Database, known: Known, name: str) -> None:
    ask, wanted = (PERSONAL | COMMON)[name]
    check(plans_of(big.service(), ask, known), wanted)


# ------------------------------------------------------------------ a spike that the statistics have not heard of

_OPEN = text("""
    insert into dispatch_log (task_id, channel, status, created_at, rung, address, lease_until, deadline)
    select id, 'telegram', 'pending', :now, 'remind', 'spike', :now, :now from tasks
    where status = 'pending' limit 5000 returning id, task_id
""")
AT_ONCE: dict[str, tuple[Callable[[Session, list[UUID], list[UUID]], object], str]] = {
    "the last look": (
        lambda s, ids, _: last_look.begin(s, [(one, 0) for one in ids], NOW, NOW),
        "dispatch_log_pkey",
    ),
    "the results": (
        lambda s, ids, _: outbox.finish(
            s, [outbox.Finished(one, 0, DispatchStatus.DISPATCHED, one.hex) for one in ids], NOW
        ),
        "dispatch_log_pkey",
    ),
    "an answer's effect": (
        lambda s, _, of: outbox.supersede(s, of[:1], "answered", NOW),
        "ix_dispatch_log_task",
    ),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_few_attempts_are_not_looked_for_among_all_open_ones(big: Database, name: str) -> None:
    act, wanted = AT_ONCE[name]
    with big.service() as session:
        opened = session.execute(_OPEN, {"now": NOW}).all()
        with explained(session) as plans:
            act(session, [row.id for row in opened[:10]], [row.task_id for row in opened[:10]])
        session.rollback()
    for plan in plans:
        assert wanted in plan.indexes
        assert not plan.indexes & {"ix_dispatch_log_lease", "ix_dispatch_log_pending"}, plan


_BACKLOG = text("""
    insert into inbound_events (channel, external_id, sender, payload, received_at, correlation_id)
    select 'telegram', 'backlog-' || n, 'sender-' || n, '{}', :now, '' from generate_series(1, 5000) as n
""")


def test_a_senders_next_event_is_not_looked_for_in_everybodys_backlog(big: Database, known: Known) -> None:
    with big.service() as session:
        session.execute(_BACKLOG, {"now": NOW})
        session.execute(text("reset role"))
        session.execute(text("analyze inbound_events"))  # what autovacuum does once there is a backlog
        session.execute(text("set local role flux_service"))
        with explained(session) as plans:
            inbound.take_next(session, known.event)
        session.rollback()
    assert "ix_inbound_events_waiting" in plans[-1].indexes


def by_title(session: Session, _: Known) -> object:
    return session.execute(text("select 1 from tasks where title = 'x'"))


def test_a_plan_that_reads_a_whole_table_is_noticed(big: Database, known: Known) -> None:
    (plan,) = plans_of(big.service(), by_title, known)
    assert plan.read_from_end_to_end == {"tasks"}
