"""Every answer: headers, error shapes, sizes, and what is open where."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from agents.model import ModelRole
from bot.heartbeats import beat
from bot.model_watch import ModelWatch
from bot.services import Services
from channels.messages import Address, ChannelError, Limit
from storage.database import Database
from storage.tables import DispatchLog, Task, User
from web.app import create_app

PAGES = ("/", "/docs", "/dashboard", "/simulator", "/nowhere")


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/goals", "/healthz"])
def test_every_answer_keeps_to_itself(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Correlation-ID"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_nothing_inline_and_nothing_foreign(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    assert "<html" in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_the_nonce_is_new_each_time_and_names_the_scripts(client: FlaskClient) -> None:
    first, second = client.get("/simulator"), client.get("/simulator")
    nonces = [
        re.search(r"'nonce-([^']+)'", one.headers["Content-Security-Policy"])[1] for one in (first, second)
    ]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in first.get_data(as_text=True)


def test_an_unknown_api_address_is_a_json_error_with_a_reference(client: FlaskClient) -> None:
    response = client.get("/api/v1/nothing", headers={"X-Correlation-ID": "my-own-id"})
    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"
    assert response.json["error"]["correlation_id"] == "my-own-id"
    assert response.headers["X-Correlation-ID"] == "my-own-id"


def test_a_strange_correlation_id_is_replaced(client: FlaskClient) -> None:
    response = client.get("/healthz", headers={"X-Correlation-ID": "<script>" + "x" * 500})
    assert re.fullmatch(r"[0-9a-f]{12}", response.headers["X-Correlation-ID"])


def test_an_unknown_page_is_friendly(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "Nothing here" in response.get_data(as_text=True)


def test_a_wrong_method_says_which_are_allowed(client: FlaskClient) -> None:
    response = client.delete("/healthz")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_fault_of_ours_shows_no_trace(app: Flask, client: FlaskClient) -> None:
    def broken() -> str:
        raise RuntimeError("the secret inside")

    app.view_functions["pages.landing"] = broken
    response = client.get("/")
    assert response.status_code == 500
    assert "secret inside" not in response.get_data(as_text=True)
    assert "nothing changed" in response.get_data(as_text=True)


def test_production_has_no_simulator_and_insists_on_https(services: Services) -> None:
    settings = services.settings.model_copy(update={"app_env": "production"})
    client = create_app(replace(services, settings=settings)).test_client()
    assert client.get("/simulator").status_code == 404
    assert client.get("/simulator/api/state").status_code == 404
    assert "/simulator" not in client.get("/").get_data(as_text=True)
    assert "max-age" in client.get("/healthz").headers["Strict-Transport-Security"]


def test_health_ready_and_metrics_answer(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["checks"]["database"]["ok"] is True
    assert "flux_overdue_seconds 0.0" in client.get("/metrics").get_data(as_text=True)


def test_metrics_say_who_is_alive_what_waits_and_how_long_the_queues_are(
    services: Services, client: FlaskClient
) -> None:
    beat(services.redis, "ladder")
    Queue("ladder", connection=services.redis).enqueue("os.getpid")
    shown = client.get("/metrics").get_data(as_text=True).splitlines()
    for line in (
        'flux_check_ok{check="ladder"} 1.0',
        'flux_check_ok{check="scheduler"} 0.0',
        'flux_check_ok{check="database"} 1.0',
        'flux_queue_length{queue="ladder"} 1.0',
        'flux_queue_length{queue="chat"} 0.0',
        'flux_attempts_open{status="pending"} 0.0',
        "flux_unanswered_seconds 0.0",
    ):
        assert line in shown


def test_metrics_answer_while_a_server_is_away(services: Services) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    shown = create_app(replace(services, database=nowhere)).test_client().get("/metrics")
    nowhere.dispose()
    assert shown.status_code == 200
    assert 'flux_check_ok{check="database"} 0.0' in shown.get_data(as_text=True)


def test_metrics_count_what_providers_refused(services: Services, client: FlaskClient) -> None:
    for channel, code in (("whatsapp", "63018"), ("whatsapp", "63018"), ("telegram", "403")):
        services.switchboard.failed(channel, code)
    shown = client.get("/metrics").get_data(as_text=True)
    assert 'flux_send_failures_total{channel="whatsapp",code="63018"} 2.0' in shown
    assert 'flux_send_failures_total{channel="telegram",code="403"} 1.0' in shown


def test_metrics_count_what_costs_money_and_what_caps_left_out(
    services: Services, client: FlaskClient, owner: User
) -> None:
    at = services.clock.now()
    with services.database.service() as session:
        task = Task(user_id=owner.id, title="Run", scheduled_at=at, local_day=at.date())
        session.add(task)
        session.flush()
        for status, reason in (("dispatched", None), ("skipped", "enough calls for today")):
            row = {"task_id": task.id, "channel": "call", "rung": "call", "created_at": at}
            session.add(DispatchLog(**row, status=status, reason=reason))
    shown = client.get("/metrics").get_data(as_text=True)
    assert 'flux_paid_sends{channel="call"} 1.0' in shown
    assert 'flux_capped_sends{channel="call"} 1.0' in shown


def test_metrics_tell_which_sender_rests_and_what_waits_for_its_slot(
    services: Services, client: FlaskClient
) -> None:
    services.throttle.failed(
        Address("whatsapp", "+49"), ChannelError("", limit=Limit.SENDER, retry_after=600)
    )
    services.throttle.promise("call", 7, 5)
    shown = client.get("/metrics").get_data(as_text=True)
    (held,) = re.findall(r'flux_sender_shut_seconds{channel="whatsapp",why="asked"} (.*)', shown)
    assert 500 < float(held) <= 600
    assert 'flux_sender_shut_seconds{channel="telegram",why="failing"} 0.0' in shown
    assert 'flux_throttled_total{channel="call"} 7.0' in shown


def test_metrics_name_the_models_that_rest_and_count_who_answered_instead(services: Services) -> None:
    watch = ModelWatch(services.redis)
    watch.rests(services.settings.llm_model_planner, "timeout", 40.0)
    watch.fell_back(ModelRole.GOAL_PLANNER)
    settings = services.settings.model_copy(update={"openrouter_api_key": "sk-test"})
    shown = (
        create_app(replace(services, settings=settings)).test_client().get("/metrics").get_data(as_text=True)
    )
    assert f'flux_model_resting_seconds{{model="{settings.llm_model_planner}"}} ' in shown
    assert f'flux_model_resting_seconds{{model="{settings.llm_model_small}"}} 0.0' in shown
    assert 'flux_model_fallbacks_total{role="goal_planner"} 1.0' in shown
    assert "sk-test" not in shown


def test_the_openapi_document_names_every_route_of_the_api(app: Flask, client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    written = set(document["paths"])
    served = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    for path in served:
        if path.startswith("/api/v1/") and "/webhooks/" not in path:
            assert path in written
    assert document["paths"]["/api/v1/push/subscriptions"]["post"]["requestBody"]
    references = set(
        re.findall(r'"#/components/schemas/(\w+)"', client.get("/openapi.json").get_data(as_text=True))
    )
    assert references <= set(document["components"]["schemas"])


def test_the_service_worker_is_served_from_the_root(client: FlaskClient) -> None:
    response = client.get("/sw.js")
    assert response.status_code == 200
    assert "javascript" in response.mimetype


@pytest.mark.parametrize("path", ["/api/v1/goals", "/simulator/api/state"])
def test_a_database_that_is_away_is_said_to_be_so(
    services: Services, as_owner: dict[str, str], path: str
) -> None:
    away = replace(services, database=Database("postgresql://nobody@127.0.0.1:1/nothing"))
    response = create_app(away).test_client().get(path, headers=as_owner)
    assert response.status_code == 503
    assert response.json["error"]["code"] == "unavailable"
    assert response.headers["Retry-After"]


def test_a_redis_that_is_away_is_said_to_be_so(services: Services) -> None:
    away = replace(services, redis=Redis(port=1, retry=Retry(NoBackoff(), 0)))
    response = create_app(away).test_client().get("/simulator/api/state")
    assert response.status_code == 503


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_only_our_own_proxies_are_believed(services: Services, proxies: int, seen: str) -> None:
    settings = services.settings.model_copy(update={"trusted_proxies": proxies})
    app = create_app(replace(services, settings=settings))
    app.add_url_rule("/who", view_func=lambda: str(request.remote_addr))
    chain = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert app.test_client().get("/who", headers=chain).text == seen
