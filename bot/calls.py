"""A phone call step by step: what was pressed -> what is recorded and said; Twilio and the simulator use the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from bot.statuses import note_status
from channels import voice_script as script
from channels.messages import DeliveryState, StatusUpdate
from channels.spoken import spoken_minutes, spoken_moment, spoken_start, spoken_text
from channels.voice_script import CallStep, Heard, KeyPress
from reminders.answering import answer_tap, answer_task
from reminders.rules.answers import TaskTap
from reminders.rules.diary import Slot
from storage import inbound as events
from storage import users
from storage.database import narrow, repeat_on_conflict
from storage.tables import InboundEvent, Task
from storage.vocabulary import Answer, ChannelName, InboundState, TaskStatus

if TYPE_CHECKING:
    from bot.services import Services

_KEYS = {"1": Answer.DONE, "2": Answer.RESCHEDULE, "3": Answer.MISSED, "4": Answer.ON_IT}
_RECORDED = {
    Answer.DONE: "Recorded: {title} is done. Well done. Bye.",
    Answer.MISSED: "Recorded: not today for {title}. We'll find another way. Bye.",
    Answer.ON_IT: "Recorded: you are on it. I'll ask once when the time is over. Bye.",
    Answer.RESCHEDULE: "I found no free time for {title} in the next days. Write to me in the chat when it suits you. Bye.",
}
_STANDING = {
    TaskStatus.DONE: "{title} is already done. Bye.",
    TaskStatus.MISSED: "{title} is already noted as missed. You can still answer in the chat. Bye.",
    TaskStatus.RESCHEDULED: "{title} has already moved to another time. Bye.",
    TaskStatus.CANCELLED: "{title} was cancelled. Bye.",
}
_UNKNOWN = "I can't find that task any more, so there is nothing to answer. Bye."
_SLOT_GONE = "That time is no longer free."
_NO_OTHER = f"{_SLOT_GONE} Please write to me in the chat when it suits you. Bye."


@dataclass(frozen=True)
class Call:
    """One request about one call, with all that answering it needs."""

    services: Services
    session: Session
    task: Task
    call_id: str  # Twilio's CallSid, or the simulator's
    step: CallStep
    action_base: str  # where the next keys go: a URL without query
    now: datetime
    correlation_id: str

    @property
    def zone(self) -> ZoneInfo:
        user = users.get_user(self.session, self.task.user_id)
        return ZoneInfo(user.timezone if user else "UTC")

    @property
    def title(self) -> str:
        return spoken_text(self.task.title)


def call_step(
    services: Services,
    step: CallStep,
    digits: str | None,
    *,
    call_id: str,
    action_base: str,
    now: datetime,
    correlation_id: str,
) -> str:
    """The TwiML that answers one request of a call; `digits` is None when the call has just been picked up."""
    if digits is None:
        _note_picked_up(services, step, call_id, now)

    def transaction() -> str:
        with services.database.service() as session:
            task = _task(session, step.task_id)
            if task is None:
                return script.said(_UNKNOWN)
            narrow(session, task.user_id)
            call = Call(services, session, task, call_id, step, action_base, now, correlation_id)
            return _greeting(call) if digits is None else _pressed(call, _heard(call, digits))

    try:
        return repeat_on_conflict(transaction)
    except (IntegrityError, NoResultFound):  # whoever is on the line has just been erased
        return script.said(_UNKNOWN)


def _note_picked_up(services: Services, step: CallStep, call_id: str, now: datetime) -> None:
    """Who asks what to say has been called, even if nobody could tell us so yet: nothing looks for this call any more."""
    with suppress(ValueError):
        attempt = UUID(step.attempt)
        note_status(services, StatusUpdate(ChannelName.CALL, call_id, DeliveryState.ANSWERED, attempt), now)


def _task(session: Session, task_id: str) -> Task | None:
    try:
        return session.get(Task, UUID(task_id))
    except ValueError:
        return None


def _greeting(call: Call) -> str:
    standing = _STANDING.get(TaskStatus(call.task.status))
    if standing:
        return script.said(standing.format(title=call.title))
    return script.menu(_prompt(call), call.step.url(call.action_base))


def _prompt(call: Call) -> str:
    """The words of the menu the call stands at."""
    if call.step.menu == "slots":
        today = call.now.astimezone(call.zone).date()
        moments = [spoken_moment(at.astimezone(call.zone), today) for at in _offered(call)]
        return script.slots_prompt(moments)
    start, today = call.task.scheduled_at.astimezone(call.zone), call.now.astimezone(call.zone).date()
    return script.menu_prompt(
        call.task.title, spoken_minutes(call.task.duration_minutes), spoken_start(start, today)
    )


def _heard(call: Call, digits: str) -> KeyPress:
    return script.hear(call.step, digits, len(_offered(call)) if call.step.menu == "slots" else 0)


def _pressed(call: Call, press: KeyPress) -> str:
    match press.heard:
        case Heard.GIVE_UP:
            return script.said(script.GOODBYE)
        case Heard.REPEAT:
            return script.menu(_prompt(call), press.step.url(call.action_base))
        case Heard.WRONG:
            named = script.wrong_key(press.key)
            return script.menu(_prompt(call), press.step.url(call.action_base), before=named)
        case Heard.ANSWER:
            return _once(call, press.key)


def _once(call: Call, key: str) -> str:
    """Carry a key out once: the same key at the same place of the same call gets the same TwiML again."""
    step = call.step
    name = f"{call.call_id}:{step.menu}:{step.silences}:{step.wrongs}:{key}"
    event_id = events.record(
        call.session,
        channel=ChannelName.CALL,
        sender=call.call_id,
        external_id=name,
        payload={"task_id": str(call.task.id), "key": key, "menu": step.menu},
        received_at=call.now,
        correlation_id=call.correlation_id,
        user_id=call.task.user_id,
    )
    if event_id is None:
        return str(_replies(call.session, InboundEvent.external_id == name)["twiml"])
    replies = _move_to_slot(call, int(key)) if step.menu == "slots" else _answer(call, _KEYS[key])
    event = call.session.get_one(InboundEvent, event_id)
    event.replies, event.state, event.handled_at = replies, InboundState.DONE, call.now
    return str(replies["twiml"])


def _answer(call: Call, answer: Answer) -> dict[str, Any]:
    outcome = answer_task(
        call.session, call.task.user_id, call.task.id, answer, call.now, source=ChannelName.CALL
    )
    task = outcome.task or call.task
    if outcome.kind in ("already", "stale", "unknown"):
        standing = _STANDING.get(TaskStatus(task.status), "That is already recorded. Bye.")
        return {"twiml": script.said(standing.format(title=call.title))}
    if answer == Answer.RESCHEDULE and outcome.offers:
        return _offer(call, outcome.offers, call.step.offering_slots())
    return {"twiml": script.said(_RECORDED[answer].format(title=call.title))}


def _offer(call: Call, slots: Sequence[Slot], step: CallStep, before: str = "") -> dict[str, Any]:
    """The second menu; the slots on offer stay with the event, so that the next key means what was said."""
    today = call.now.astimezone(call.zone).date()
    starts = [slot.start for slot in slots[:2]]
    moments = [spoken_moment(at.astimezone(call.zone), today) for at in starts]
    return {
        "twiml": script.menu(script.slots_prompt(moments), step.url(call.action_base), before),
        "offers": [int(at.timestamp()) for at in starts],
    }


def _move_to_slot(call: Call, number: int) -> dict[str, Any]:
    start = _offered(call)[number - 1]
    tap = TaskTap(call.task.id, call.task.version, "move", f"{start.timestamp():.0f}o")
    outcome = answer_tap(call.session, call.task.user_id, tap, call.now, source=ChannelName.CALL)
    if outcome.offers:  # counted as a wrong key, so that the keys of this second offer are new ones
        return _offer(call, outcome.offers, replace(call.step, wrongs=call.step.wrongs + 1), _SLOT_GONE)
    if outcome.kind != "recorded":
        return {"twiml": script.said(_NO_OTHER)}
    moment = spoken_moment(start.astimezone(call.zone), call.now.astimezone(call.zone).date())
    return {"twiml": script.said(f"Moved: {call.title}, {moment}. Bye.")}


def _offered(call: Call) -> list[datetime]:
    """The times the second menu of this call named; none when it was never reached."""
    replies = _replies(
        call.session, InboundEvent.sender == call.call_id, InboundEvent.replies.has_key("offers")
    )
    return [datetime.fromtimestamp(seconds, UTC) for seconds in replies.get("offers", ())]


def _replies(session: Session, *conditions: Any) -> dict[str, Any]:
    found = session.scalar(
        select(InboundEvent.replies)
        .where(InboundEvent.channel == ChannelName.CALL, *conditions)
        .order_by(InboundEvent.seq.desc())
        .limit(1)
    )
    return found or {}
