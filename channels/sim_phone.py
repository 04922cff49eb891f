"""The simulated phone's memory: one capped Redis stream per address, read in one order over all of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from channels.messages import Address, InboundMessage, OutboundMessage
from channels.text import clean

if TYPE_CHECKING:
    from redis import Redis

Event = dict[str, Any]
PREFIX = "flux:sim:"
COUNTER = PREFIX + "seq"
KEPT = 500
LONGEST_CALL = 3600  # seconds of real time: a call nobody ended is forgotten after that
# One step, so that numbers grow with the order of entries even when several processes write at once.
_APPEND = """
local seq = redis.call('INCR', KEYS[2])
redis.call('PERSIST', KEYS[1])
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], seq .. '-1', 'event', ARGV[1])
return seq
"""


class PhoneStore:
    """What simulated phones have shown, said and been told. Reading never blocks; every write returns at once."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._append = redis.register_script(_APPEND)

    def events(self, addresses: Iterable[Address], after: int = 0) -> list[Event]:
        """The events of these addresses with a seq above `after`, in order."""
        found: list[Event] = []
        for address in addresses:
            for key, fields in self._entries(address, after):
                event: Event = json.loads(_field(fields, "event"))
                found.append(event | {"seq": int(_text(key).partition("-")[0])})
        return sorted(found, key=lambda event: int(event["seq"]))

    def latest(self) -> int:
        """The highest seq given out; lower than one seen before only when Redis has lost its memory."""
        return int(self._redis.get(COUNTER) or 0)

    def add(self, address: Address, event: Event) -> int:
        """Appends one event and returns its seq."""
        whole = {"channel": address.channel, "address": address.value} | event
        return int(self._append(keys=[stream(address), COUNTER], args=[json.dumps(whole), KEPT]))

    def show(self, to: Address, message: OutboundMessage, text: str, now: datetime) -> str:
        """A message appears, or replaces the one it edits; returns its id."""
        shown = message.edits or f"{to.channel}-{uuid4().hex}"
        event = _message_event(message, text, now) | {"kind": "message", "id": shown}
        self.add(to, event | {"replaces": message.edits})
        return shown

    def heard(self, message: InboundMessage) -> None:
        """Echoes what the person typed or tapped, so that the page shows it in its place."""
        event = {
            "kind": "inbound",
            "id": message.external_id,
            "text": message.text,
            "choice": message.choice,
            "message_ref": message.message_ref,
            "at": message.received_at.isoformat(),
        }
        self.add(message.sender, event)

    def ring(self, to: Address, message: OutboundMessage, now: datetime) -> str:
        """The phone rings; returns the call's id."""
        call_id = f"call-{uuid4().hex}"
        event = _message_event(message, clean(message.text), now)
        event |= {"kind": "call", "state": "ringing", "id": call_id, "call_id": call_id}
        self._redis.set(call_key(call_id), json.dumps([to.channel, to.value]), ex=LONGEST_CALL)
        self.add(to, event)
        return call_id

    def call(self, to: Address, call_id: str, state: str, now: datetime, **said: str) -> None:
        """What happens in a call: state answered, said (text=), pressed (digits=) or ended (reason=)."""
        if state == "ended":
            self._redis.delete(call_key(call_id))
        event = {"kind": "call", "state": state, "id": call_id, "call_id": call_id, "at": now.isoformat()}
        self.add(to, event | said)

    def hang_up(self, call_id: str) -> None:
        """Ends a call from our side, whether it still rings or is being answered."""
        found = self._redis.getdel(call_key(call_id))  # whoever takes it ends the call, once
        if found is None:
            return
        channel, value = json.loads(_text(found))
        event = {"kind": "call", "state": "ended", "id": call_id, "call_id": call_id, "at": None}
        self.add(Address(channel, value), event | {"reason": "cancelled"})

    def is_live(self, call_id: str) -> bool:
        """Whether the call was begun and has not ended."""
        return bool(self._redis.exists(call_key(call_id)))

    def forget(self, address: Address) -> None:
        """Erases whatever is kept about this address, codes sent to its number included."""
        calls = [call_key(event["call_id"]) for event in self.events([address]) if event["kind"] == "call"]
        number = Address("sms", address.value)
        self._redis.delete(stream(address), stream(number), code_key(address.value), *calls)

    def fade(self, address: Address, seconds: int) -> None:
        """What an address shows disappears by itself, unless something new comes in."""
        self._redis.expire(stream(address), seconds)

    def numbers_typed(self, address: Address) -> set[str]:
        """Numbers named on this phone, proven or not: codes may have come to them."""
        return {_text(number) for number in self._redis.smembers(numbers_key(address))}

    def _entries(self, address: Address, after: int) -> list[Any]:
        return list(self._redis.xrange(stream(address), min=f"{after + 1}-0") or [])


def stream(address: Address) -> str:
    """The Redis key of an address's stream."""
    return f"{PREFIX}{address.channel}:{address.value}"


def call_key(call_id: str) -> str:
    """The Redis key that is there as long as a call is."""
    return f"{PREFIX}call-now:{call_id}"


def code_key(number: str) -> str:
    """The Redis key of the code that was sent to a number."""
    return f"{PREFIX}otp:{number}"


def numbers_key(address: Address) -> str:
    """The Redis key of what was typed as a number on a phone: a code may come there before it is proven."""
    return f"{PREFIX}numbers:{address.value}"


def _message_event(message: OutboundMessage, text: str, now: datetime) -> Event:
    document = message.document
    return {
        "at": now.isoformat(),
        "text": text,
        "title": clean(message.title) if message.title else None,
        "rows": [[{"label": clean(c.label), "data": c.data} for c in row] for row in message.choices],
        "task_id": str(message.task_id) if message.task_id else None,
        "attempt_id": str(message.attempt_id) if message.attempt_id else None,
        "silent": message.silent,
        "document": document
        and {
            "filename": document.filename,
            "media_type": document.media_type,
            "content": base64.b64encode(document.content).decode(),
        },
        "photo": base64.b64encode(message.photo).decode() if message.photo else None,
    }


def _field(fields: Mapping[Any, Any], name: str) -> str:
    return _text(fields[name] if name in fields else fields[name.encode()])


def _text(value: str | bytes) -> str:
    """Redis answers in bytes or text, depending on how its client was made."""
    return value.decode() if isinstance(value, bytes) else value
