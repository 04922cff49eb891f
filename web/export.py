"""Handing out a person's data: the ZIP as a download that starts at once, and the one-time link from the chat."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
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
LONGEST = timedelta(minutes=10)  # for a whole download: a connection and a snapshot are held for it


class TooSlowError(Exception):
    """The download took longer than a snapshot may be held for it."""


@blueprint.get("/<code>")
def confirm(code: str) -> str:  # noqa: ARG001 - the form posts to this very address
    """Only looks: a link scanner that fetches this uses nothing up."""
    return render_template("export_open.html")


@blueprint.post("/<code>")
def fetch(code: str) -> Response:
    """The link is used up before the file begins, so that no download holds two connections."""
    with services().database.service() as session:  # whose code it is, is the question
        user_id = users.redeem_code(session, EXPORT_CODE, code, now())
    if user_id is None:
        raise ApiError(
            403, "This link has been used or is too old. Ask for a new one with /export in the chat."
        )
    return attachment(user_id)


def attachment(user_id: UUID, within: timedelta = LONGEST) -> Response:
    """The person's export as a file to save, sent while it is read. Raises ApiError 404 before the first byte.

    Whoever has not read it `within` this time gets half a ZIP: an old snapshot is not held for slow readers.
    """
    pieces = _told(user_id, correlation_id(), within)
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


def _told(user_id: UUID, reference: str, within: timedelta) -> Generator[bytes]:
    """The stream, with a line in the log about how it ended: by then nobody can be told otherwise.

    The line does not say whose it was: they may be erased while the download runs, and logs are blotted only once.
    """
    sent, end = 0, time.monotonic() + within.total_seconds()
    try:
        with closing(stream_export(services().database, user_id, now())) as pieces:
            for piece in pieces:
                yield piece
                sent += len(piece)
                if time.monotonic() >= end:
                    raise TooSlowError
    except (GeneratorExit, LookupError):
        log.info("export_stopped", bytes=sent, correlation_id=reference)
        raise
    except TooSlowError:
        log.warning("export_too_slow", bytes=sent, correlation_id=reference)
        raise
    except Exception:
        # The door of the download: half a ZIP opens nowhere, and the server cuts the line.
        log.exception("export_broke", bytes=sent, correlation_id=reference)
        raise
    log.info("export_sent", bytes=sent, correlation_id=reference)
