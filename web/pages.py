"""The front door: a page that says what Flux is and leads on."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def landing() -> str:
    return render_template("landing.html")


@blueprint.get("/sw.js")
def service_worker() -> Response:
    """Served from the root, so that it may look after every page."""
    response = current_app.send_static_file("push/sw.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    return current_app.send_static_file("icon.svg")
