"""Every function of storage, asked in a stranger's session about the owner: nothing is told, nothing is changed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import storage
from storage import outbox
from storage.conversations import Said
from storage.database import Database
from storage.outbox import Finished
from storage.personal import PERSONAL
from storage.tables import Conversation, DispatchLog, Goal, InboundEvent, Message, Pattern, Task, User
from storage.vocabulary import Answer, DispatchStatus, InboundState, MessageRole, Rung
from tests.storage.rows import Rows, one_of_each

# These exist to reach over to somebody else: an address, a browser or a code that changes hands proves the right to it.
REACHES_OVER = {
    "users.add_identity",
    "users.join_channel",
    "subscriptions.save_subscription",
    "database.widened",
    "database.narrow",
    "database.on_commit",
    "database.try_lock_person",  # tells of a lock, not of a row
}


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function of storage that works in a session it is handed, by "module.name"."""
    found = {}
    for module in pkgutil.iter_modules(storage.__path__):
        loaded = importlib.import_module(f"storage.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            parameters = list(inspect.signature(function).parameters)
            ours = function.__module__ == loaded.__name__ and not name.startswith("_")
            if ours and parameters[:1] == ["session"]:
                found[f"{module.name}.{name}"] = function
    return found


@dataclass(frozen=True)
class Report:
    channel: str
    external_id: str
    state: str
    attempt_id: UUID | None = None
    error_code: str | None = None


# Where a parameter's name means something else than in most functions.
_OTHERWISE = {("conversations.keep_summary", "before"): "message", ("outbox.had_second", "first"): "attempt"}

# What says nothing about anybody.
_PLAIN: dict[str, Any] = {
    "channel": "telegram",
    "purpose": "link",
    "reference": "SM" + "0" * 32,
    "answer": Answer.DONE,
    "rung": Rung.MISS_NOTE,
    "taken": [],
    "zone": "Asia/Tokyo",
    "confidence": 0.9,
    "data": {"weekday": 0, "time": "07:00"},
    "payload": {},
    "limit": 10,
    "behind": UUID(int=0),
    "may_have_gone": False,
    "weeks": 12,
    "findings": [],
    "late_by": timedelta(minutes=2),
    "late": True,
    "new": UUID(int=1),
    "head": UUID(int=1),
    "state": InboundState.RECEIVED,
    "asked_by": "person",
    "said": [Said(MessageRole.USER, "x")],
    "sprints": [("x", "x", 1)],
} | dict.fromkeys(("reason", "description", "correlation_id", "p256dh", "auth", "text"), "x")


def about(owner: Rows, database: Database, now: datetime) -> Mapping[str, Any]:
    """What each parameter name means when it is about the owner."""
    ids = {name: getattr(owner, name) for name in Rows.__dataclass_fields__}
    plural = {f"{name}s": [value] for name, value in ids.items()}
    named = ("title", "endpoint", "code", "external_id", "external_key", "message_ref")
    words = dict.fromkeys(named, owner.secret)
    addresses = dict.fromkeys(("value", "sender"), "sim:owner")
    return (
        _PLAIN
        | ids
        | plural
        | words
        | addresses
        | _moments(now)
        | _rows(owner, database)
        | _lists(owner, now)
    )


def _moments(now: datetime) -> dict[str, Any]:
    times = dict.fromkeys(("now", "at", "start", "received_at", "before_at", "lately"), now)
    later = dict.fromkeys(
        ("end", "after", "before", "tried_before", "lease_until", "until", "deadline"),
        now + timedelta(days=1),
    )
    days = dict.fromkeys(("first", "since", "first_day", "day"), now.date() - timedelta(days=400))
    last = dict.fromkeys(("last", "today", "last_day"), now.date() + timedelta(days=1))
    return times | later | days | last


def _rows(owner: Rows, database: Database) -> dict[str, Any]:
    with database.service() as session:
        found = {
            "attempt": session.get_one(DispatchLog, owner.attempt_id),
            "conversation": session.get_one(Conversation, owner.conversation_id),
            "goal": session.get_one(Goal, owner.goal_id),
            "event": session.get_one(InboundEvent, owner.event_id),
            "message": session.get_one(Message, owner.message_id),
            "pattern": session.get_one(Pattern, owner.pattern_id),
        }
        task = session.get_one(Task, owner.task_id)
        session.expunge_all()
    task.status = "done"
    return found | {"tasks": [task]}


def _lists(owner: Rows, now: datetime) -> dict[str, Any]:
    return {
        "old": owner.attempt_id,
        "people": [owner.user_id],
        "addresses": [("whatsapp", owner.secret, now)],
        "moved": [(owner.task_id, 1, 2)],
        "rows": [{"task_id": owner.task_id, "channel": "x", "rung": "remind"}],
        "finished": [Finished(owner.attempt_id, 0, DispatchStatus.FAILED)],
        "attempts": [(owner.attempt_id, 0)],
        "failed": [(owner.task_id, 1)],
        "reached": [(owner.task_id, "telegram", f"x{uuid4()}", owner.attempt_id)],
        "report": Report("telegram", owner.secret, "failed", owner.attempt_id),
    }


def _written(session: Session, user_id: UUID, now: datetime) -> Rows:
    """One row in every table, and a message about several tasks, a note that waits and one that cost money."""
    made = one_of_each(session, user_id, "sim:owner", now)
    head = session.get_one(DispatchLog, made.attempt_id)
    head.reason = "together"
    common = {"task_id": made.task_id, "created_at": now, "task_version": 1}
    there = common | {"address": made.secret}
    merged = {"rung": "remind", "channel": "telegram", "address": "sim:owner", "outcome": f"in:{head.id}"}
    session.add_all(
        DispatchLog(**row)
        for row in (
            common | merged | {"status": "skipped"},
            there | {"rung": "whatsapp", "channel": "whatsapp", "status": "dispatched"},
            there
            | {"rung": "miss_note", "channel": "telegram", "status": "pending"}
            | dict.fromkeys(("lease_until", "deadline"), now + timedelta(hours=8)),
        )
    )
    session.flush()
    return made


def _arguments(name: str, function: Callable[..., Any], known: Mapping[str, Any]) -> dict[str, Any]:
    given = {}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    for parameter in parameters:
        means = _OTHERWISE.get((name, parameter.name), parameter.name)
        if parameter.default is parameter.empty or means != parameter.name:
            assert means in known, f"say in `about` what {parameter.name!r} of {name} is"
            given[parameter.name] = known[means]
    return given


def _everything(database: Database, user_id: UUID) -> dict[str, str]:
    """A digest of all rows of a person, table by table."""
    with database.service() as session:
        return {
            table.name: str(
                session.scalar(
                    text(
                        f"select md5(string_agg(t::text, '|' order by t::text)) from {table.name} t where {table.mine}"
                    ),
                    {"user": user_id},
                )
            )
            for table in PERSONAL
        }


def _told(found: Any) -> str:
    """Everything a result says, rows included."""
    if hasattr(found, "__table__"):
        return repr({column.key: getattr(found, column.key) for column in found.__table__.columns})
    if isinstance(found, Mapping):
        return _told(list(found.items()))
    if isinstance(found, list | tuple | set):
        return " ".join(map(_told, found))
    return repr(found)


@pytest.mark.parametrize("name", sorted(set(functions()) - REACHES_OVER))
def test_a_stranger_is_told_nothing_and_changes_nothing(
    name: str, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        theirs = _written(session, owner.id, now)
    function = functions()[name]
    arguments = _arguments(name, function, about(theirs, database, now))
    before = _everything(database, owner.id)
    try:
        with database.session(stranger.id) as session:
            found = function(session, **arguments)
    except (DBAPIError, LookupError):
        found = None  # refused
    told = _told(found)
    assert not [one for one in (theirs.secret, theirs.task_id, theirs.attempt_id) if str(one) in told]
    assert not (isinstance(found, int | datetime) and found), "a number or a moment tells something too"
    assert _everything(database, owner.id) == before


def test_the_same_questions_are_answered_to_the_owner(database: Database, owner: User, now: datetime) -> None:
    """Or the test above would pass with arguments that mean nothing."""
    with database.service() as session:
        mine = _written(session, owner.id, now)
    known = about(mine, database, now)
    asked = (
        "goals.get_goal",
        "tasks.get_task",
        "conversations.history",
        "trail.trail",
        "patterns.list_patterns",
        "merged.spoken_of",
        "merged.tasks_sharing",
        "merged.waiting_notes",
        "paid.use_of",
    )
    for name in asked:
        function = functions()[name]
        with database.session(owner.id) as session:
            assert mine.secret in _told(function(session, **_arguments(name, function, known))), name


@pytest.mark.parametrize(
    "name", ["merged.one_more", "merged.said_by", "merged.speak_for", "tasks.carry_attempts_on"]
)
def test_the_owner_can_change_what_the_stranger_cannot(
    name: str, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        mine = _written(session, owner.id, now)
    before = _everything(database, owner.id)
    function = functions()[name]
    with database.session(owner.id) as session:
        function(session, **_arguments(name, function, about(mine, database, now)))
    assert _everything(database, owner.id) != before


def test_the_owner_is_told_of_a_second_attempt(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        mine = _written(session, owner.id, now)
    with database.session(owner.id) as session:
        assert outbox.had_second(session, about(mine, database, now)["attempt"])
