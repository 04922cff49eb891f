"""People as a life needs them: where they are, when they sleep, how they are reached, and how they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from storage.profile import Profile, SleepWindow
from storage.users import add_identity, create_user, preferences_of, save_preferences, save_profile

ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "America/New_York", "America/Los_Angeles", "America/Sao_Paulo",
    "America/St_Johns", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Sydney",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Africa/Casablanca", "Africa/Cairo", "Asia/Jerusalem", "UTC",
)  # fmt: skip
# (bed, wake): owls, larks, night workers, short nights, and those who never said.
NIGHTS: tuple[tuple[time, time] | None, ...] = (
    (time(23), time(7)),
    (time(22, 30), time(6)),
    (time(2), time(10)),
    (time(9), time(17)),
    (time(0), time(4, 30)),
    (time(21), time(9)),
    (time(2, 30), time(8)),
    (time(0, 30), time(2, 30)),
    None,
)
LEADS = (None, None, None, 0, 5, 30, 60)  # minutes; None is the installation's own
WINDOWS = (None, None, None, 5, 10, 30)


@dataclass
class Liver:
    """One person of a simulated life, as somebody outside Flux knows them; all randomness is their own."""

    number: int
    rng: Random
    zone: ZoneInfo
    night: tuple[time, time] | None
    lead: int | None
    window: int | None
    chat: str  # telegram, or whatsapp for who lives there
    has_push: bool
    has_whatsapp: bool
    has_call: bool
    diligence: float  # how likely a message is answered
    begins: datetime
    user_id: UUID = field(default_factory=uuid4)  # until they join
    paused_until: datetime | None = None
    moved_zone: bool = False
    series: dict[UUID, time] = field(default_factory=dict)

    @classmethod
    def random(cls, seed: int, number: int, begins: datetime) -> Liver:
        rng = Random(f"{seed}:{number}")
        has_phone = rng.random() < 0.5
        return cls(
            number,
            rng,
            ZoneInfo(rng.choice(ZONES)),
            rng.choice(NIGHTS),
            rng.choice(LEADS),
            rng.choice(WINDOWS),
            chat="whatsapp" if has_phone and rng.random() < 0.2 else "telegram",
            has_push=rng.random() < 0.3,
            has_whatsapp=has_phone,
            has_call=has_phone and rng.random() < 0.6,
            diligence=rng.choice((0.1, 0.4, 0.7, 0.9)),
            begins=begins,
        )

    @property
    def phone(self) -> str:
        return f"+49151{self.number:08}"

    @property
    def chat_id(self) -> str:
        return f"7{self.number:08}"

    @property
    def window_length(self) -> timedelta:
        return timedelta(minutes=2 if self.window is None else self.window)

    def asleep(self, at: datetime) -> bool:
        """By the clock on their own wall."""
        if self.night is None:
            return False
        bed, wake = self.night
        shown = at.astimezone(self.zone).time()
        return bed <= shown < wake if bed < wake else shown >= bed or shown < wake

    def paused(self, at: datetime) -> bool:
        return self.paused_until is not None and at < self.paused_until

    def join(self, session: Session) -> None:
        """Become a user who has said all this."""
        joined = self.begins - timedelta(days=7)
        user = create_user(session, joined, timezone=self.zone.key)
        user.onboarded, user.approved_at = True, joined
        sleep = SleepWindow(start=self.night[0], end=self.night[1]) if self.night else None
        save_profile(user, Profile(name=f"P{self.number}", sleep_window=sleep))
        session.flush()
        self.user_id = user.id
        if self.chat == "telegram":
            add_identity(session, user.id, "telegram", self.chat_id, joined, primary=True)
        preferences = preferences_of(user)
        preferences.reminder_lead_minutes, preferences.escalation_window_minutes = self.lead, self.window
        if self.has_whatsapp:
            user.phone_verified, user.whatsapp_opt_in_at = True, joined
            primary = self.chat == "whatsapp"
            add_identity(session, user.id, "whatsapp", self.phone, joined, primary=primary)
        if self.has_call:
            preferences.calls_opted_in = True
            add_identity(session, user.id, "call", self.phone, joined)
        if self.has_push:
            add_identity(session, user.id, "push", f"push-{self.number}", joined)
        save_preferences(user, preferences)
