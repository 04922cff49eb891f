"""`flux doctor`: what is configured, what is missing and what that costs; never a secret."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cli.doctor_database import database_findings
from bot.cli.finding import Finding
from bot.cli.servers import with_database, with_servers
from bot.settings import Settings
from channels.whatsapp import BUTTONS, TEMPLATE
from storage.embedded import published

if TYPE_CHECKING:
    from redis import Redis

    from reminders.audit import Audit


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
        f'people who have not written for a day get no WhatsApp reminder; register "{TEMPLATE}"',
    ),
    _Need(
        "WhatsApp buttons",
        ("twilio_whatsapp_buttons_sid",),
        "quick replies under reminders inside the 24-hour window",
        f'reminders show numbered lines; for buttons make a quick-reply content "{{{{1}}}}" with {", ".join(BUTTONS)}',
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
_SAID_ABOVE = ("database", "migrations")
_CHECKED = {
    ("overdue", True): "nothing waits longer than it should",
    ("redis", True): "answers",
    ("scheduler", True): "alive",
    ("scheduler", False): "no sign of life for 45 seconds: start `flux scheduler`",
    ("ladder", True): "a worker for reminders is alive",
    ("ladder", False): "no sign of life of a worker for 45 seconds: start `flux worker`",
    ("chat", True): "a worker for messages is alive",
    ("chat", False): "no sign of life of a worker for 45 seconds: start `flux worker`",
    ("telegram", True): "polled",
    ("telegram", False): "no sign of life for 45 seconds: start `flux telegram`",
}

_BROKEN = {"no_row": "never tried", "open": "without an end", "twice": "sent twice"}


def doctor(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    findings = [*_configured(settings), *_installation(settings)]
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        sign = "ok  " if finding.good else "FAIL" if finding.wrong else "--  "
        print(f"{sign} {finding.subject:<{width}}  {finding.words}")
    if settings.twilio_account_sid:
        if settings.twilio_whatsapp_template_sid:
            print(f"\nThe WhatsApp template must read: {TEMPLATE}", file=sys.stderr)
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
    if not settings.database_url and not (settings.flux_home / "lock").exists():
        yield Finding("Servers", True, "embedded, not made yet; `flux up` makes and starts them")
        return
    with with_servers(settings) as complete:
        yield from _servers(complete, alone=complete is not settings)


def _servers(settings: Settings, *, alone: bool) -> Iterator[Finding]:
    """`alone`: the servers were started for this question only, so nobody else is expected to live."""
    if alone:
        yield Finding("Servers", True, "embedded, not running right now; `flux up` starts them")
    running = published(settings.flux_home).get("DATABASE_URL")
    yield from database_findings(settings, embedded=alone or settings.database_url == running)
    if not alone:
        yield from _readiness(settings)


def _readiness(settings: Settings) -> Iterator[Finding]:
    from redis import Redis

    from bot.audit import audited
    from bot.health import readiness

    redis = Redis.from_url(settings.redis_url)
    with with_database(settings) as (database, clock):
        report = readiness(database, redis, clock.now())
        working = all(check.ok for check in report.checks if check.vital)
        promises = _promises(audited(database, clock.now())) if working else None
    for check in report.checks:
        if check.name not in _SAID_ABOVE:
            words = _CHECKED.get((check.name, check.ok), f"{check.detail}")
            yield Finding(check.name.capitalize(), check.ok, words, wrong=not check.ok)
    if promises is not None:
        yield promises
        yield from _resting(settings, redis)


def _promises(audit: Audit) -> Finding:
    """What was due in the last seven days, and whether all of it ended as it should."""
    if not audit.differences:
        return Finding("Promises", True, f"{audit.rungs:,} rungs in seven days, each with its end")
    found = ", ".join(f"{_BROKEN[kind]}: {count}" for kind, count in audit.counts.items() if count)
    first = ", ".join(str(one.task_id) for one in audit.differences[:3])
    return Finding("Promises", False, f"of {audit.rungs:,} rungs in seven days {found} (tasks {first})")


def _resting(settings: Settings, redis: Redis) -> Iterator[Finding]:
    """Network models that keep failing; the offline one answers meanwhile, so that is no failure of the installation."""
    from agents.network.breaker import EVERY_MODEL
    from bot.model_watch import resting

    for model, seconds in resting(redis, (*settings.network_models, EVERY_MODEL)).items():
        name = "every model" if model == EVERY_MODEL else model
        words = f"{name} keeps failing and is left alone for {seconds:.0f} s; see model_rests in the log"
        yield Finding("Language model", False, words)


def _address(settings: Settings) -> str:
    if settings.twilio_webhook_base_url:
        return settings.twilio_webhook_base_url
    return "none: no provider can call back (missing: TWILIO_WEBHOOK_BASE_URL)"
