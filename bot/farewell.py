"""The end of a chat: everything is erased, and the last message is said without being stored."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from bot.erasure import erase_person
from channels.messages import Address, ChannelError, OutboundMessage
from storage.erasure import UnknownPersonError, delete_later
from storage.vocabulary import ChannelName, ErasureSource

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

_FADES_AFTER = 600  # seconds


def say_goodbye(services: Services, user_id: UUID, to: Address) -> None:
    """Erase whoever asked for it, then tell them at the address they wrote from. An erased person is no error."""
    with contextlib.suppress(UnknownPersonError):
        erased = erase_person(services, user_id, ErasureSource.PERSON)
        if to.channel != ChannelName.API:  # whoever calls the API reads it there
            _tell(services, user_id, to, farewell(erased.receipt_id))


def farewell(receipt_id: UUID) -> str:
    return f"Everything is gone. Receipt {receipt_id}. It does not say who you were. Take care."


def _tell(services: Services, user_id: UUID, to: Address, words: str) -> None:
    now = services.clock.now()
    try:
        channel = services.switchboard.channel(to)
        if services.switchboard.is_real(to):
            services.throttle.reply(to)
        receipt = channel.send(to, OutboundMessage(words), now)
    except ChannelError as error:
        log.warning("farewell_not_said", channel=to.channel, code=error.code)
        return
    if receipt.external_id:
        with services.database.service() as session:
            delete_later(session, user_id, receipt.external_id, now)
    if services.phones is not None:
        services.phones.fade(to, _FADES_AFTER)  # a simulated phone is a key of ours
