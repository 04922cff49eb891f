"""A bare number as an answer: where buttons are numbered lines, it means the line of the last message."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import wire
from channels.messages import InboundKind, InboundMessage
from storage import deliveries, inbound
from storage.tables import InboundEvent, User


def numbered_choice(session: Session, user: User, event: InboundEvent, message: InboundMessage) -> str | None:
    """The payload of the offer that a typed number means; None unless the newest thing said here is an offer of ours.

    A reminder that came after the offer takes the number back: 1 is "done" again. What the conversation asks, it
    numbers itself.
    """
    number = message.text.strip()
    if message.kind != InboundKind.TEXT or not (number.isascii() and number.isdigit() and len(number) <= 2):
        return None
    before = inbound.answered_before(session, event)
    if before is None or before.replies is None or before.handled_at is None:
        return None
    said = wire.load_outbound(before.replies["messages"])
    choices = said[-1].flat_choices if said else ()
    if not 1 <= int(number) <= len(choices):
        return None
    choice = choices[int(number) - 1].data
    noticed_at = deliveries.newest_notice_at(session, user.id)
    is_newest = noticed_at is None or noticed_at <= before.handled_at
    return choice if is_newest and choice.startswith(("t:", "p:")) else None
