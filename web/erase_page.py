"""The dashboard's last form: everything is erased when the word is typed, and the browser says goodbye."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from agents.erasing import WORD
from bot.erasure import erase_person
from storage.erasure import UnknownPersonError
from storage.vocabulary import ErasureSource
from web import sessions
from web.context import services
from web.dashboard import signed_in
from web.errors import ApiError

blueprint = Blueprint("erase_page", __name__)


@blueprint.post("/dashboard/erase")
def erase() -> Response:
    browser = signed_in()
    if request.form.get("word", "").strip() != WORD:
        return make_response(render_template("erased.html", word=WORD, receipt=None), 422)
    try:
        erased = erase_person(services(), browser.user_id, ErasureSource.PERSON)
    except UnknownPersonError:
        raise ApiError(401) from None
    response = make_response(render_template("erased.html", word=WORD, receipt=erased.receipt_id))
    sessions.end(services().redis, response)
    return response
