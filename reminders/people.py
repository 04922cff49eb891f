"""The people behind a batch of tasks: each one's ladder and addresses, read with three queries however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.house import house_of
from reminders.rules.ladder import Ladder, Timing
from reminders.rules.patterns import avoid_of, best_of
from reminders.rules.rhythm import Rhythm
from storage.patterns import list_patterns
from storage.profile import Preferences, Profile
from storage.tables import User
from storage.users import profile_of
from storage.vocabulary import ChannelName, PatternType, Rung

CHATS = (ChannelName.TELEGRAM, ChannelName.CONSOLE)
SESSION_WINDOW = timedelta(hours=24)  # after a person's message WhatsApp takes free text
Reaches = Callable[[str], bool]


class _Owner(NamedTuple):
    """What the ladder needs of a users row, in the order of _PEOPLE."""

    id: UUID
    created_at: datetime
    timezone: str
    phone_verified: bool
    whatsapp_opt_in_at: datetime | None
    paused_until: datetime | None
    profile: dict[str, Any]
    notification_preferences: dict[str, Any]


class _Known(NamedTuple):
    """An address of a person, usable while nothing has turned it `off`."""

    channel: str
    value: str
    is_primary: bool
    last_inbound_at: datetime | None
    off: str | None


# One question for everything: a wake-up mostly concerns one person, and each question costs as much as its answer.
_PEOPLE = text("""
    select u.id, u.created_at, u.timezone, u.phone_verified, u.whatsapp_opt_in_at, u.paused_until, u.profile,
        u.notification_preferences, i.channels, i.values, i.primaries, i.heard, i.reasons,
        array(select p.id from push_subscriptions p where p.user_id = u.id)
    from users u, lateral (
        select array_agg(channel order by is_primary desc, created_at) as channels,
            array_agg(value order by is_primary desc, created_at) as values,
            array_agg(is_primary order by is_primary desc, created_at) as primaries,
            array_agg(last_inbound_at order by is_primary desc, created_at) as heard,
            array_agg(disabled_reason order by is_primary desc, created_at) as reasons
        from identities where user_id = u.id
    ) i
    where u.id = any(:ids)
""")


def _everywhere(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the ladder sees them."""

    user_id: UUID
    joined_at: datetime
    ladder: Ladder
    chat: Address | None  # where Flux speaks first
    pushes: tuple[Address, ...]
    whatsapp: Address | None
    call: Address | None
    whatsapp_heard_at: datetime | None  # their last message there
    zone_since: datetime | None = None  # when they last came to a zone with other clocks; None: never
    fixed: frozenset[str] = frozenset()  # titles of what others have fixed: choir does not move

    def addresses(self, rung: Rung) -> tuple[Address, ...]:
        chat = (self.chat,) if self.chat else ()
        match rung:
            case Rung.REMIND:
                return (*chat, *self.pushes)
            case Rung.WHATSAPP:
                return (self.whatsapp,) if self.whatsapp else ()
            case Rung.CALL | Rung.HANG_UP:
                return (self.call,) if self.call else ()
            case _:
                whatsapp = () if Rung.WHATSAPP in self.ladder.barred else self.addresses(Rung.WHATSAPP)
                return chat or whatsapp or self.pushes

    def whatsapp_window_open(self, now: datetime) -> bool:
        return self.whatsapp_heard_at is not None and now - self.whatsapp_heard_at < SESSION_WINDOW


def load_people(
    session: Session, user_ids: Iterable[UUID], timing: Timing, reaches: Reaches = _everywhere
) -> dict[UUID, Person]:
    """Everybody with these ids. `reaches` says which channels this installation has at all."""
    has_push, people = reaches(ChannelName.PUSH), {}
    for row in session.execute(_PEOPLE, {"ids": list(set(user_ids))}):
        *columns, channels, values, primaries, heard, reasons, keys = row
        user = _Owner._make(columns)
        parts = zip(channels or (), values or (), primaries or (), heard or (), reasons or (), strict=True)
        known = [one for one in map(_Known._make, parts) if reaches(one.channel)]
        pushes = [Address(ChannelName.PUSH, str(key)) for key in keys] if has_push else []
        people[user.id] = _person(user, known, pushes, timing)
    return people


def load_person(session: Session, user_id: UUID) -> Person | None:
    """One person with everything that was learned about them, for what happens outside a batch."""
    return load_people(session, [user_id], house_of(session).timing).get(user_id)


def rhythm_of(session: Session, user: User) -> Rhythm:
    """The person's day with what was learned about it: times that did not work, and hours that do."""
    rows = list_patterns(session, user.id)
    avoid = [
        avoid_of(row.data, row.confidence) for row in rows if row.pattern_type == PatternType.TIME_AVOIDANCE
    ]
    best = [hours for row in rows for hours in best_of(row.data, row.confidence)]
    return Rhythm.of(profile_of(user), user.timezone, [one for one in avoid if one], best)


def timing_of(preferences: Preferences, timing: Timing) -> Timing:
    """The installation's settings with the person's own over them."""
    lead, window = preferences.reminder_lead_minutes, preferences.escalation_window_minutes
    return Timing(
        timing.lead if lead is None else timedelta(minutes=lead),
        timing.window if window is None else timedelta(minutes=window),
        timing.grace,
    )


def _person(user: _Owner, known: Sequence[_Known], pushes: Sequence[Address], timing: Timing) -> Person:
    identities = [one for one in known if one.off is None]
    off = {one.channel: one.off for one in reversed(known) if one.off}
    preferences = Preferences.model_validate(user.notification_preferences or {})
    # A simulated phone has an identity instead of a browser's subscription.
    simulated = (Address(one.channel, one.value) for one in identities if one.channel == ChannelName.PUSH)
    pushes = (*pushes, *simulated)
    # WhatsApp is where reminders start only for whoever chose it; otherwise it is the second rung's.
    chat = next((one for one in identities if one.channel in CHATS or _is_main_whatsapp(one)), None)
    whatsapp = next((one for one in identities if one.channel == ChannelName.WHATSAPP), None)
    call = next((one for one in identities if one.channel == ChannelName.CALL), None)
    chat_address = Address(chat.channel, chat.value) if chat else None
    have = {"chat": chat, "whatsapp": whatsapp, "call": call}
    barred = _barred(user, preferences, have, off, has_push=bool(pushes))
    profile = Profile.model_validate(user.profile or {})
    return Person(
        user_id=user.id,
        joined_at=user.created_at,
        ladder=Ladder(
            Rhythm.of(profile, user.timezone),
            timing_of(preferences, timing),
            user.paused_until,
            barred,
        ),
        chat=chat_address,
        pushes=pushes,
        whatsapp=Address(whatsapp.channel, whatsapp.value) if whatsapp else None,
        call=Address(call.channel, call.value) if call else None,
        whatsapp_heard_at=whatsapp.last_inbound_at if whatsapp else None,
        zone_since=profile.zone_since,
        fixed=frozenset(one.title for one in profile.existing_commitments),
    )


def _is_main_whatsapp(identity: _Known) -> bool:
    return identity.channel == ChannelName.WHATSAPP and identity.is_primary


def _barred(
    user: _Owner,
    preferences: Preferences,
    have: Mapping[str, _Known | None],
    off: Mapping[str, str],
    *,
    has_push: bool,
) -> dict[Rung, str]:
    """Why a rung cannot be used. WhatsApp and calls need a number that was proved and a yes that was stamped."""
    barred: dict[Rung, str] = {}
    if have["chat"] is None and not has_push:
        chats_off = _off("Telegram", off.get(ChannelName.TELEGRAM))
        barred[Rung.REMIND] = chats_off or "no chat and no push subscription"
    if not user.phone_verified:
        barred[Rung.WHATSAPP] = barred[Rung.CALL] = "no verified phone number"
        return barred
    if user.whatsapp_opt_in_at is None:
        barred[Rung.WHATSAPP] = "WhatsApp reminders are not switched on"
    elif have["whatsapp"] is None:
        barred[Rung.WHATSAPP] = _off("WhatsApp", off.get(ChannelName.WHATSAPP)) or "no WhatsApp number in use"
    elif have["whatsapp"] is have["chat"]:
        barred[Rung.WHATSAPP] = "the reminder went there already"
    if not preferences.calls_opted_in:
        barred[Rung.CALL] = "calls are not switched on"
    elif have["call"] is None:
        barred[Rung.CALL] = _off("the number", off.get(ChannelName.CALL)) or "no number to call"
    return barred


def _off(what: str, reason: str | None) -> str | None:
    return f"{what} is off: {reason}" if reason else None
