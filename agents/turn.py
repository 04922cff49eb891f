"""What one turn of the conversation is given: the message, the person, the time, the tools; never a global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from agents.budget import BudgetState, TokenLimits, check_budget
from agents.model import LanguageModel, ModelRole, Usage
from agents.network.deadline import TurnDeadline
from agents.privacy.acquaintances import parts_of
from agents.privacy.nicknames import forms_of, shown_forms
from agents.privacy.people import names_in
from channels.messages import InboundMessage, OutboundMessage, PhoneVerifier
from storage.profile import Profile
from storage.tables import User
from storage.users import profile_of, save_profile


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures a conversation must keep, as the installation sets them."""

    active_goals: int = 3
    sprint_weeks: int = 6
    history_messages: int = 20
    history_tokens: int = 8_000
    tokens: TokenLimits = field(default_factory=TokenLimits)
    text_characters: int = 2_000  # longer messages are answered, not read
    otp_sends_per_hour: int = 3
    otp_tries: int = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of one person. `event_id` names its effects, so that a repeated turn has them once."""

    user_id: UUID
    message: InboundMessage
    now: datetime
    correlation_id: str
    event_id: UUID


@dataclass(frozen=True, slots=True)
class TurnTools:
    """What the turn may use. The session's transaction carries everything: rows, messages and checkpoint."""

    session: Session
    model: LanguageModel
    limits: Limits = field(default_factory=Limits)
    verifier: PhoneVerifier | None = None
    calendar_link: Callable[[UUID], str] | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    replies: tuple[OutboundMessage, ...]
    agent_node: str
    proposed_plan: dict[str, Any] | None = None
    requires_user_action: str = "none"  # approve_plan | none


@dataclass(frozen=True, slots=True)
class TurnContext:
    """The runtime context of every node."""

    turn: Turn
    tools: TurnTools
    user: User
    spent: list[Usage] = field(default_factory=list)  # what the models cost this turn, from any thread
    fell_back: list[ModelRole] = field(default_factory=list)  # roles the network model could not answer for
    deadline: TurnDeadline = field(default_factory=TurnDeadline)  # of all questions of this turn

    @property
    def now(self) -> datetime:
        return self.turn.now

    @property
    def session(self) -> Session:
        return self.tools.session

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.timezone)

    @property
    def local_now(self) -> datetime:
        return self.turn.now.astimezone(self.zone)

    @property
    def cheap(self) -> bool:
        """The month's hard limit is reached: the smallest model answers everything."""
        usage = self.user.monthly_token_usage
        return check_budget(usage, self.tools.limits.tokens, self.now) is BudgetState.HARD_LIMIT

    @property
    def private(self) -> tuple[str, ...]:
        """Words that must not leave the house: the person's names, number, mail, places, and people in their week."""
        stored = self.user.profile or {}
        number = (self.user.notification_preferences or {}).get("phone_number")
        checked = (stored.get("phone_check") or {}).get("number")
        places = [place for label, place in (stored.get("locations") or {}).items() if place != label]
        names = (*forms_of(stored.get("name") or ""), *shown_forms(self.turn.message.display_name or ""))
        weekly = " \n".join(str(one.get("title", "")) for one in stored.get("existing_commitments") or [])
        people = [weekly[start:end] for start, end in names_in(weekly)] + (stored.get("people") or [])
        words = (
            *names,
            number,
            checked,
            self.user.email,
            *places,
            *(part for one in people for part in parts_of(one)),
        )
        return tuple(dict.fromkeys(word for word in words if word))

    def profile(self) -> Profile:
        return profile_of(self.user)

    def save(self, profile: Profile) -> None:
        save_profile(self.user, profile)
