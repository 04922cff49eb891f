"""Daily caps on channels that cost money: what is used up today, and who is told that.

A rung at its cap is barred like any other that cannot be used: it is left out with its reason and the next one starts
at once. Counted are the rows of the outbox, in the transaction that writes the next ones; claims count one after the
other, so a cap of all people holds exactly. A second try of a call does not wait for claims: it may pass such a cap by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.people import Person
from reminders.rules.caps import RINGS_APART, Caps
from storage import paid
from storage.paid import ENOUGH, PAID, USED_UP, Overall, Use
from storage.tables import Task
from storage.vocabulary import ChannelName, Rung, Stage

log = structlog.get_logger()

RANG = "the phone had just rung for something else"
_A_DAY = timedelta(days=1)  # what everybody's caps look back over, as the providers do
_BEFORE_PAID = (Stage.REMINDED, Stage.WHATSAPPED)


@dataclass
class Ledger:
    """What the people of one claim, and everybody together, have used of paid channels; it grows as the claim does."""

    caps: Caps
    now: datetime
    use: dict[tuple[str, str], Use] = field(default_factory=dict)
    overall: dict[str, Overall] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    concerned: set[UUID] = field(default_factory=set)
    told: set[UUID] = field(default_factory=set)

    @classmethod
    def open(
        cls, session: Session, due: Iterable[Task], people: Mapping[UUID, Person], caps: Caps, now: datetime
    ) -> Ledger:
        """Count for those whose next step may cost something; most claims concern nobody, and ask nothing."""
        concerned = {
            task.user_id
            for task in due
            if task.stage in _BEFORE_PAID or _pays_from_the_start(people[task.user_id])
        }
        paying = [people[one] for one in concerned if _paid_addresses(people[one])]
        if paying and caps.of_everybody:
            paid.count_alone(session)
        return cls.of(session, paying, caps, now)

    @classmethod
    def of(cls, session: Session, people: Iterable[Person], caps: Caps, now: datetime) -> Ledger:
        """Count for these people, whoever else counts at this moment."""
        ledger = cls(caps, now)
        asked = []
        for person in people:
            addresses = _paid_addresses(person)
            day = person.ladder.rhythm.utc(person.ladder.rhythm.day(now), time())
            asked += [(one.channel, one.value, day) for one in addresses]
            if addresses:
                ledger.concerned.add(person.user_id)
        if not asked:
            return ledger
        if caps.of_everybody:
            ledger.overall = paid.overall(session, now - _A_DAY)
        if caps.whatsapp_people:
            ledger.outside = paid.outside_window(session, now - _A_DAY)
        ledger.use = paid.use_of(session, asked, now - RINGS_APART)
        return ledger

    def limited(self, person: Person) -> Person:
        """The person as they can be reached now: what is used up is barred, with its reason."""
        if person.user_id not in self.concerned:
            return person
        reasons = {
            one.channel: reason for one in _paid_addresses(person) if (reason := self._reason(person, one))
        }
        if not reasons:
            return person
        barred, chat = dict(person.ladder.barred), person.chat
        for channel, reason in reasons.items():
            barred[Rung.CALL if channel == ChannelName.CALL else Rung.WHATSAPP] = reason
        if chat is not None and chat.channel in reasons:
            if not person.pushes:
                barred[Rung.REMIND] = reasons[chat.channel]
            chat = None
        return replace(person, chat=chat, ladder=replace(person.ladder, barred=barred))

    def used_up(self, person: Person, address: Address) -> str | None:
        """Which cap forbids one more there, if any."""
        channel, caps = address.channel, self.caps
        if caps.each_full(channel, self.use.get((channel, address.value), Use()).count):
            return ENOUGH[ChannelName(channel)]
        everybody = self.overall.get(channel, Overall()).used
        no_more_people = self._is_new(person, address) and caps.people_full(len(self.outside))
        if caps.all_full(channel, everybody) or no_more_people:
            return USED_UP[ChannelName(channel)]
        return None

    def _is_new(self, person: Person, address: Address) -> bool:
        """Whether writing there is one person more outside the window."""
        on_whatsapp = address.channel == ChannelName.WHATSAPP
        return on_whatsapp and not person.whatsapp_window_open(self.now) and address.value not in self.outside

    def spend(self, person: Person, address: Address) -> None:
        """One more goes out there."""
        if address.channel not in PAID:
            return
        key = (address.channel, address.value)
        before, everybody = self.use.get(key, Use()), self.overall.get(address.channel, Overall())
        self.use[key] = replace(before, count=before.count + 1, last=self.now)
        self.overall[address.channel] = replace(everybody, used=everybody.used + 1)
        if self._is_new(person, address):
            self.outside.add(address.value)

    def leave_out(self, person: Person, address: Address, reason: str) -> bool:
        """Note that a cap was met; whether it is the first time today that this person meets one. Logged once a day."""
        everybody = self.overall.get(address.channel, Overall())
        if reason in USED_UP.values():
            if not everybody.used_up:
                log.warning("daily_cap_reached", channel=address.channel, of="everybody", used=everybody.used)
            self.overall[address.channel] = replace(everybody, used_up=everybody.used_up + 1)
        known = [
            self.use.get((one.channel, one.value), Use()) for one in (person.whatsapp, person.call) if one
        ]
        if person.user_id in self.told or any(one.capped for one in known):
            return False
        self.told.add(person.user_id)
        log.info("daily_cap_met", channel=address.channel, person=str(person.user_id), reason=reason)
        return True

    def _reason(self, person: Person, address: Address) -> str | None:
        last = self.use.get((address.channel, address.value), Use()).last
        if address.channel == ChannelName.CALL and last is not None and self.now - last < RINGS_APART:
            return RANG
        return self.used_up(person, address)


def _paid_addresses(person: Person) -> list[Address]:
    """Where reaching this person costs something, as far as they let us."""
    barred, chat = person.ladder.barred, person.chat
    on_whatsapp = chat is not None and chat.channel == ChannelName.WHATSAPP
    found = []
    if person.whatsapp is not None and (on_whatsapp or Rung.WHATSAPP not in barred):
        found.append(person.whatsapp)
    if person.call is not None and Rung.CALL not in barred:
        found.append(person.call)
    return found


def _pays_from_the_start(person: Person) -> bool:
    """Their first rung is WhatsApp, or cannot be used, so that the next one starts at once."""
    return (
        Rung.REMIND in person.ladder.barred
        or person.chat is None
        or person.chat.channel == ChannelName.WHATSAPP
    )
