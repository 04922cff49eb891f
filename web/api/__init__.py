"""The REST API under /api/v1: one blueprint per resource, all behind the Bearer token."""

from __future__ import annotations

from flask import Flask

from web.api import account, analytics, chat, demo, erasure, goals, patterns, push, tasks

PREFIX = "/api/v1"


def install(app: Flask) -> None:
    for module in (account, analytics, chat, demo, erasure, goals, patterns, push, tasks):
        app.register_blueprint(module.blueprint, url_prefix=PREFIX)
