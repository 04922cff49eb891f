"""What we offered last: a bare number means its line, and a tapped message keeps the answer instead of its buttons."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import wire
from channels.messages import InboundKind, InboundMessage, OutboundMessage
from storage import deliveries, inbound
from storage.tables import InboundEvent, User
from storage.vocabulary import ChannelName


def numbered_choice(session: Session, user: User, event: InboundEvent, message: InboundMessage) -> str | None:
    """The payload of the offer that a typed number means; None unless the newest thing said here is an offer of ours.

    A reminder that came after the offer takes the number back: 1 is "done" again. What the conversation asks, it
    numbers itself.
    """
    number = message.text.strip()
    if message.kind != InboundKind.TEXT or not (number.isascii() and number.isdigit() and len(number) <= 2):
        return None
    before = inbound.answered_before(session, event)
    if before is None or before.handled_at is None:
        return None
    offered = _last_said(before)
    choices = offered.flat_choices if offered else ()
    if not 1 <= int(number) <= len(choices):
        return None
    choice = choices[int(number) - 1].data
    noticed_at = deliveries.newest_notice_at(session, user.id)
    is_newest = noticed_at is None or noticed_at <= before.handled_at
    return choice if is_newest and choice.startswith(("t:", "p:", "g:")) else None


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
