"""A simulated person with a phone, for the demo and for stories: says, taps, answers calls, and reads what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot import inbound, simulated_call
from bot.simulation import carry_out, next_event
from channels.messages import Address, InboundMessage
from channels.simulator import PhoneStore, tapped, typed
from reminders.answering import answer_task
from storage import users
from storage.profile import normalise_phone
from storage.tables import Task, User
from storage.vocabulary import Answer, ChannelName

if TYPE_CHECKING:
    from bot.clock import ManualClock
    from bot.services import Services

Event = dict[str, Any]
Hears = Callable[[Event], None]


def _ignore(_: Event) -> None:
    pass


class DidNotHappenError(AssertionError):
    """The life went another way than it should: what was expected, and what the phone showed instead."""


@dataclass
class Person:
    """Lives on the simulated phone of `address`. Every act goes through the same door as a real message."""

    services: Services
    clock: ManualClock
    phones: PhoneStore
    address: Address
    on_event: Hears = _ignore
    seen: list[Event] = field(default_factory=list)
    _marks: dict[Address, int] = field(default_factory=dict)

    # ---------------------------------------------------------------- acts

    def says(self, text: str, channel: str | None = None) -> list[Event]:
        sender = self.address if channel is None else self._other(channel)
        return self._do(typed(sender, text, self.clock.now()))

    def sends(self, message: InboundMessage) -> list[Event]:
        """Anything that is not typed: a photo, a forwarded text."""
        return self._do(message)

    def taps(self, label: str) -> list[Event]:
        """Tap the newest button whose label begins with these words."""
        event, choice = self._button(label)
        sender = Address(event["channel"], event["address"])
        tap = tapped(sender, choice["data"], event["id"], self.clock.now())
        return self._do(tap, shown=replace(tap, text=f"[{choice['label']}]"))

    def taps_first(self) -> list[Event]:
        """Tap the first button of the newest message that has any."""
        event = next((event for event in reversed(list(_current(self.seen))) if event.get("rows")), None)
        if event is None:
            raise DidNotHappenError(f"no button on the phone:\n{self.transcript()}")
        return self.taps(event["rows"][0][0]["label"])

    def presses(self, ringing: Event, digits: str) -> list[Event]:
        """Pick up the ringing call and press keys."""
        call = simulated_call.find(self.phones, self._addresses(), ringing["call_id"])
        if call is None:
            raise DidNotHappenError("nobody is calling")
        if not self.services.redis.exists(simulated_call.step_key(call.call_id)):
            self._in_call(call, "answer")
        for key in digits:
            self._in_call(call, "digits", key)
        return self.reads()

    def _in_call(self, call: simulated_call.Ringing, act: str, key: str = "") -> None:
        now = self.clock.now()
        simulated_call.act(self.services, self.phones, call, act, key, now, f"call-{call.call_id}")

    def answers(self, task: Task, answer: Answer) -> None:
        """Answer without anything on the phone, as a program with a token would."""
        with self.services.database.service() as session:
            answer_task(session, task.user_id, task.id, answer, self.clock.now(), source=ChannelName.API)

    def _do(self, message: InboundMessage, shown: InboundMessage | None = None) -> list[Event]:
        self.phones.heard(shown or message)
        event_id = inbound.receive(self.services, message)
        if event_id is None:
            raise DidNotHappenError("the message was taken for a duplicate")
        inbound.handle(self.services, event_id)
        return self.reads()

    def waits_until(self, moment: datetime) -> list[Event]:
        """Let time pass; whatever falls due on the way happens at its own time."""
        start = len(self.seen)
        while (due := next_event(self.services)) is not None and due < moment:
            self.clock.move_to(max(due, self.clock.now()))
            self._lets_happen()
        self.clock.move_to(moment)
        self._lets_happen()
        return self.seen[start:]

    def _lets_happen(self) -> None:
        for event_id in carry_out(self.services):
            inbound.handle(self.services, event_id)
        self.reads()

    def waits(self, **length: float) -> list[Event]:
        return self.waits_until(self.clock.now() + timedelta(**length))

    def waits_for(self, kind: str, within: timedelta = timedelta(days=8), **wanted: str) -> Event:
        """Let time pass until the phone shows an event of this kind with these fields; at most `within`."""
        limit = self.clock.now() + within
        for _ in range(1000):
            due = next_event(self.services)
            if due is None or due > limit:
                break
            for event in self.waits_until(max(due, self.clock.now())):
                if event["kind"] == kind and all(event.get(key) == value for key, value in wanted.items()):
                    return event
        raise DidNotHappenError(
            f"no {kind} {wanted or ''} within {within}; the phone showed:\n{self.transcript()}"
        )

    # ---------------------------------------------------------------- what the phone shows

    def reads(self) -> list[Event]:
        """What is new on the phone, over all of the person's addresses."""
        new: list[Event] = []
        for (
            address
        ) in self._addresses():  # each has its own mark: a number can become theirs later than its SMS
            events = self.phones.events([address], after=self._marks.get(address, 0))
            self._marks[address] = max(
                (event["seq"] for event in events), default=self._marks.get(address, 0)
            )
            new += events
        new.sort(key=lambda event: int(event["seq"]))
        self.seen += new
        for event in new:
            self.on_event(event)
        if _numbers(new):
            return new + self.reads()  # a code may have come to the number that was typed
        return new

    def shown(self, kind: str) -> Event:
        """The newest event of this kind that is already on the phone."""
        found = next((event for event in reversed(self.seen) if event["kind"] == kind), None)
        if found is None:
            raise DidNotHappenError(f"no {kind} on the phone:\n{self.transcript()}")
        return found

    def shows_button(self, label: str) -> bool:
        """Whether the newest message with buttons has one that begins with these words."""
        event = next((event for event in reversed(list(_current(self.seen))) if event.get("rows")), None)
        labels = [choice["label"] for row in (event or {}).get("rows", []) for choice in row]
        return any(str(one).startswith(label) for one in labels)

    def user(self) -> User:
        with self.services.database.service() as session:
            user = users.find_by_address(session, self.address.channel, self.address.value)
        if user is None:
            raise DidNotHappenError("nobody is known at this address yet")
        return user

    def transcript(self, last: int = 12) -> str:
        return "\n".join(
            f"[{event['channel']} {event['kind']}] {event.get('text', '')}" for event in self.seen[-last:]
        )

    def last_text(self) -> str:
        """The newest message, whatever the channel."""
        return str(next(event["text"] for event in reversed(self.seen) if event["kind"] == "message"))

    def _addresses(self) -> list[Address]:
        known = [self.address]
        with self.services.database.service() as session:
            user = users.find_by_address(session, self.address.channel, self.address.value)
            if user is None:
                return known
            known += [Address(i.channel, i.value) for i in users.identities(session, user.id)]
            number = users.preferences_of(user).phone_number
            pending = _numbers(self.seen)
        known += [Address("sms", value) for value in {number, *pending} if value]
        return list(dict.fromkeys(known))

    def _other(self, channel: str) -> Address:
        found = next((address for address in self._addresses() if address.channel == channel), None)
        if found is None:
            raise DidNotHappenError(f"the person has no {channel} address")
        return found

    def _button(self, label: str) -> tuple[Event, dict[str, str]]:
        for event in reversed(list(_current(self.seen))):
            for row in event.get("rows") or []:
                for choice in row:
                    if str(choice["label"]).startswith(label):
                        return event, choice
        raise DidNotHappenError(f"no button {label!r} on the phone:\n{self.transcript()}")


def _current(seen: Sequence[Event]) -> Iterator[Event]:
    """Messages as they look now: an edit takes the place of what it replaces, buttons and all."""
    newest = {event["id"]: event for event in seen if event["kind"] == "message"}
    for event in seen:
        if event["kind"] == "message" and newest[event["id"]] is event:
            yield event


def _numbers(seen: Sequence[Event]) -> list[str]:
    """Phone numbers the person has typed: a code may come to them before they are proven."""
    typed_texts = (str(event.get("text") or "") for event in seen if event["kind"] == "inbound")
    return [number for text in typed_texts if (number := normalise_phone(text))]
