"""The phone simulator: a page, and the endpoints through which its person speaks, taps, answers and moves the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Blueprint, Response, jsonify, render_template, request
from pydantic import Field

from bot import inbound
from bot import simulated_call as calls
from bot.clock import ShiftedClock
from bot.simulation import advance, next_event
from channels.messages import Address, InboundMessage, OutboundMessage
from channels.simulator import PhoneStore, tapped, typed
from reminders.rules.answers import parse_tap
from storage.database import narrow
from storage.vocabulary import ChannelName
from web import simulator_person as people
from web.api.endpoint import Fields, Text, read_body
from web.context import correlation_id, now, services
from web.errors import ApiError, not_found
from web.limits import SIMULATOR, limiter
from web.push_page import answer_push, page_url
from web.simulator_person import Holder

log = structlog.get_logger()

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")
limiter.limit(SIMULATOR)(blueprint)

_STEPS = {"60": timedelta(minutes=1), "600": timedelta(minutes=10), "day": timedelta(days=1)}
MOVING = "move the clock"
_LAST_EVENT = 2**53  # what JavaScript can count to
Chat = Literal["telegram", "whatsapp"]


class Said(Fields):
    channel: Chat
    text: Annotated[Text, Field(min_length=1, max_length=10_000)]


class Tapped(Fields):
    channel: Chat
    choice: str = Field(max_length=64)
    message_ref: str = Field(max_length=100)


class PushTapped(Fields):
    id: str
    choice: str = Field(max_length=64)


class PushOpened(Fields):
    id: str


class InCall(Fields):
    call_id: str = Field(max_length=64)
    act: Literal["answer", "digits", "silence", "decline"]
    digits: str | None = Field(default=None, pattern=r"^[0-9*#]$")


class Moved(Fields):
    move: Literal["60", "600", "next", "day", "real"]


@blueprint.before_request
def only_this_page() -> None:
    """A post must come from our own page: it carries a header that a form or another site cannot send."""
    if request.method != "POST":
        return
    origin = request.headers.get("Origin")
    if request.headers.get("X-Flux-Phone") != "1" or (origin and urlsplit(origin).netloc != request.host):
        raise ApiError(403)


@blueprint.get("")
def page() -> str:
    return render_template("simulator.html")


@blueprint.get("/api/state")
def state() -> Response:
    """Everything that happened after event number `after`, and how things stand."""
    after = request.args.get("after", default=0, type=int)
    with services().database.service() as session:
        person = people.holder(session, services().redis)
    calls.end_overdue(services(), _phones(), person.addresses, now())
    with services().database.service() as session:
        events = _phones().events(person.addresses, after=min(max(after, 0), _LAST_EVENT))
        typing = people.typing(session, person.addresses)
        reached = people.reached(session, person.user)
        coming = people.what_next(session, person.user, now())
    clock = _clock(person, coming)
    told = {"events": events, "latest": _phones().latest()}
    return jsonify(told | {"clock": clock, "typing": typing, "reached": reached})


@blueprint.post("/api/say")
def say() -> Response:
    body = read_body(Said)
    people.note_number(services().redis, body.text)
    message = typed(_sender(body.channel), body.text, now())
    answer = _through_the_door(message)
    if words := people.PROVIDER_SAYS.get(message.kind):
        _phones().show(message.sender, OutboundMessage(words), words, now())
    return answer


@blueprint.post("/api/tap")
def tap() -> Response:
    body = read_body(Tapped)
    return _through_the_door(tapped(_sender(body.channel), body.choice, body.message_ref, now()))


@blueprint.post("/api/push")
def push() -> Response:
    """A notification's button, through the function that a real service worker's answer ends in."""
    body = read_body(PushTapped)
    meant = parse_tap(body.choice)
    if meant is None:
        raise ApiError(422)
    with services().database.service() as session:
        user = people.holder(session, services().redis).user
        if user is None:
            raise not_found()
        narrow(session, user.id)
        outcome = answer_push(session, user.id, meant, now())
    return jsonify({"text": outcome.text})


@blueprint.post("/api/push/open")
def push_open() -> Response:
    body = read_body(PushOpened)
    with services().database.service() as session:
        person = people.holder(session, services().redis)
    address = person.address(ChannelName.PUSH)
    shown = _phones().events([address]) if address else []
    task_id = next((one.get("task_id") for one in shown if one["id"] == body.id), None)
    if person.user is None or task_id is None:
        raise not_found()
    return jsonify({"url": page_url(person.user.id, UUID(task_id), now())})


@blueprint.post("/api/call")
def call() -> Response:
    body = read_body(InCall)
    with services().database.service() as session:
        person = people.holder(session, services().redis)
    ringing = calls.find(_phones(), person.addresses, body.call_id)
    if ringing is None:
        raise not_found()
    try:
        calls.act(services(), _phones(), ringing, body.act, body.digits or "", now(), correlation_id())
    except calls.CallError as error:
        raise ApiError(409, str(error)) from error
    return jsonify({})


@blueprint.post("/api/clock")
def clock() -> Response:
    """Move the installation's clock; what falls due on the way happens before this answers."""
    body = read_body(Moved)
    moved = services().clock
    if not isinstance(moved, ShiftedClock):
        raise ApiError(409, "This installation's clock cannot be moved.")
    with services().database.service() as session:
        people.allow_push(session, now())
    with services().database.alone(MOVING) as free:
        if not free:
            raise ApiError(409, "The clock is already moving.")
        _move(moved, body.move)
    return jsonify({"now": moved.now().isoformat()})


def _move(moved: ShiftedClock, how: str) -> None:
    match how:
        case "real":
            moved.reset()
        case "next":
            due = next_event(services())
            if due is None:
                raise ApiError(409, "Nothing is planned yet.")
            advance(services(), moved, max(due, moved.now()))
        case _:
            advance(services(), moved, moved.now() + _STEPS[how])


def _through_the_door(message: InboundMessage) -> Response:
    """The way of every message: shown on the phone, stored, left to a worker."""
    with services().database.service() as session:
        people.allow_push(session, now())
    _phones().heard(message)
    inbound.receive(services(), message, correlation_id())
    return jsonify({})


def _sender(channel: Chat) -> Address:
    if channel == people.ME.channel:
        return people.ME
    with services().database.service() as session:
        found = people.holder(session, services().redis).address(channel)
    if found is None:
        raise ApiError(409, "WhatsApp needs your number first: give it to Flux in the Telegram chat.")
    return found


def _clock(person: Holder, coming: str | None) -> dict[str, Any]:
    shown = services().clock
    real = shown.to_real(now())
    ahead = now() - real
    return {
        "now": now().isoformat(),
        "zone": person.zone,
        "real": abs(ahead) < timedelta(seconds=1),
        "ahead": _in_words(ahead),
        "next": coming,
    }


def _in_words(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(part for part in parts if part) or "less than a minute"


def _phones() -> PhoneStore:
    phones = services().phones
    if phones is None:
        raise not_found()
    return phones
