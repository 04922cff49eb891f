"""The account resource: who the token's owner is, as Flux knows them."""

from __future__ import annotations

from flask import Blueprint

from storage import users
from web.api.endpoint import endpoint
from web.api.views import Account
from web.auth import me, require_user
from web.context import services
from web.errors import not_found

blueprint = Blueprint("account", __name__)
blueprint.before_request(require_user)


@blueprint.get("/account/me")
@endpoint("Profile, preferences and token usage of the signed-in person", answer=Account)
def show() -> Account:
    with services().database.session(me()) as session:
        user = users.get_user(session, me())
        if user is None:
            raise not_found()
        return Account.of(user)
