"""The Flask app: every door of the window, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from web import (
    api,
    calendar,
    context,
    dashboard,
    erase_page,
    errors,
    export,
    health,
    limits,
    openapi,
    pages,
    push_page,
    security,
    simulator,
    task_page,
    webhooks,
)

if TYPE_CHECKING:
    from bot.services import Services


def create_app(services: Services | None = None) -> Flask:
    """The WSGI app over these services; without them, over those the environment's settings describe."""
    if services is None:
        from bot.services import build  # noqa: PLC0415 - tests and the supervisor hand services in
        from bot.settings import Settings  # noqa: PLC0415

        services = build(Settings())
    settings = services.settings
    production = settings.app_env == "production"
    app = Flask(__name__)
    app.config.update(SECRET_KEY=settings.secret_key, RATELIMIT_ENABLED=True)
    context.install(app, services)
    security.install(app, secure=production, proxies=settings.trusted_proxies)
    errors.install(app)
    limits.install(app, services.redis)
    api.install(app)
    for module in (
        health,
        openapi,
        pages,
        webhooks,
        dashboard,
        task_page,
        export,
        erase_page,
        push_page,
        calendar,
    ):
        app.register_blueprint(module.blueprint)
    if not production:
        app.register_blueprint(simulator.blueprint)
    app.jinja_env.globals["simulator_open"] = not production
    return app
