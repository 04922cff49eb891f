"""`flux doctor`: what is configured, what is missing and what that costs; never a secret."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cli.servers import with_database
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `wrong`: something that is configured does not work."""

    subject: str
    good: bool
    words: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class _Need:
    """Variables that only work together, what they give, and what happens without them."""

    subject: str
    names: tuple[str, ...]
    gives: str
    costs: str


_NEEDS = (
    _Need(
        "Telegram", ("telegram_bot_token",), "the bot is reachable", "Telegram lives in the simulator only"
    ),
    _Need(
        "WhatsApp",
        ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from"),
        "rung 2 of a reminder",
        "WhatsApp messages stay in the simulator; in production that rung is skipped",
    ),
    _Need(
        "WhatsApp templates",
        ("twilio_whatsapp_template_sid",),
        "reminders outside the 24-hour window",
        "people who have not written for a day get no WhatsApp reminder",
    ),
    _Need(
        "Calls",
        ("twilio_account_sid", "twilio_auth_token", "twilio_voice_from", "twilio_webhook_base_url"),
        "rung 3 of a reminder",
        "calls ring in the simulator only; in production that rung is skipped",
    ),
    _Need(
        "Phone verification",
        ("twilio_account_sid", "twilio_auth_token", "twilio_verify_service_sid"),
        "codes by SMS",
        "the simulator shows the codes; in production no number can be proven",
    ),
    _Need(
        "Language model",
        ("openrouter_api_key",),
        "conversation by a network model, the offline one as a safety net",
        "the built-in offline model answers: shorter sentences, template plans",
    ),
    _Need("Error reports", ("sentry_dsn",), "errors go to Sentry", "errors stand in the logs only"),
)


def doctor(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    findings = [*_configured(settings), *_installation(settings)]
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        sign = "ok  " if finding.good else "FAIL" if finding.wrong else "--  "
        print(f"{sign} {finding.subject:<{width}}  {finding.words}")
    if settings.twilio_account_sid:
        print("\nTwilio trial accounts reach verified numbers only.", file=sys.stderr)
    return 1 if any(finding.wrong for finding in findings) else 0


def _configured(settings: Settings) -> Iterator[Finding]:
    for need in _NEEDS:
        missing = [name.upper() for name in need.names if not getattr(settings, name)]
        if not missing:
            yield Finding(need.subject, True, need.gives)
        else:
            yield Finding(need.subject, False, f"{need.costs} (missing: {', '.join(missing)})")


def _installation(settings: Settings) -> Iterator[Finding]:
    yield Finding("Home", True, str(settings.flux_home))
    yield Finding("Public address", bool(settings.twilio_webhook_base_url), _address(settings))
    if not (settings.database_url and settings.redis_url):
        words = "embedded, not running right now; `flux up` starts them"
        yield Finding("Servers", True, words)
        return
    from redis import Redis

    from bot.health import readiness

    with with_database(settings) as (database, clock):
        report = readiness(database, Redis.from_url(settings.redis_url), clock.now())
    for check in report.checks:
        detail = "" if check.detail is None else f"{check.detail}"
        yield Finding(check.name.capitalize(), check.ok, detail, wrong=not check.ok)


def _address(settings: Settings) -> str:
    if settings.twilio_webhook_base_url:
        return settings.twilio_webhook_base_url
    return "none: no provider can call back (missing: TWILIO_WEBHOOK_BASE_URL)"
