"""A person in conversation: types and taps, and sees what came back, each turn in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from agents.conversation import Limits, Turn, TurnResult, TurnTools, take_turn
from agents.model import LanguageModel
from agents.offline.model import OfflineModel
from channels.messages import (
    Address,
    ChannelError,
    InboundKind,
    InboundMessage,
    OutboundMessage,
    PhoneVerifier,
)
from storage.database import Database, lock_person
from storage.tables import User
from storage.users import add_identity, create_user
from tests.agents.weeks import at, plan


class Killed(Exception):  # noqa: N818 - what happened, not an error of ours
    """A process that ended in the middle of a transaction."""


class PhoneBook:
    """Sends the code 4711 to every number but those that begin with +999."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def start(self, number: str, now: datetime) -> None:
        if number.startswith("+999"):
            raise ChannelError("no such number", permanent=True, code="60200")
        self.sent.append(number)

    def check(self, number: str, code: str, now: datetime) -> bool:
        return number in self.sent and code == "4711"


@dataclass
class Talk:
    """`say` types, `tap` presses a button of the last message (or of an earlier one, given as `of`)."""

    database: Database
    user_id: UUID
    now: datetime
    model: LanguageModel = field(default_factory=OfflineModel)
    verifier: PhoneVerifier | None = field(default_factory=PhoneBook)
    limits: Limits = field(default_factory=Limits)
    replies: tuple[OutboundMessage, ...] = ()
    result: TurnResult | None = None
    transcript: list[str] = field(default_factory=list)

    def say(self, text: str, *, kind: InboundKind = InboundKind.TEXT, **more: object) -> str:
        return self.hear(self.message(text, kind=kind, **more))

    def tap(self, label: str, of: OutboundMessage | None = None) -> str:
        shown = of.flat_choices if of else [one for reply in self.replies for one in reply.flat_choices]
        found = [choice for choice in shown if choice.label == label]
        assert found, f"no button {label!r} among {[choice.label for choice in shown]}"
        return self.hear(self.message(label, kind=InboundKind.BUTTON, choice=found[0].data))

    def message(self, text: str, **more: object) -> InboundMessage:
        sender = Address("telegram", "sim:owner")
        return InboundMessage(sender, text, uuid4().hex, self.now, **more)  # type: ignore[arg-type]

    def hear(self, message: InboundMessage, event_id: UUID | None = None) -> str:
        with self.database.service() as session:
            self.result = self.turn(session, message, event_id)
        self.replies = self.result.replies
        self.transcript += [
            f"> {(message.choice and '[' + message.text + ']') or message.text}",
            self.text,
            "",
        ]
        self.now += timedelta(seconds=20)
        return self.text

    def hear_and_lose(self, message: InboundMessage, event_id: UUID) -> None:
        """The worker is killed after the turn and before its commit."""
        with suppress(Killed), self.database.service() as session:
            self.turn(session, message, event_id)
            raise Killed

    def turn(self, session: Session, message: InboundMessage, event_id: UUID | None = None) -> TurnResult:
        lock_person(session, self.user_id)
        turn = Turn(self.user_id, message, self.now, uuid4().hex, event_id or uuid4())
        return take_turn(turn, TurnTools(session, self.model, self.limits, self.verifier))

    @property
    def text(self) -> str:
        return "\n\n".join(self._shown(reply) for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        return [choice.label for reply in self.replies for choice in reply.flat_choices]

    def _shown(self, reply: OutboundMessage) -> str:
        rows = "".join("\n" + " ".join(f"[{one.label}]" for one in row) for row in reply.choices)
        return f"{reply.text}{rows}"


@pytest.fixture
def talk(database: Database, owner: User, now: datetime) -> Talk:
    """The owner, who is known already."""
    return Talk(database, owner.id, now)


@pytest.fixture
def week(talk: Talk) -> Talk:
    """Wednesday 11 March, 10:00: a run on Mondays and Thursdays, yoga, the dentist, a call."""
    plan(
        talk,
        "Easy run",
        *(at(day, "07:30") for day in (12, 16, 19, 23, 26)),
        rule="FREQ=WEEKLY;BYDAY=MO,TH",
    )
    plan(talk, "Call mum", at(12, "18:00"))
    plan(talk, "Dentist", at(13, "11:00"))
    plan(talk, "Yoga", at(14, "10:00"))
    return talk


@pytest.fixture
def newcomer(database: Database, now: datetime) -> Talk:
    """Somebody who writes for the first time."""
    with database.service() as session:
        user = create_user(session, now)
        add_identity(session, user.id, "telegram", "sim:new", now, primary=True)
        return Talk(database, user.id, now)


@pytest.fixture
def user_of(database: Database) -> Callable[[Talk], User]:
    def read(talk: Talk) -> User:
        with database.service() as session:
            return session.get_one(User, talk.user_id)

    return read
