"""The push resource: the key browsers subscribe with, and the subscriptions they hand in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request

from channels.push import endpoint_allowed
from storage import subscriptions
from web.api.endpoint import endpoint
from web.api.views import NewSubscription, OldSubscription, PublicKey, Subscribed
from web.auth import me, require_user
from web.context import now, services
from web.errors import ApiError, not_found
from web.push_keys import valid_auth, valid_p256dh

blueprint = Blueprint("push", __name__)
blueprint.before_request(require_user)


@blueprint.get("/push/public-key")
@endpoint("The installation's VAPID public key, for pushManager.subscribe", answer=PublicKey)
def public_key() -> PublicKey:
    return PublicKey(public_key=services().settings.vapid_keys[1])


@blueprint.post("/push/subscriptions")
@endpoint("Save a browser's subscription", answer=Subscribed, body=NewSubscription, status=201)
def subscribe(body: NewSubscription) -> Subscribed:
    return save(body, me())


def save(body: NewSubscription, user_id: UUID) -> Subscribed:
    """Keep a browser for this person. Raises ApiError 422, 409 or 404."""
    if not endpoint_allowed(body.endpoint, services().settings.push_allowed_hosts):
        raise ApiError(422, "endpoint: this is not a push service Flux knows.")
    if not (valid_p256dh(body.keys.p256dh) and valid_auth(body.keys.auth)):
        raise ApiError(422, "keys: these are not a browser's push keys.")
    agent = request.headers.get("User-Agent", "")[:200] or None
    try:
        with services().database.session(user_id) as session:
            saved = subscriptions.save_subscription(
                session, user_id, body.endpoint, body.keys.p256dh, body.keys.auth, now(), agent
            )
    except subscriptions.ForeignSubscription as error:
        raise not_found() from error
    except subscriptions.TooManySubscriptions as error:
        raise ApiError(409, "There are already 16 browsers. Remove one first.") from error
    return Subscribed(id=saved, endpoint=body.endpoint)


@blueprint.delete("/push/subscriptions")
@endpoint("Forget a browser's subscription", body=OldSubscription, status=204)
def unsubscribe(body: OldSubscription) -> None:
    with services().database.session(me()) as session:
        if not subscriptions.remove_subscription(session, me(), body.endpoint):
            raise not_found()
