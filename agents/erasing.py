"""Before everything goes: what there is, in words, and the word that is wanted. The question lives as a one-time code."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from channels.messages import InboundKind, InboundMessage
from storage import users
from storage.erasure import inventory
from storage.tables import LinkCode

WORD = "DELETE"
KEPT = "Nothing was deleted; everything is as it was. If you meant something else, please say it again."
_PURPOSE = "erase"
_LIVES = timedelta(minutes=10)
_NAMED = (
    ("goals", "goal", "goals"),
    ("tasks", "task", "tasks"),
    ("messages", "message", "messages"),
    ("patterns", "pattern I learned", "patterns I learned"),
    ("dispatch_log", "record of what I sent", "records of what I sent"),
    ("identities", "address of yours", "addresses of yours"),
)


# Only a whole sentence of this kind is heard in the middle of something else.
_WISH = re.compile(
    r"\W*(?:(?:please|can you|could you|i want to|i want you to|i'd like to|i would like to) )*"
    r"(?:delete|erase|remove|close|wipe) (?:my (?:whole )?account|(?:all )?(?:of )?my data|"
    r"everything (?:about me|you (?:know|have|store)(?: (?:of|about) me)?))(?: please)?\W*",
    re.IGNORECASE,
)


class Verdict(Enum):
    """What a message means to the open question."""

    NOT_ASKED = "no question is open"
    KEEP = "any other word"
    ERASE = "the word"


def is_wish(message: InboundMessage) -> bool:
    """Whether somebody asks in words to be erased, whatever the conversation is about."""
    return message.kind == InboundKind.TEXT and _WISH.fullmatch(message.text) is not None


def ask(session: Session, user_id: UUID, now: datetime) -> str:
    """The question; it stays open for ten minutes, through any restart."""
    _close(session, user_id, now)
    users.mint_code(session, user_id, _PURPOSE, now, lives=_LIVES)
    return (
        f"This erases all I have of you: {_in_words(inventory(session, user_id))}, and your profile. "
        "Nobody can bring it back; /export gives you a copy first.\n"
        f"If you are sure, write {WORD}, in capital letters, within ten minutes. Any other word keeps everything."
    )


def hear(session: Session, user_id: UUID, message: InboundMessage) -> Verdict:
    """Whether the message answers the question; anything but the word closes it."""
    if users.open_code(session, user_id, _PURPOSE, message.received_at) is None:
        return Verdict.NOT_ASKED
    own_words = message.kind == InboundKind.TEXT and not message.forwarded
    if own_words and message.text.strip() == WORD:
        return Verdict.ERASE
    _close(session, user_id, message.received_at)
    return Verdict.KEEP


def _close(session: Session, user_id: UUID, now: datetime) -> None:
    open_ones = update(LinkCode).where(
        LinkCode.user_id == user_id, LinkCode.purpose == _PURPOSE, LinkCode.used_at.is_(None)
    )
    session.execute(open_ones.values(used_at=now))


def _in_words(counts: dict[str, int]) -> str:
    said = [
        f"{counts[table]} {one if counts[table] == 1 else many}"
        for table, one, many in _NAMED
        if counts[table]
    ]
    return ", ".join(said) or "nothing but that you wrote"
