"""How often one person may ask, counted in Redis for all processes together, in memory while Redis is away."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter
from redis import Redis

from web import sessions
from web.auth import user_or_none
from web.context import services

CHAT = "20/minute"
ANALYTICS = "30/minute"
OTP = "3/hour"
EXPORT = "5/hour"
EVERYTHING_ELSE = "100/minute"
# Webhooks speak for many people from a few addresses: for each of 80 WhatsApp messages a second come four reports, and
# what is turned away is not told again.
PROVIDERS = "30000/minute"
SIMULATOR = "1200/minute"  # the simulator page polls


def caller() -> str:
    """One bucket per person where a token says who it is, else per address."""
    user_id = user_or_none()
    return f"user:{user_id}" if user_id else f"address:{request.remote_addr}"


def person() -> str:
    """One bucket per person, whether a token says who it is or a signed-in browser."""
    browser = None if user_or_none() else sessions.current(services().redis)
    return f"user:{browser.user_id}" if browser else caller()


limiter = Limiter(
    caller,
    default_limits=[EVERYTHING_ELSE],
    strategy="fixed-window",
    headers_enabled=True,
    retry_after="delta-seconds",
    in_memory_fallback_enabled=True,
    key_prefix="flux",
)

# One allowance for the API and the dashboard together.
exports = limiter.shared_limit(EXPORT, scope="export", key_func=person)


def install(app: Flask, redis: Redis) -> None:
    pool = redis.connection_pool
    app.config["RATELIMIT_STORAGE_URI"] = "redis://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"connection_pool": pool}

    @app.after_request
    def only_refusals_ask_to_wait(response: Response) -> Response:
        if response.status_code < 400:
            response.headers.pop("Retry-After", None)
        return response

    limiter.init_app(app)
