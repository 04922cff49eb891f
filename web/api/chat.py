"""The chat resource: the same conversation as on Telegram, held over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint
from pydantic import Field

from bot import inbound, wire
from bot.farewell import farewell
from channels.messages import Address, InboundMessage
from storage import conversations, erasure
from storage.tables import InboundEvent
from storage.vocabulary import ChannelName
from web.api.endpoint import Fields, endpoint
from web.api.views import ChatMessage, ChatReply, History, HistoryMessage
from web.auth import me, require_user
from web.context import correlation_id, now, services
from web.errors import ApiError, not_found
from web.limits import CHAT, limiter

blueprint = Blueprint("chat", __name__)
blueprint.before_request(require_user)


class Page(Fields):
    conversation_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200)


@blueprint.post("/chat/message")
@limiter.limit(CHAT)
@endpoint("Say something and hear the answer", answer=ChatReply, body=ChatMessage)
def message(body: ChatMessage) -> ChatReply:
    with services().database.session(me()) as session:
        if body.conversation_id and not conversations.get_conversation(session, me(), body.conversation_id):
            raise not_found()
        known = conversations.find_conversation(session, me())
    event_id = _through_the_door(body.message)
    replies = _replies(event_id)
    if replies is None:
        return _goodbye(known.id if known else event_id)
    with services().database.session(me()) as session:
        conversation = conversations.open_conversation(session, me(), now())
    said = wire.load_outbound(replies["messages"])
    return ChatReply(
        conversation_id=conversation.id,
        message="\n\n".join(one.text for one in said),
        agent_node=replies.get("agent_node", "none"),
        proposed_plan=replies.get("proposed_plan"),
        requires_user_action=replies.get("requires_user_action", "none"),
    )


def _replies(event_id: UUID) -> dict[str, Any] | None:
    """What was stored as the answer to an event of this very request; a turn that failed left it without an owner.

    None when the event is gone with everything else of the person.
    """
    with services().database.service() as session:
        event = session.get(InboundEvent, event_id)
        if event is not None and event.replies is None:
            raise ApiError(500)
        return event.replies if event else None


def _goodbye(conversation_id: UUID) -> ChatReply:
    """The last answer, from the receipt: nothing else is left."""
    with services().database.service() as session:
        receipt = erasure.find_receipt(session, me())
    if receipt is None:
        raise ApiError(401)
    return ChatReply(
        conversation_id=conversation_id,
        message=farewell(receipt.id),
        agent_node="erase",
        proposed_plan=None,
        requires_user_action="none",
    )


def _through_the_door(text: str) -> UUID:
    """Store the message as every door does, and wait: a worker answers it, as it does everybody."""
    sender = Address(ChannelName.API, str(me()))
    message = InboundMessage(sender, text, external_id=f"api-{uuid4().hex}", received_at=now())
    event_id = inbound.receive(services(), message, correlation_id())
    if event_id is None:  # the id above is new, so this is a fault of ours
        raise ApiError(500)
    if not inbound.wait_until_answered(services(), event_id):
        raise ApiError(504, "The answer takes longer than usual. It will be in the history.")
    return event_id


@blueprint.get("/chat/history")
@endpoint("The last messages, oldest first", answer=History, query=Page)
def history(query: Page) -> History:
    with services().database.session(me()) as session:
        if query.conversation_id is None:
            found = conversations.find_conversation(session, me())
        else:
            found = conversations.get_conversation(session, me(), query.conversation_id)
            if found is None:
                raise not_found()
        rows = conversations.history(session, found.id, query.limit) if found else ()
        shown = [
            HistoryMessage(**{name: getattr(row, name) for name in HistoryMessage.model_fields})
            for row in rows
        ]
    return History(messages=shown)
