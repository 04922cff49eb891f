"""Errors to Sentry, only when SENTRY_DSN is set: types and places, never what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.settings import Settings


def report_errors(settings: Settings) -> None:
    """Start reporting from this process; a no-op without SENTRY_DSN."""
    if not settings.sentry_dsn:
        return
    import sentry_sdk  # noqa: PLC0415 - 40 MB that only installations with Sentry pay for
    from sentry_sdk.integrations.flask import FlaskIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.rq import RqIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        environment=settings.sentry_environment or settings.app_env,
        traces_sample_rate=settings.sentry_traces_sample_rate,
        auto_enabling_integrations=False,  # they would hook into the language model's prompts
        integrations=[FlaskIntegration(), RqIntegration()],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=without_words,
        before_send_transaction=without_addresses,
    )


def without_words(event: Any, hint: dict[str, Any]) -> Any:  # noqa: ARG001 - Sentry's signature
    """An exception's text may quote a person, a number or a prompt; its type and stack say enough."""
    for error in event.get("exception", {}).get("values", []):
        error["value"] = ""
    for unwanted in ("message", "logentry", "extra", "request", "user"):
        event.pop(unwanted, None)
    return event


def without_addresses(event: Any, hint: dict[str, Any]) -> Any:
    """A trace of what took how long: addresses can hold tokens, spans what was asked of a database or a provider."""
    for span in event.get("spans", []):
        span["description"], span["data"] = "", {}
    event.get("contexts", {}).get("trace", {}).pop("data", None)
    return without_words(event, hint)
