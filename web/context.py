"""What every request needs: the installation's services, the moment it came in, and its correlation id."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from flask import Flask, Response, current_app, g, request

if TYPE_CHECKING:
    from bot.services import Services

_EXTENSION = "flux"
CORRELATION_HEADER = "X-Correlation-ID"
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{4,64}")


def install(app: Flask, services: Services) -> None:
    """Hand the services to the app and give each request its correlation id, in the log and in the answer."""
    app.extensions[_EXTENSION] = services

    @app.before_request
    def begin() -> None:
        offered = request.headers.get(CORRELATION_HEADER, "")
        g.correlation_id = offered if _ACCEPTED_ID.fullmatch(offered) else uuid4().hex[:12]

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[CORRELATION_HEADER] = correlation_id()
        return response


def services() -> Services:
    return cast("Services", current_app.extensions[_EXTENSION])


def correlation_id() -> str:
    return cast(str, g.get("correlation_id") or uuid4().hex[:12])


def now() -> datetime:
    """The clock, read once per request."""
    if "now" not in g:
        g.now = services().clock.now()
    return cast(datetime, g.now)
