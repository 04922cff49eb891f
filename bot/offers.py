"""What we offered last: a bare number means its line, and a tapped message keeps the answer instead of its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from bot import wire
from channels.messages import Choice, InboundKind, InboundMessage, OutboundMessage
from storage import deliveries, inbound
from storage.tables import InboundEvent, User
from storage.vocabulary import ChannelName

_PATTERN = re.compile(r"p:([0-9a-f]{32}):")
_LONGEST_LABEL = 60


def numbered_choice(session: Session, user: User, event: InboundEvent, message: InboundMessage) -> str | None:
    """The payload of the offer that a typed number, or a typed label, means; None unless the newest thing said here is ours.

    A reminder that came after the offer takes it back: 1 is "done" again. What the conversation asks, it numbers
    itself.
    """
    if message.kind != InboundKind.TEXT or len(message.text) > _LONGEST_LABEL:
        return None
    before = inbound.answered_before(session, event)
    if before is None or before.handled_at is None:
        return None
    offered = _last_said(before)
    choices = offered.flat_choices if offered else ()
    choice = _typed(message.text, choices)
    if choice is None:
        return None
    noticed_at = deliveries.newest_notice_at(session, user.id)
    is_newest = noticed_at is None or noticed_at <= before.handled_at
    return choice if is_newest and choice.startswith(("t:", "p:", "g:")) else None


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
