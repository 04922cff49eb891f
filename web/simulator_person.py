"""Who holds the simulated phone: their addresses on every channel, what comes next, how far they have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.messages import Address, InboundKind
from channels.sim_phone import numbers_key
from storage import users
from storage.profile import normalise_phone
from storage.tables import InboundEvent, Task, User
from storage.vocabulary import ChannelName, InboundState, Stage, TaskStatus

if TYPE_CHECKING:
    from redis import Redis

ME = Address(ChannelName.TELEGRAM, "sim:you")
PUSH = "sim:you"
# What WhatsApp's provider answers by itself; Flux only hears of it.
PROVIDER_SAYS = {
    InboundKind.BLOCKED: "You will get no more messages from this number. Reply START to get them again.",
}
_COMES = {
    Stage.WAITING: "reminder for {title}",
    Stage.REMINDED: "WhatsApp about {title}",
    Stage.WHATSAPPED: "a call about {title}",
    Stage.CALLED: "{title} counts as missed",
    Stage.ACKNOWLEDGED: "asked how {title} went",
    Stage.ASKED: "{title} counts as missed",
}


@dataclass(frozen=True)
class Holder:
    """The person, if they have said anything yet, and where messages to them arrive."""

    user: User | None
    addresses: tuple[Address, ...]

    def address(self, channel: str) -> Address | None:
        return next((one for one in self.addresses if one.channel == channel), None)

    @property
    def zone(self) -> str:
        return self.user.timezone if self.user else "UTC"


def holder(session: Session, redis: Redis) -> Holder:
    user = users.find_by_address(session, ME.channel, ME.value)
    found = [ME, Address(ChannelName.PUSH, PUSH)]
    numbers = {_text(raw) for raw in redis.smembers(numbers_key(ME))}
    if user is not None:
        found += [Address(one.channel, one.value) for one in users.identities(session, user.id)]
        known = users.preferences_of(user).phone_number
        if known:
            numbers.add(known)
            found += [Address(ChannelName.WHATSAPP, known), Address(ChannelName.CALL, known)]
    found += [Address("sms", number) for number in sorted(numbers)]
    return Holder(user, tuple(dict.fromkeys(found)))


def note_number(redis: Redis, text: str) -> None:
    """Remember a number the person types, so that the code sent to it shows on this phone."""
    number = normalise_phone(text)
    if number:
        redis.sadd(numbers_key(ME), number)


def allow_push(session: Session, now: datetime) -> None:
    """A simulated phone lets notifications in from the first moment its owner is known."""
    user = users.find_by_address(session, ME.channel, ME.value)
    if user is not None and not users.identities(session, user.id, ChannelName.PUSH):
        users.add_identity(session, user.id, ChannelName.PUSH, PUSH, now)


def what_next(session: Session, user: User | None, now: datetime) -> str | None:
    """One line about what Flux will do next for this person, in their own time."""
    if user is None:
        return None
    task = session.scalar(
        select(Task)
        .where(Task.user_id == user.id, Task.wakes_at.is_not(None))
        .order_by(Task.wakes_at, Task.id)
        .limit(1)
    )
    if task is None or task.wakes_at is None:
        return None
    zone = ZoneInfo(user.timezone)
    at, today = task.wakes_at.astimezone(zone), now.astimezone(zone).date()
    day = "" if at.date() == today else f"{at:%a %-d %b} "
    words = _COMES.get(Stage(task.stage), "{title}").format(title=task.title)
    return f"{words} at {day}{at:%H:%M}"


def typing(session: Session, addresses: tuple[Address, ...]) -> dict[str, bool]:
    """Channel -> whether something the person said there still waits for its answer."""
    waiting = session.execute(
        select(InboundEvent.channel, InboundEvent.sender).where(
            InboundEvent.state.in_((InboundState.RECEIVED, InboundState.ANSWERED)),
            InboundEvent.sender.in_([one.value for one in addresses]),
        )
    )
    return {channel: True for channel, sender in waiting if Address(channel, sender) in addresses}


def reached(session: Session, user: User | None) -> list[str]:
    """Which of the page's hints are behind this person."""
    if user is None:
        return []
    tasks = select(
        func.count(Task.goal_id),  # a weekly commitment from the first questions is no plan yet
        func.count(Task.reminder_sent_at),
        func.count().filter(Task.status.in_((TaskStatus.DONE, TaskStatus.RESCHEDULED))),
    ).where(Task.user_id == user.id)
    planned, reminded, answered = session.execute(tasks).one()
    passed = {
        "hello": True,
        "onboarded": user.onboarded,
        "goal": planned > 0,
        "planned": planned > 0,
        "reminded": reminded > 0,
        "answered": answered > 0,
    }
    return [name for name, yes in passed.items() if yes]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
