"""A town for benches: real processes of Flux over real servers, fake providers on loopback, and people with every channel."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.running import environment, flux, wait_for_workers, web
from bench.seed import Load, fill, plain
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from tests.fakes.http_server import Reply
from tests.fakes.telegram_server import TOKEN, FakeTelegram
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio

PUBLIC = "https://flux.example"
TELEGRAM_HOOK, WHATSAPP_HOOK = "/api/v1/webhooks/telegram", "/api/v1/webhooks/twilio/whatsapp"
_HEADER = "telegram-header-of-the-bench"
_SENDER = "+15005550006"
# Chat ids of the seed are longer than Telegram's, so that nobody takes them for real ones; the webhook would.
_READY = """
    create sequence if not exists chats start 5000001;
    update identities set value = nextval('chats')::text where channel = 'telegram' and length(value) = 19;
    update users set phone_verified = true, whatsapp_opt_in_at = created_at,
        notification_preferences = '{"calls_opted_in": true}';
    with people as (
        select id, row_number() over (order by id) as n from users u
        where not exists (select 1 from identities i where i.user_id = u.id and i.channel = 'call')
    )
    insert into identities (user_id, channel, value)
    select id, channel, '+4915' || (200000000 + n + (select count(*) from identities))
    from people, unnest(array['whatsapp', 'call']) as channel;
"""
_PEOPLE = """
    select t.id, c.value, w.value from tasks t
    join identities c on c.user_id = t.user_id and c.channel = 'telegram'
    join identities w on w.user_id = t.user_id and w.channel = 'call'
    where t.created_at >= %s order by t.wakes_at
"""


class TimedTelegram(FakeTelegram):
    """Notes when each tap was answered, and when each chat was first refused."""

    def __init__(self) -> None:
        super().__init__()
        self.answered_at: dict[str, float] = {}
        self.refused_at: dict[int, float] = {}

    def _do_answer_callback_query(self, fields: dict[str, Any]) -> bool:
        self.answered_at.setdefault(fields["callback_query_id"], time.time())
        return super()._do_answer_callback_query(fields)

    def _keep(self, fields: dict[str, Any], text: str, content: bytes | None = None) -> dict[str, Any]:
        if fields["chat_id"] in self.blocked:
            self.refused_at.setdefault(fields["chat_id"], time.time())
        return super()._keep(fields, text, content)


class TimedTwilio(FakeTwilio):
    """Notes when each number was first sent a message, refused one, called, and hung up on."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[tuple[str, str], float] = {}

    def _note(self, what: str, number: str) -> None:
        self.at.setdefault((what, number), time.time())

    def _create(self, records: Any, prefix: str, form: dict[str, list[str]], problem: Any) -> Reply:
        number = form["To"][0].removeprefix("whatsapp:")
        reply = super()._create(records, prefix, form, problem)
        made = {"SM": "message", "CA": "call"}[prefix] if reply.status == 201 else "refused"
        self._note(made, number)
        return reply

    def _change_call(self, sid: str, form: dict[str, list[str]]) -> Reply:
        number = next((call.to for call in self.calls if call.sid == sid), "")
        self._note("hung up", number)
        return super()._change_call(sid, form)


@dataclass(frozen=True)
class Resident:
    """Somebody with one task: their chat, and the number of their WhatsApp and telephone."""

    task_id: UUID
    chat: int
    number: str


@dataclass
class Town:
    telegram: TimedTelegram
    twilio: TimedTwilio
    url: str  # of the web process
    database_url: str
    home: Path
    settled: list[Resident] = field(default_factory=list)

    def settle(self, count: int, due: datetime, spread: timedelta = timedelta(0)) -> list[Resident]:
        """People with every channel and one task each, whose reminders fall due from `due` on."""
        fill(self.database_url, Load(count, due, spread), quiet=True)
        with self.connect() as connection:
            connection.execute(_READY.encode())
            rows = connection.execute(_PEOPLE, [due - timedelta(days=30)]).fetchall()
        known = {one.task_id for one in self.settled}
        new = [Resident(task, int(chat), number) for task, chat, number in rows if task not in known]
        self.settled += new
        return new

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(plain(self.database_url), autocommit=True) as connection:
            yield connection

    def button(self, resident: Resident, label: str = "Done") -> tuple[int, str]:
        """Message id and payload of a button under their reminder."""
        message = self.telegram.chat(resident.chat)[-1]
        data = next(b["callback_data"] for row in message.buttons for b in row if b["text"] == label)
        return message.message_id, data


def wait_until(happened: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Look again and again; False when it did not happen in that time."""
    end = time.monotonic() + seconds
    while not (well := happened()) and time.monotonic() < end:
        time.sleep(pause)
    return well


@contextmanager
def open_town(**settings: str) -> Iterator[Town]:
    """Everything up and connected; `settings` are added to the environment of the processes."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flux-bench-")))
        servers = stack.enter_context(EmbeddedServers(home))
        telegram, twilio = stack.enter_context(TimedTelegram()), stack.enter_context(TimedTwilio())
        urls = servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"]
        migrate(urls[0])
        known = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "TELEGRAM_WEBHOOK_SECRET": _HEADER,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_WHATSAPP_FROM": _SENDER,
            "TWILIO_VOICE_FROM": _SENDER,
            "TWILIO_WEBHOOK_BASE_URL": PUBLIC,
            "TWILIO_API_BASE_URL": twilio.url,
        }
        wanted = environment(home, *urls, **known | settings)
        _, url = stack.enter_context(web(wanted))
        for command in ("worker", "scheduler"):
            stack.enter_context(flux(command, wanted))
        wait_for_workers(urls[1], 2)
        telegram.webhook = (url + TELEGRAM_HOOK, _HEADER)
        twilio.reach = lambda public: public.replace(PUBLIC, url)
        yield Town(telegram, twilio, url, urls[0], home)


def soon(seconds: float = 2.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
