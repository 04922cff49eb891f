"""The chat resource: the same conversation as on Telegram, held over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from pydantic import Field

from bot import inbound
from storage import conversations
from web.api.endpoint import Fields, endpoint
from web.api.views import ChatMessage, ChatReply, History, HistoryMessage
from web.auth import me, require_user
from web.context import correlation_id, now, services
from web.errors import not_found
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
    with services().database.session() as session:
        if body.conversation_id and not conversations.get_conversation(session, me(), body.conversation_id):
            raise not_found()
    spoken = inbound.converse(services(), me(), body.message, now(), correlation_id())
    return ChatReply(
        conversation_id=spoken.conversation_id,
        message=spoken.message,
        agent_node=spoken.agent_node,
        proposed_plan=spoken.proposed_plan,
        requires_user_action=spoken.requires_user_action,
    )


@blueprint.get("/chat/history")
@endpoint("The last messages, oldest first", answer=History, query=Page)
def history(query: Page) -> History:
    with services().database.session() as session:
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
