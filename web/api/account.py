"""The account resource: who the token's owner is, as Flux knows them, and the settings they can change."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from reminders.plans import change_zone
from storage import users
from storage.database import lock_person
from storage.tables import User
from storage.zones import UnknownTimeZoneError
from web.api.account_change import AccountChange
from web.api.endpoint import endpoint
from web.api.views import Account
from web.auth import me, require_user
from web.context import now, services
from web.errors import ApiError, not_found
from web.export import MEDIA_TYPE, attachment
from web.limits import exports

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


@blueprint.patch("/account/me")
@endpoint("Change settings; what is left out stays as it is", answer=Account, body=AccountChange)
def change(body: AccountChange) -> Account:
    with services().database.session(me()) as session:
        lock_person(session, me())  # a turn of the conversation writes the same columns
        user = users.get_user(session, me())
        if user is None:
            raise not_found()
        _apply(session, user, body)
        session.flush()
        return Account.of(user)


def _apply(session: Session, user: User, body: AccountChange) -> None:
    """Raises ApiError 422 for a zone that does not exist; nothing is kept then."""
    if body.timezone is not None and body.timezone != user.timezone:
        try:
            change_zone(session, user, body.timezone, now())
        except UnknownTimeZoneError as error:
            raise ApiError(422, f"timezone: {error}") from error
    if body.week_starts_on is not None:
        user.week_starts_on = body.week_starts_on
    changed = body.preferences()
    if changed:
        preferences = users.preferences_of(user)
        users.save_preferences(user, preferences.model_copy(update=changed))


@blueprint.get("/account/export")
@exports
@endpoint("Everything Flux keeps about the signed-in person, as a ZIP of JSON files", download=MEDIA_TYPE)
def export() -> Response:
    return attachment(me())
