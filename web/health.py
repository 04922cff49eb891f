"""For machines that watch: is the process alive, is the installation ready, and a few figures."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from redis import RedisError
from sqlalchemy import func, select

from agents.network.breaker import EVERY_MODEL
from bot.audit import last_audit
from bot.health import overdue_seconds, readiness
from bot.model_watch import fallbacks, resting
from bot.send_failures import failures
from storage.tables import DispatchLog, InboundEvent, Task
from storage.vocabulary import DispatchStatus, InboundState
from web.context import now, services
from web.limits import limiter

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)


@blueprint.get("/healthz")
def alive() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """503 with the reasons while requests cannot be answered."""
    report = readiness(services().database, services().redis, now())
    response = jsonify(report.as_dict())
    response.status_code = report.http_status
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Read from Postgres and Redis at the moment of asking, so that every process tells the same."""
    registry = CollectorRegistry()
    overdue = Gauge("flux_overdue_seconds", "How long the oldest due task has waited", registry=registry)
    inbound = Gauge("flux_inbound_open", "Received events by state", ["state"], registry=registry)
    attempts = Gauge("flux_attempts_open", "Unfinished attempts by status", ["status"], registry=registry)
    _count_models(registry)
    _count_refusals(registry)
    _count_broken_promises(registry)
    open_events = (InboundState.RECEIVED, InboundState.ANSWERED)
    open_attempts = (DispatchStatus.PENDING, DispatchStatus.UNKNOWN)
    with services().database.service() as session:
        overdue.set(overdue_seconds(session.scalar(select(func.min(Task.wakes_at))), now()))
        for state in open_events:
            found = select(func.count()).select_from(InboundEvent).where(InboundEvent.state == state)
            inbound.labels(state.value).set(session.scalar(found) or 0)
        for status in open_attempts:
            found = select(func.count()).select_from(DispatchLog).where(DispatchLog.status == status)
            attempts.labels(status.value).set(session.scalar(found) or 0)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _count_refusals(registry: CollectorRegistry) -> None:
    """What providers refused, at once or later, since Redis began to count."""
    refused = Counter(
        "flux_send_failures", "Sends a provider refused", ["channel", "code"], registry=registry
    )
    with suppress(RedisError):
        for (channel, code), count in failures(services().redis).items():
            refused.labels(channel, code).inc(count)


def _count_broken_promises(registry: CollectorRegistry) -> None:
    """What the newest weekly audit found; anything above 0 is worth a look at `promise_not_kept` in the log."""
    broken = Gauge(
        "flux_promises_not_kept",
        "Rungs without an honest end, by the last audit",
        ["kind"],
        registry=registry,
    )
    with suppress(RedisError):
        for kind, count in last_audit(services().redis).items():
            broken.labels(kind).set(count)


def _count_models(registry: CollectorRegistry) -> None:
    """Which network models are left alone, and how often the offline one had to answer instead."""
    rest = Gauge(
        "flux_model_resting_seconds", "How long a model is still left alone", ["model"], registry=registry
    )
    answered = Counter(
        "flux_model_fallbacks", "Questions the offline model answered instead", ["role"], registry=registry
    )
    models = services().settings.network_models
    if not models:
        return
    with suppress(RedisError):  # without Redis the other figures still count
        left = resting(services().redis, (*models, EVERY_MODEL))
        for model in (*models, EVERY_MODEL):
            rest.labels(model).set(left.get(model, 0.0))
        for role, count in fallbacks(services().redis).items():
            answered.labels(role).inc(count)
