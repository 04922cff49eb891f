"""Errors as people and programs should see them: JSON under /api, a friendly page elsewhere, never a stack trace."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, render_template, request
from redis import RedisError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from bot.erasure import UnfinishedError
from web.context import correlation_id

log = structlog.get_logger()

_TRY_AGAIN_SECONDS = "5"

_CODES = {
    400: ("bad_request", "The request could not be read."),
    401: ("unauthorized", "A valid Bearer token is needed."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This address does not take that method."),
    409: ("conflict", "That does not fit the present state."),
    413: ("too_large", "The request is larger than 64 KB."),
    415: ("unsupported_media_type", "Send JSON with Content-Type: application/json."),
    422: ("invalid", "Some fields are missing or have the wrong type."),
    429: ("too_many_requests", "Too many requests. Please wait a little."),
    500: ("internal", "That didn't work on our side; nothing changed."),
    504: ("too_slow", "The answer takes longer than usual."),
    503: ("unavailable", "Part of Flux is not reachable right now."),
}
_HEADLINES = {
    401: "You are not signed in",
    403: "Not this way",
    404: "Nothing here",
    413: "That was too much",
    429: "A little slower, please",
    503: "Back in a moment",
}


class ApiError(Exception):
    """An answer other than success: the status, and a sentence that says what to do about it."""

    def __init__(self, status: int, message: str | None = None, *, code: str | None = None) -> None:
        known_code, known_message = _CODES[status]
        super().__init__(message or known_message)
        self.status = status
        self.code = code or known_code
        self.message = message or known_message


def not_found() -> ApiError:
    """Unknown ids and other people's ids look alike."""
    return ApiError(404)


def install(app: Flask) -> None:
    @app.errorhandler(ApiError)
    def expected(error: ApiError) -> Response:
        return answer(error.status, error.code, error.message)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400 and error.response is not None:  # a redirect of the router
            return Response(error.get_response().get_data(), status, error.get_response().headers)
        code, message = _CODES.get(status, ("error", "The request was refused."))
        response = answer(status, code, message)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(RedisError)
    def away(error: Exception) -> Response:
        """A server under us is gone for the moment: not the caller's fault, and worth another try."""
        log.warning("server_away", route=_route(), error=type(error).__name__)
        response = answer(503, *_CODES[503])
        response.headers["Retry-After"] = _TRY_AGAIN_SECONDS
        return response

    @app.errorhandler(UnfinishedError)
    def unfinished(error: UnfinishedError) -> Response:  # noqa: ARG001 - Flask's signature; it is in the log already
        log.warning("request_unfinished", route=_route())
        return answer(500, "unfinished", "It did not work at once; it is being finished.")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("request_failed", route=_route(), correlation_id=correlation_id(), exc_info=error)
        code, message = _CODES[500]
        return answer(500, code, message)


def _route() -> str:
    """The route for the log, never the address: that may carry a code that opens somebody's page."""
    return str(request.url_rule)


def answer(status: int, code: str, message: str) -> Response:
    """The error in the shape the caller expects."""
    reference = correlation_id()
    if wants_json():
        response = jsonify({"error": {"code": code, "message": message, "correlation_id": reference}})
    else:
        headline = _HEADLINES.get(status, "That didn't work")
        page = render_template("error.html", headline=headline, message=message, reference=reference)
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def wants_json() -> bool:
    path = request.path
    return path.startswith(("/api/", "/simulator/api/")) or path in ("/readyz", "/healthz", "/openapi.json")
