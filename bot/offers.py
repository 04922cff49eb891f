"""What we offered last: a bare number means its line, and a tapped message keeps the answer instead of its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from agents.offline.titles import title_of
from bot import wire
from channels.messages import Choice, InboundKind, InboundMessage, OutboundMessage
from reminders.answering import open_reminders
from reminders.miss_notes import about_a_miss
from reminders.people import rhythm_of
from reminders.rules.answers import parse_bare
from reminders.rules.when import read_when
from reminders.wording import place_rows
from storage import deliveries, inbound
from storage.tables import InboundEvent, Task, User
from storage.vocabulary import Answer, ChannelName, Rung, Stage, TriggerType

_PATTERN = re.compile(r"p:([0-9a-f]{32}):")
_MOVE = re.compile(
    r"(t:[0-9a-f]{32}:\d+:move:)(\d+)(s?)"
)  # a free time on offer, maybe for a smaller version
_NTH = re.compile(
    r"\W*(?:ok(?:ay)?,? )?(?:let'?s (?:do|take) |i(?:'?d|'ll)? (?:like|take|prefer) )?(?:the )?(first|1st|second|2nd|third|3rd|last)(?: one| time| slot)?(?:,? please)?\W*",
    re.I,
)
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": -1}
_YES = re.compile(
    r"(?:yes|yep|yeah|sure|ok(?:ay)?|fine|please do|do that)(?:,? (?:please|thanks|put it there|do that))*"
)
_LONGEST_LABEL = 60
_NUMBERED = (ChannelName.WHATSAPP, ChannelName.CONSOLE)  # there buttons are numbered lines
_KEYS = (
    "1",
    "2",
    "3",
)  # done, another time, not at all: the first three lines under a reminder, whatever it is


def numbered_choice(session: Session, user: User, event: InboundEvent, message: InboundMessage) -> str | None:
    """The payload of the offer that a typed number, or a typed label, means; None unless the newest thing said here is ours.

    A reminder that came after the offer takes it back: 1 is "done" again. What the conversation asks, it numbers
    itself.
    """
    if message.kind != InboundKind.TEXT or len(message.text) > _LONGEST_LABEL:
        return None
    choices = on_offer(session, user, event)
    if not choices and (noted := _miss_note(session, user, event)):
        if message.text.strip().isdigit() and not _means_a_line(session, user, message, noted):
            return None
        return _about_the_miss(message, noted.choices, user.timezone)
    if not choices and message.text.strip().isdigit():
        asked = _place_question(session, user, event)
        choices = asked.choices if asked and _means_a_line(session, user, message, asked) else ()
    choice = _typed(message.text, choices) or _time_in_words(message, choices, user.timezone)
    return choice if choice and choice.startswith(("t:", "p:", "g:")) else None


def on_offer(session: Session, user: User, event: InboundEvent) -> Sequence[Choice]:
    """The buttons under the newest thing said here; none when a reminder came after it."""
    before = inbound.answered_before(session, event)
    if before is None or before.handled_at is None:
        return ()
    noticed_at = deliveries.newest_notice_at(session, user.id)
    if noticed_at is not None and noticed_at > before.handled_at:
        return ()
    offered = _last_said(before)
    return offered.flat_choices if offered else ()


def answers_conversation(session: Session, user: User, event: InboundEvent, message: InboundMessage) -> bool:
    """Whether a bare number means a line of a question that the conversation asked after the newest reminder.

    A lone button ("Undo") is no question: the number is for the reminder then.
    """
    before = inbound.answered_before(session, event)
    said = _last_said(before) if before is not None else None
    if said is None or before is None or before.handled_at is None or not message.text.strip().isdigit():
        return False
    noticed_at = deliveries.newest_notice_at(session, user.id)
    choice = _typed(message.text, said.flat_choices)
    is_newest = noticed_at is None or noticed_at <= before.handled_at
    return is_newest and choice is not None and choice.startswith("c:") and len(said.flat_choices) > 1


def bare_answer(
    session: Session, user: User, event: InboundEvent, message: InboundMessage, now: datetime
) -> Answer | None:
    """What "yes" or "1h" answers, when one reminder is open and it is the newest thing said."""
    if message.kind != InboundKind.TEXT:
        return None
    noticed_at = deliveries.newest_notice_at(session, user.id)
    before = inbound.answered_before(session, event)
    spoke_at = before.handled_at if before is not None else None
    if noticed_at is None or (spoke_at is not None and spoke_at > noticed_at):
        return None
    open_ones = open_reminders(session, user.id, now)
    return (
        parse_bare(message.text, asked_how=open_ones[0].stage == Stage.ASKED) if len(open_ones) == 1 else None
    )


def open_pattern(session: Session, user: User, event: InboundEvent) -> UUID | None:
    """The pattern that the newest thing said here asks about, or speaks of; None when it was something else."""
    before = inbound.answered_before(session, event)
    notice = deliveries.newest_notice(session, user.id)
    spoke_at = before.handled_at if before else None
    if notice is not None and (spoke_at is None or notice[0] > spoke_at):
        return UUID(hex=notice[1]) if notice[1] else None
    said = _last_said(before) if before else None
    found = [_PATTERN.match(one.data) for one in said.flat_choices] if said else []
    return next((UUID(hex=one[1]) for one in found if one), None)


def _typed(text: str, choices: Sequence[Choice]) -> str | None:
    """The button whose place or label was typed."""
    number = text.strip()
    if number.isascii() and number.isdigit() and len(number) <= 2:
        return choices[int(number) - 1].data if 1 <= int(number) <= len(choices) else None
    said = number.strip(" .!").casefold()
    return next((choice.data for choice in choices if choice.label.casefold() == said), None)


@dataclass(frozen=True, slots=True)
class _Read:
    """The newest thing the person has read, when a reminder was about one task: its buttons, and where it stands."""

    task: Task
    channel: str
    choices: Sequence[Choice]


def _newest_read(session: Session, user: User, event: InboundEvent, rung: Rung) -> tuple[Task, str] | None:
    """Its task and its channel, when that is the newest thing the person has read."""
    newest, before = deliveries.newest_about(session, user.id, rung), inbound.answered_before(session, event)
    if newest is None or (before and before.handled_at and before.handled_at > newest[0]):
        return None
    return session.get_one(Task, newest[1]), newest[2]


def _miss_note(session: Session, user: User, event: InboundEvent) -> _Read | None:
    """The note about a miss."""
    read = _newest_read(session, user, event, Rung.MISS_NOTE)
    if read is None:
        return None
    note = about_a_miss(session, read[0], rhythm_of(session, user), event.received_at)
    return _Read(*read, note.flat_choices)


def _place_question(session: Session, user: User, event: InboundEvent) -> _Read | None:
    """ "Are you at the shop yet?", whose second answer is "not yet"."""
    read = _newest_read(session, user, event, Rung.REMIND)
    if read is None or read[0].trigger_type != TriggerType.LOCATION:
        return None
    return _Read(*read, [one for row in place_rows(read[0]) for one in row])


def _means_a_line(session: Session, user: User, message: InboundMessage, read: _Read) -> bool:
    """Where the lines are numbered, a number is one of them; elsewhere the keys of every channel, if nothing else is open."""
    if message.sender.channel in _NUMBERED and message.sender.channel == read.channel:
        return True
    others = open_reminders(session, user.id, message.received_at)
    return message.text.strip() in _KEYS and all(one.id == read.task.id for one in others)


def _about_the_miss(message: InboundMessage, choices: Sequence[Choice], zone: str) -> str | None:
    """A label or its number, yes to the spare time, or a time of their own."""
    said = message.text.strip(" .!").casefold()
    spare = next((one.data for one in choices if _MOVE.match(one.data)), None)
    if spare and _YES.fullmatch(said):
        return spare
    again = next((choice.data for choice in choices if choice.data.endswith(":resched")), None)
    at = _moment(message.text, message.received_at, zone) if again else None
    own = f"{again.removesuffix('resched')}move:{at.timestamp():.0f}o" if again and at else None
    return _typed(message.text, choices) or own


def _time_in_words(message: InboundMessage, choices: Sequence[Choice], zone: str) -> str | None:
    """ "Tomorrow at 11", "the second one": where free times were offered, one of them, or the button of a time of their own.

    None for a time that can be meant twice, and for words that speak of anything beside it.
    """
    found = [(choice.data, _MOVE.fullmatch(choice.data)) for choice in choices]
    slots = [(data, move) for data, move in found if move is not None]
    if not slots:
        return None
    nth = _NTH.fullmatch(message.text)
    if nth is not None:
        place = _PLACES[nth[1].lower()]
        return slots[place][0] if place < len(slots) else None
    at = _moment(message.text, message.received_at, zone)
    return None if at is None else f"{slots[0][1][1]}{at.timestamp():.0f}{slots[0][1][3]}"


def _moment(text: str, now: datetime, zone: str) -> datetime | None:
    reading = read_when(text, now, zone)
    when = reading.when
    if (
        when is None
        or when.kind != "instant"
        or not when.timed
        or when.ambiguous
        or title_of(text, when.span)
    ):
        return None
    return when.first


def settled(session: Session, event: InboundEvent, message: InboundMessage) -> OutboundMessage | None:
    """The tapped question with the answer under it, and no buttons left; None where that cannot be shown.

    Only the newest question: an older one is answered as such, and its words stay as they were.
    """
    if message.message_ref is None or message.sender.channel != ChannelName.TELEGRAM:
        return None
    before = inbound.answered_before(session, event)
    asked = _last_said(before) if before else None
    label = (
        next((one.label for one in asked.flat_choices if one.data == message.choice), None) if asked else None
    )
    if asked is None or label is None:
        return None
    return OutboundMessage(f"{asked.text}\n\n✓ {label}", edits=message.message_ref)


def _last_said(event: InboundEvent) -> OutboundMessage | None:
    said = wire.load_outbound(event.replies["messages"]) if event.replies else ()
    return said[-1] if said else None
