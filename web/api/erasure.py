"""The right to be forgotten over the API: the token's owner is erased, and the token opens nothing any more."""

from __future__ import annotations

from flask import Blueprint

from bot.erasure import erase_person
from storage.erasure import UnknownPersonError
from storage.vocabulary import ErasureSource
from web.api.endpoint import endpoint
from web.api.views import ErasedAccount
from web.auth import me, require_user
from web.context import services
from web.errors import not_found

blueprint = Blueprint("erasure", __name__)
blueprint.before_request(require_user)


@blueprint.delete("/account")
@endpoint("Erase the signed-in person and everything about them, for good", answer=ErasedAccount)
def erase() -> ErasedAccount:
    try:
        erased = erase_person(services(), me(), ErasureSource.PERSON)
    except UnknownPersonError:
        raise not_found() from None
    return ErasedAccount(receipt_id=erased.receipt_id, erased_at=erased.erased_at, counts=erased.counts)
