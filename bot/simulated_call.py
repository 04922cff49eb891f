"""The simulated phone call: the same TwiML as a real one, its words shown and its keys pressed on the phone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID
from xml.etree import ElementTree

from bot.calls import call_step
from bot.statuses import note_status
from channels.messages import Address, DeliveryState, StatusUpdate
from channels.sim_phone import Event
from channels.simulator import PhoneStore
from channels.voice_script import CallStep
from storage.vocabulary import ChannelName

if TYPE_CHECKING:
    from bot.services import Services

_STEP = "flux:sim:step:"  # call id -> the URL its next keys go to
_STEP_LIVES = 3600
_RINGS = timedelta(minutes=1)
_LONGEST = timedelta(minutes=3)  # as for a real call


@dataclass(frozen=True, slots=True)
class Ringing:
    call_id: str
    address: Address
    task_id: str
    attempt_id: str | None

    @property
    def step(self) -> CallStep:
        return CallStep(task_id=self.task_id, attempt=self.attempt_id or "")


class CallError(Exception):
    """What cannot be done in this call, in words for whoever holds the phone."""


def find(phones: PhoneStore, addresses: Sequence[Address], call_id: str) -> Ringing | None:
    """The call of that id on one of these addresses."""
    lines = [address for address in addresses if address.channel == ChannelName.CALL]
    for event in phones.events(lines):
        if event.get("call_id") == call_id and event.get("state") == "ringing":
            return _ringing(event)
    return None


def end_overdue(services: Services, phones: PhoneStore, addresses: Sequence[Address], now: datetime) -> None:
    """Nobody picks up for ever: a call that has rung or talked for too long ends by itself."""
    lines = [address for address in addresses if address.channel == ChannelName.CALL]
    for event in phones.events(lines):
        if event.get("state") != "ringing" or not phones.is_live(event["call_id"]):
            continue
        call = _ringing(event)
        talking = bool(services.redis.exists(step_key(call.call_id)))
        if now - datetime.fromisoformat(event["at"]) > (_LONGEST if talking else _RINGS):
            _end(services, phones, call, "finished" if talking else "missed", now)
            _report(services, call, DeliveryState.COMPLETED if talking else DeliveryState.NO_ANSWER, now)


def _ringing(event: Event) -> Ringing:
    address = Address(event["channel"], event["address"])
    return Ringing(event["call_id"], address, str(event.get("task_id")), event.get("attempt_id"))


def act(
    services: Services,
    phones: PhoneStore,
    call: Ringing,
    what: str,
    digits: str,
    now: datetime,
    correlation_id: str,
) -> None:
    """Answer, press a key, stay silent or hang up. Raises CallError when the call is over."""
    if not phones.is_live(call.call_id):
        raise CallError("That call has ended.")
    match what:
        case "answer":
            phones.call(call.address, call.call_id, "answered", now)
            _report(services, call, DeliveryState.ANSWERED, now)
            _hear(services, phones, call, call.step, None, now, correlation_id)
        case "decline":
            talking = services.redis.exists(step_key(call.call_id))
            _end(services, phones, call, "hung up" if talking else "declined", now)
            _report(services, call, DeliveryState.COMPLETED if talking else DeliveryState.BUSY, now)
        case _:
            if digits:
                phones.call(call.address, call.call_id, "pressed", now, digits=digits)
            step = _kept_step(services, call)
            _hear(services, phones, call, step, digits, now, correlation_id)


def _hear(
    services: Services,
    phones: PhoneStore,
    call: Ringing,
    step: CallStep,
    digits: str | None,
    now: datetime,
    correlation_id: str,
) -> None:
    """Ask for the next TwiML and do what it says, as a telephone would."""
    twiml = call_step(
        services,
        step,
        digits,
        call_id=call.call_id,
        action_base="/call",
        now=now,
        correlation_id=correlation_id,
    )
    words, action = _read(twiml)
    phones.call(call.address, call.call_id, "said", now, text=words)
    if action is None:
        _end(services, phones, call, "finished", now)
        _report(services, call, DeliveryState.COMPLETED, now)
    else:
        services.redis.set(step_key(call.call_id), json.dumps(action), ex=_STEP_LIVES)


def _read(twiml: str) -> tuple[str, str | None]:
    """(everything said, where keys go) of a TwiML document of our own making."""
    root = ElementTree.fromstring(twiml)  # noqa: S314 - written by channels.voice_script a moment ago
    gather = root.find("Gather")
    words = " ".join(said.text or "" for said in root.iter("Say"))
    return words, gather.get("action") if gather is not None else None


def _kept_step(services: Services, call: Ringing) -> CallStep:
    kept: Any = services.redis.get(step_key(call.call_id))
    if kept is None:
        raise CallError("Answer the call first.")
    query = urlsplit(json.loads(kept)).query
    return CallStep.of(dict(parse_qsl(query, keep_blank_values=True)))


def _end(services: Services, phones: PhoneStore, call: Ringing, reason: str, now: datetime) -> None:
    services.redis.delete(step_key(call.call_id))
    phones.call(call.address, call.call_id, "ended", now, reason=reason)


def _report(services: Services, call: Ringing, state: DeliveryState, now: datetime) -> None:
    attempt = UUID(call.attempt_id) if call.attempt_id else None
    note_status(services, StatusUpdate(ChannelName.CALL, call.call_id, state, attempt), now)


def step_key(call_id: str) -> str:
    """The Redis key that is there while somebody is on the line."""
    return _STEP + call_id
