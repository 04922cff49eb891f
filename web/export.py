"""Handing out a person's data: the ZIP as a download that starts at once, and the one-time link from the chat."""

from __future__ import annotations

from collections.abc import Generator
from uuid import UUID

import structlog
from flask import Blueprint, Response, render_template

from storage import users
from storage.export import EXPORT_CODE, file_name_of, stream_export
from web.context import correlation_id, now, services
from web.errors import ApiError, not_found

blueprint = Blueprint("export", __name__, url_prefix="/export")
log = structlog.get_logger()

MEDIA_TYPE = "application/zip"


@blueprint.get("/<code>")
def confirm(code: str) -> str:  # noqa: ARG001 - the form posts to this very address
    """Only looks: a link scanner that fetches this uses nothing up."""
    return render_template("export_open.html")


@blueprint.post("/<code>")
def fetch(code: str) -> Response:
    """The link counts as used once the first bytes are ready to go."""
    with services().database.service() as session:  # whose code it is, is the question
        user_id = users.redeem_code(session, EXPORT_CODE, code, now())
        if user_id is None:
            raise ApiError(
                403, "This link has been used or is too old. Ask for a new one with /export in the chat."
            )
        return attachment(user_id)


def attachment(user_id: UUID) -> Response:
    """The person's export as a file to save, sent while it is read. Raises ApiError 404 before the first byte."""
    pieces = _told(user_id, correlation_id())
    try:
        first = next(pieces)
    except LookupError:
        raise not_found() from None
    response = Response(_with(first, pieces), mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name_of(now())}"'
    return response


def _with(first: bytes, rest: Generator[bytes]) -> Generator[bytes]:
    yield first
    yield from rest


def _told(user_id: UUID, reference: str) -> Generator[bytes]:
    """The stream, with a line in the log about how it ended: by then nobody can be told otherwise.

    The line does not say whose it was: they may be erased while the download runs, and logs are blotted only once.
    """
    sent = 0
    try:
        for piece in stream_export(services().database, user_id, now()):
            yield piece
            sent += len(piece)
    except (GeneratorExit, LookupError):
        log.info("export_stopped", bytes=sent, correlation_id=reference)
        raise
    except Exception:
        # The door of the download: half a ZIP opens nowhere, and the server cuts the line.
        log.exception("export_broke", bytes=sent, correlation_id=reference)
        raise
    log.info("export_sent", bytes=sent, correlation_id=reference)
