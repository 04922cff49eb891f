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

import storage
from storage.conversations import Said
from storage.database import Database
from storage.outbox import Finished
from storage.personal import PERSONAL
from storage.tables import Conversation, Goal, InboundEvent, Message, Pattern, Task, User
from storage.vocabulary import DispatchStatus, InboundState, MessageRole
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


# What says nothing about anybody.
_PLAIN: dict[str, Any] = {
    "channel": "telegram",
    "purpose": "link",
    "reference": "SM" + "0" * 32,
    "response": "done",
    "zone": "Asia/Tokyo",
    "confidence": 0.9,
    "data": {"weekday": 0, "time": "07:00"},
    "payload": {},
    "limit": 10,
    "behind": UUID(int=0),
    "weeks": 12,
    "findings": [],
    "late_by": timedelta(minutes=2),
    "state": InboundState.RECEIVED,
    "asked_by": "person",
    "said": [Said(MessageRole.USER, "x")],
    "sprints": [("x", "x", 1)],
} | dict.fromkeys(("reason", "description", "correlation_id", "p256dh", "auth", "text"), "x")


def about(owner: Rows, database: Database, now: datetime) -> Mapping[str, Any]:
    """What each parameter name means when it is about the owner."""
    ids = {name: getattr(owner, name) for name in Rows.__dataclass_fields__}
    plural = {f"{name}s": [value] for name, value in ids.items()}
    words = dict.fromkeys(("title", "endpoint", "code", "external_id", "message_ref"), owner.secret)
    addresses = dict.fromkeys(("value", "sender"), "sim:owner")
    return _PLAIN | ids | plural | words | addresses | _moments(now) | _rows(owner, database) | _lists(owner)


def _moments(now: datetime) -> dict[str, Any]:
    times = dict.fromkeys(("now", "at", "start", "received_at", "before_at"), now)
    later = dict.fromkeys(("end", "after", "before", "lease_until"), now + timedelta(days=1))
    days = dict.fromkeys(("first", "since", "first_day", "day"), now.date() - timedelta(days=400))
    last = dict.fromkeys(("last", "today", "last_day"), now.date() + timedelta(days=1))
    return times | later | days | last


def _rows(owner: Rows, database: Database) -> dict[str, Any]:
    with database.service() as session:
        found = {
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


def _lists(owner: Rows) -> dict[str, Any]:
    return {
        "rows": [{"task_id": owner.task_id, "channel": "x", "rung": "remind"}],
        "finished": [Finished(owner.attempt_id, 0, DispatchStatus.FAILED)],
        "attempts": [(owner.attempt_id, 0)],
        "failed": [(owner.task_id, 1)],
        "reached": [(owner.task_id, "telegram", f"x{uuid4()}", owner.attempt_id)],
        "report": Report("telegram", owner.secret, "failed", owner.attempt_id),
    }


def _arguments(name: str, function: Callable[..., Any], known: Mapping[str, Any]) -> dict[str, Any]:
    given = {}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    for parameter in parameters:
        if name == "conversations.keep_summary" and parameter.name == "before":
            given["before"] = known["message"]
        elif parameter.default is parameter.empty:
            assert parameter.name in known, f"say in `about` what {parameter.name!r} of {name} is"
            given[parameter.name] = known[parameter.name]
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
    if isinstance(found, list | tuple | set):
        return " ".join(map(_told, found))
    return repr(found)


@pytest.mark.parametrize("name", sorted(set(functions()) - REACHES_OVER))
def test_a_stranger_is_told_nothing_and_changes_nothing(
    name: str, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        theirs = one_of_each(session, owner.id, "sim:owner", now)
    function = functions()[name]
    arguments = _arguments(name, function, about(theirs, database, now))
    before = _everything(database, owner.id)
    try:
        with database.session(stranger.id) as session:
            found = function(session, **arguments)
    except (DBAPIError, LookupError):
        found = None  # refused
    assert theirs.secret not in _told(found)
    assert not (isinstance(found, int | datetime) and found), "a number or a moment tells something too"
    assert _everything(database, owner.id) == before


def test_the_same_questions_are_answered_to_the_owner(database: Database, owner: User, now: datetime) -> None:
    """Or the test above would pass with arguments that mean nothing."""
    with database.service() as session:
        mine = one_of_each(session, owner.id, "sim:owner", now)
    known = about(mine, database, now)
    asked = (
        "goals.get_goal",
        "tasks.get_task",
        "conversations.history",
        "trail.trail",
        "patterns.list_patterns",
    )
    for name in asked:
        function = functions()[name]
        with database.session(owner.id) as session:
            assert mine.secret in _told(function(session, **_arguments(name, function, known))), name
