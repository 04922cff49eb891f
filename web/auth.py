"""Who is asking: the Bearer token of a request, turned into a person of this installation."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import g, request

from bot import tokens
from storage import users
from web.context import now, services
from web.errors import ApiError

_SCHEME = "bearer "


def user_or_none() -> UUID | None:
    """The id the request's token proves; None when it has none or a wrong one. Not yet checked to exist."""
    if "token_user" not in g:
        header = request.headers.get("Authorization", "")
        token = header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""
        g.token_user = tokens.verify(token, services().settings, now()) if token else None
    return cast("UUID | None", g.token_user)


def require_user() -> None:
    """Before every request of the API: 401 unless a valid token of a person who still exists comes with it."""
    user_id = user_or_none()
    if user_id is not None:
        with services().database.session(user_id) as session:
            if users.get_user(session, user_id) is not None:
                g.user_id = user_id
                return
    raise ApiError(401)


def me() -> UUID:
    """The signed-in person; only inside routes that `require_user` guards."""
    return cast(UUID, g.user_id)
