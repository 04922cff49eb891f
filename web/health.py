"""For machines that watch: is the process alive, is the installation ready, and a few figures."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from redis import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from agents.network.breaker import EVERY_MODEL
from bot.audit import last_audit
from bot.health import overdue_seconds, readiness
from bot.model_watch import fallbacks, resting
from bot.send_failures import failures
from reminders.throttle import states
from storage import paid
from storage.outbox import WAITING
from storage.tables import DispatchLog, InboundEvent
from storage.vocabulary import InboundState
from web.context import now, services
from web.limits import limiter

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)

_OPEN_EVENTS = (InboundState.RECEIVED, InboundState.ANSWERED)


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
    well = Gauge("flux_check_ok", "What /readyz says: 1 well, 0 not", ["check"], registry=registry)
    for check in readiness(services().database, services().redis, now()).checks:
        well.labels(check.name).set(check.ok)
    with suppress(SQLAlchemyError):  # while a server is away the other figures still count
        _count_rows(registry)
        _count_paid(registry)
    with suppress(RedisError):
        _count_models(registry)
        _count_refusals(registry)
        _count_queues(registry)
        _count_pace(registry)
        _count_broken_promises(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _count_rows(registry: CollectorRegistry) -> None:
    with services().database.service() as session:
        late = overdue_seconds(session, now())
        by_state = select(InboundEvent.state, func.count(), func.min(InboundEvent.received_at))
        events = session.execute(by_state.where(InboundEvent.state.in_(_OPEN_EVENTS)).group_by("state")).all()
        by_status = select(DispatchLog.status, func.count())
        attempts = session.execute(by_status.where(DispatchLog.status.in_(WAITING)).group_by("status")).all()
    gauge = Gauge(
        "flux_overdue_seconds", "How long the oldest that is due and unsent has waited", registry=registry
    )
    gauge.set(late)
    unanswered = [oldest for state, _, oldest in events if state == InboundState.RECEIVED]
    gauge = Gauge("flux_unanswered_seconds", "How long the oldest message has waited", registry=registry)
    gauge.set(max(((now() - oldest).total_seconds() for oldest in unanswered), default=0.0))
    counted = {state: count for state, count, _ in events}
    gauge = Gauge("flux_inbound_open", "Received events by state", ["state"], registry=registry)
    for state in _OPEN_EVENTS:
        gauge.labels(state.value).set(counted.get(state, 0))
    gauge = Gauge("flux_attempts_open", "Unfinished attempts by status", ["status"], registry=registry)
    found = {str(status): count for status, count in attempts}
    for status in WAITING:
        gauge.labels(status.value).set(found.get(status, 0))


def _count_queues(registry: CollectorRegistry) -> None:
    length = Gauge("flux_queue_length", "Jobs that wait for a worker", ["queue"], registry=registry)
    for queue in ("ladder", "bells", "chat"):
        length.labels(queue).set(services().redis.llen(f"rq:queue:{queue}"))


def _count_refusals(registry: CollectorRegistry) -> None:
    """What providers refused, at once or later, since Redis began to count."""
    refused = Counter(
        "flux_send_failures", "Sends a provider refused", ["channel", "code"], registry=registry
    )
    for (channel, code), count in failures(services().redis).items():
        refused.labels(channel, code).inc(count)


def _count_paid(registry: CollectorRegistry) -> None:
    """What was sent within 24 hours over channels that cost money, and what their caps left out."""
    sent = Gauge("flux_paid_sends", "Sent within 24 hours over what costs", ["channel"], registry=registry)
    capped = Gauge("flux_capped_sends", "Left out within 24 hours by caps", ["channel"], registry=registry)
    with services().database.service() as session:
        counted = paid.overall(session, now() - timedelta(days=1))
    for channel in paid.PAID:
        of = counted.get(channel, paid.Overall())
        sent.labels(channel.value).set(of.used)
        capped.labels(channel.value).set(of.capped)


def _count_pace(registry: CollectorRegistry) -> None:
    """How long a provider is left alone, because it failed or because it asked, and what had to wait for its slot."""
    shut = Gauge("flux_sender_shut_seconds", "How long a sender rests", ["channel", "why"], registry=registry)
    throttled = Counter("flux_throttled", "Attempts told to come back later", ["channel"], registry=registry)
    for channel, state in states(services().redis, services().throttle.channels).items():
        shut.labels(channel, "failing").set(state.open_seconds)
        shut.labels(channel, "asked").set(state.held_seconds)
        throttled.labels(channel).inc(state.throttled)


def _count_broken_promises(registry: CollectorRegistry) -> None:
    """What the newest weekly audit found; anything above 0 is worth a look at `promise_not_kept` in the log."""
    broken = Gauge(
        "flux_promises_not_kept",
        "Rungs without an honest end, by the last audit",
        ["kind"],
        registry=registry,
    )
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
    left = resting(services().redis, (*models, EVERY_MODEL))
    for model in (*models, EVERY_MODEL):
        rest.labels(model).set(left.get(model, 0.0))
    for role, count in fallbacks(services().redis).items():
        answered.labels(role).inc(count)
