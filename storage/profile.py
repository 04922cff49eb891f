"""What Flux knows about a person's day, as typed views of the users.profile and notification_preferences columns."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from storage.vocabulary import WEEKDAYS, Chronotype


def _clock_time(value: Any) -> Any:
    """Accept "07:00" (the stored form) as well as time objects."""
    if isinstance(value, str):
        return time.fromisoformat(value)
    return value


ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
]


class _Stored(BaseModel):
    """Keeps keys it does not know, so an older process never drops what a newer one wrote."""

    model_config = ConfigDict(extra="allow", validate_assignment=True)


class SleepWindow(_Stored):
    start: ClockTime  # bed time, local
    end: ClockTime  # wake time, local


class WorkHours(_Stored):
    start: ClockTime
    end: ClockTime
    days: list[str] = Field(default_factory=lambda: list(WEEKDAYS[:5]))


class Commitment(_Stored):
    title: str
    days: list[str]
    time: ClockTime
    duration_minutes: int = 60
    every_weeks: int = 1


class OnboardingProgress(_Stored):
    """Which of vocabulary.ONBOARDING_TOPICS are answered or skipped, in the order they were met."""

    answered: list[str] = Field(default_factory=list)
    skipped: list[str] = Field(default_factory=list)
    held_goal: str | None = None  # a goal typed midway, used afterwards
    held_task: str | None = None  # a reminder asked for before the zone was known
    began: bool = False  # the person chose to be asked; before that they may just want a reminder


class PhoneCheck(_Stored):
    """A number being proved: codes sent (ISO times, the last hour's count) and wrong tries at the last one."""

    number: str | None = None
    sent_at: list[str] = Field(default_factory=list)
    tries: int = 0


class Profile(_Stored):
    name: str | None = None
    sleep_window: SleepWindow | None = None
    wake_time: ClockTime | None = None  # known before the bed time is; both make the sleep window
    bed_time: ClockTime | None = None
    work_hours: WorkHours | None = None
    chronotype: Chronotype = Chronotype.NEUTRAL
    existing_commitments: list[Commitment] = Field(default_factory=list)
    locations: dict[str, str] = Field(default_factory=dict)
    people: list[str] = Field(
        default_factory=list
    )  # names in what was said, the latest first: no model is told them
    onboarding: OnboardingProgress = Field(default_factory=OnboardingProgress)
    phone_check: PhoneCheck = Field(default_factory=PhoneCheck)
    zone_since: AwareDatetime | None = (
        None  # the last move to other clocks: what a wall time was before is not known
    )


_E164 = re.compile(r"\+[1-9]\d{6,14}")


def normalise_phone(text: str) -> str | None:
    """A phone number as people type it -> E.164, or None. The country code is required; 00 counts as +."""
    digits = re.sub(r"[\s().\-/]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if _E164.fullmatch(digits) else None


class Preferences(_Stored):
    phone_number: str | None = None
    whatsapp_opted_in: bool = False
    calls_opted_in: bool = False
    # None means the installation's own setting; minutes may be decimals (0.05 = 3 s).
    reminder_lead_minutes: float | None = Field(default=None, ge=0, le=1440)
    escalation_window_minutes: float | None = Field(default=None, gt=0, le=240)
    morning_brief: bool = False
    evening_review: bool = False
