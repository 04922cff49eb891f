"""An installation as it stands in production: the real channels over loopback providers, and Flux's own web app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select, text

from bot import inbound
from bot.clock import ManualClock
from bot.services import Services, build
from bot.settings import Settings
from bot.simulation import next_event
from bot.tokens import mint_token
from channels.push import generate_vapid_keys
from reminders.plans import TaskDraft, schedule_tasks
from reminders.wakeups import RecordedWakeups
from storage import users
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.tables import Base, DispatchLog, PushSubscription, Task, User
from storage.trail import trail
from tests.conftest import cloned, make_person
from tests.fakes.push_server import FakePushService
from tests.fakes.telegram_phone import ANN as CHAT
from tests.fakes.telegram_server import TOKEN, Sent
from tests.fakes.twilio_phone import ANN as NUMBER
from tests.fakes.twilio_phone import FLUX
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, VERIFY_SID
from tests.reliability.wired_fakes import PUBLIC, TELEGRAM_SECRET, WHATSAPP_DOOR, Telegram, Twilio
from tests.reminders.turned_watch import Following
from web.app import create_app

SECRET_KEY = "a-secret-key-of-more-than-32-bytes-for-tests"
TEMPLATE = "HX" + "0c" * 16
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEAD = 10 * MINUTE
NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)  # as the fixture `now`
_ROWS = " union all ".join(
    f"select '{table.name}', count(*), md5(coalesce(string_agg(r::text, '|' order by r::text), '')) from {table.name} r"
    for table in Base.metadata.sorted_tables
)


@dataclass
class Flux:
    """What a test of a whole path needs: the installation, its providers, and Ann, who can be reached everywhere."""

    services: Services
    clock: ManualClock
    client: FlaskClient
    telegram: Telegram
    twilio: Twilio
    push: FakePushService
    ann: UUID

    # --- time ---------------------------------------------------------------------------------------------------

    def at(self, moment: datetime) -> None:
        """The bell rings at that moment."""
        self.clock.move_to(moment)
        self.services.dispatcher.run_due(moment)

    def until(self, end: datetime, step: timedelta = MINUTE) -> None:
        """Time passes, and the bell rings at every full step."""
        while self.clock.now() + step <= end:
            self.at(self.clock.now() + step)

    def rings_until(self, end: datetime) -> None:
        """Time passes, and the bell rings whenever something is due, as rq-scheduler's would."""
        for _ in range(200):  # a bound, never a wish
            due = next_event(self.services)
            if due is None or due > end:
                self.clock.move_to(end)
                return
            self.at(max(due, self.clock.now()))
        raise AssertionError("the bell never stops")

    # --- rows ---------------------------------------------------------------------------------------------------

    def plan(self, title: str, start: datetime, user_id: UUID | None = None, **fields: Any) -> UUID:
        with self.services.database.service() as session:
            user = session.get_one(User, user_id or self.ann)
            return schedule_tasks(session, user, [TaskDraft(title, start, **fields)], self.clock.now())[0].id

    def reminded(self, title: str = "Easy run") -> UUID:
        """A task that starts in ten minutes and has just been reminded of."""
        task = self.plan(title, self.clock.now() + LEAD)
        self.at(self.clock.now())
        return task

    def task(self, task_id: UUID) -> Task:
        with self.services.database.service() as session:
            return session.get_one(Task, task_id)

    def attempts(self, channel: str = "", task_id: UUID | None = None) -> list[DispatchLog]:
        """Attempts in the order they were written."""
        query = select(DispatchLog).order_by(DispatchLog.created_at, DispatchLog.dispatched_at)
        query = query.where(DispatchLog.channel == channel) if channel else query
        query = query.where(DispatchLog.task_id == task_id) if task_id else query
        with self.services.database.service() as session:
            return list(session.scalars(query))

    def trail(self) -> list[str]:
        """What Ann may read in /log, the newest first."""
        with self.services.database.service() as session:
            return [line.words() for task in trail(session, self.ann) for line in task.lines]

    def rows(self) -> dict[str, tuple[int, str]]:
        """Every table's rows as a count and a fingerprint."""
        with self.services.database.service() as session:
            return {name: (count, mark) for name, count, mark in session.execute(text(_ROWS))}

    def calls(self) -> tuple[int, int, int]:
        """How often each provider was asked for anything."""
        return len(self.telegram.calls), self.twilio.requests, len(self.push.notifications)

    # --- people -------------------------------------------------------------------------------------------------

    def person(self, chat: int, number: str | None = None, name: str = "Bo") -> UUID:
        """Somebody else, on Telegram and, with a number, everywhere."""
        with self.services.database.service() as session:
            return _reachable(session, name, str(chat), number, self.clock.now()).id

    def user(self, user_id: UUID) -> User:
        with self.services.database.service() as session:
            return session.get_one(User, user_id)

    def bearer(self, user_id: UUID | None = None) -> dict[str, str]:
        token = mint_token(SECRET_KEY, user_id or self.ann, self.clock.now())
        return {"Authorization": f"Bearer {token}"}

    def browser(self, user_id: UUID | None = None) -> str:
        """A browser subscribes to notifications through the API; its endpoint."""
        endpoint, p256dh, auth = self.push.subscribe()
        body = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
        answer = self.client.post("/api/v1/push/subscriptions", json=body, headers=self.bearer(user_id))
        assert answer.status_code == 201
        return endpoint

    def subscriptions(self) -> list[str]:
        with self.services.database.service() as session:
            return list(session.scalars(select(PushSubscription.endpoint)))

    def dashboard(self) -> str:
        """Ann's page, opened with a link from the chat."""
        self.client.post(self.link("/dashboard"))
        return self.client.get("/dashboard").get_data(as_text=True)

    def link(self, command: str) -> str:
        """The path of the one-time link that this command is answered with."""
        return self.says(command).text.splitlines()[-1].removeprefix(PUBLIC)

    def says(self, words: str, chat: int = CHAT) -> Sent:
        """Words typed on Telegram; the last message that came back."""
        self.telegram.type(words, chat)
        return self.telegram.chat(chat)[-1]

    def taps(self, label: str, chat: int = CHAT) -> Sent:
        """The newest button with this label is tapped; the last message then."""
        shown = next(sent for sent in reversed(self.telegram.chat(chat)) if label in sent.labels)
        self.telegram.tap(shown.message_id, label, chat)
        return self.telegram.chat(chat)[-1]

    def writes_on_whatsapp(self, words: str) -> None:
        assert self.twilio.whatsapp(PUBLIC + WHATSAPP_DOOR, words).status_code == 200


@pytest.fixture(name="flux")
def installation(
    tmp_path: Path,
    database: Database,
    redis_url: str,
    redis: Redis,
    now: datetime,
    request: pytest.FixtureRequest,
) -> Iterator[Flux]:
    """Wednesday, 10:00 in Berlin. Settings can be changed by parametrising this fixture with a dict."""
    with installed(tmp_path, database, redis_url, now, **getattr(request, "param", {})) as flux:
        yield flux


@pytest.fixture(scope="module", name="standing")
def standing_installation(
    template: str, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flux]:
    """One for a whole module, with a database of its own: for tests that leave nothing behind."""
    for url in cloned(template):
        database = Database(url)
        home = tmp_path_factory.mktemp("standing")
        with installed(home, database, servers.urls["REDIS_URL"], NOW) as flux:
            yield flux
        database.dispose()


@contextmanager
def installed(
    home: Path, database: Database, redis_url: str, now: datetime, **changed: Any
) -> Iterator[Flux]:
    """Flux over these servers, with providers of its own; `changed` settings go before the usual ones."""
    private_key, public_key = vapid_keys()
    with Telegram() as telegram, Twilio() as twilio, FakePushService(public_key) as push:
        usual = {
            "flux_home": home,
            "app_env": "test",
            "secret_key": SECRET_KEY,
            "database_url": database.engine.url.render_as_string(hide_password=False),
            "redis_url": redis_url,
            "telegram_bot_token": TOKEN,
            "telegram_webhook_secret": TELEGRAM_SECRET,
            "telegram_api_base_url": telegram.url,
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_api_base_url": twilio.url,
            "twilio_webhook_base_url": PUBLIC,
            "twilio_whatsapp_from": FLUX,
            "twilio_whatsapp_template_sid": TEMPLATE,
            "twilio_voice_from": "+14155550100",
            "twilio_verify_service_sid": VERIFY_SID,
            "vapid_private_key": private_key,
            "vapid_public_key": public_key,
            "push_allowed_hosts": (f"127.0.0.1:{push.port}",),
        }
        clock = ManualClock(now)
        services = replace(
            build(Settings(**usual | changed)), clock=clock, database=database, wakeups=RecordedWakeups()
        )
        services.enqueue = lambda _, event_id: inbound.handle(services, UUID(event_id))
        with database.service() as session:
            ann = _reachable(session, "Ann", str(CHAT), NUMBER, now).id
        client = create_app(services).test_client()
        telegram.client = twilio.client = client
        services.throttle.watch = twilio.watch = Following(clock)
        yield Flux(services, clock, client, telegram, twilio, push, ann)


@contextmanager
def untouched(flux: Flux) -> Iterator[None]:
    """Within it no row changes and no provider is asked for anything."""
    before = flux.rows(), flux.calls()
    yield
    assert (flux.rows(), flux.calls()) == before


@cache
def vapid_keys() -> tuple[str, str]:
    """Made once: no test changes them."""
    return generate_vapid_keys()


def _reachable(session: Any, name: str, chat: str, number: str | None, now: datetime) -> User:
    user = make_person(session, name, chat, now)
    if number is None:
        return user
    user.phone_verified, user.whatsapp_opt_in_at = True, now
    preferences = users.preferences_of(user)
    preferences.calls_opted_in = preferences.whatsapp_opted_in = True
    preferences.phone_number = number
    users.save_preferences(user, preferences)
    for channel in ("whatsapp", "call"):
        users.add_identity(session, user.id, channel, number, now)
    return user


def about_to_call(flux: Flux) -> datetime:
    """Reminded and written to on WhatsApp; the moment of the call has come, and nobody has dialled."""
    start = flux.clock.now()
    flux.reminded()
    flux.at(start + 2 * MINUTE)
    flux.clock.move_to(start + 4 * MINUTE)
    return flux.clock.now()
