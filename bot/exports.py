"""The answer to /export: the ZIP itself where the chat can carry it and it is small, else a one-time link to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from channels.messages import Address, Document, OutboundMessage
from storage import users
from storage.export import EXPORT_CODE, file_name_of, stream_export
from storage.tables import User
from storage.vocabulary import ChannelName

if TYPE_CHECKING:
    from bot.services import Services

CARRIES_FILES = (ChannelName.TELEGRAM,)
LARGEST = 1_000_000  # bytes; until it is said, a reply lies in its event's row
LINK_LIVES = timedelta(minutes=15)


def export_reply(
    services: Services, session: Session, user: User, to: Address, now: datetime
) -> OutboundMessage:
    """The file, or a link minted in the caller's transaction."""
    content = _small(services, user, now) if to.channel in CARRIES_FILES else None
    if content is None:
        code = users.mint_code(session, user.id, EXPORT_CODE, now, lives=LINK_LIVES)
        link = f"{services.settings.public_url}/export/{code}"
        return OutboundMessage(
            f"Everything I keep about you, as a ZIP, for the next 15 minutes and one download:\n{link}"
        )
    document = Document(file_name_of(now), content, "application/zip")
    return OutboundMessage(
        "Everything I keep about you. Open README.txt first; it says what each file is.", document=document
    )


def _small(services: Services, user: User, now: datetime) -> bytes | None:
    """The whole ZIP; None when it gets too large, or the person is so new that no other transaction sees them."""
    content = b""
    try:
        for piece in stream_export(services.database, user.id, now):
            content += piece
            if len(content) > LARGEST:
                return None
    except LookupError:
        return None
    return content
