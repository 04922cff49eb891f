"""One run of chaos: the installation, the providers and people around it, the blows, and whoever watches meanwhile."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.chaos_home import Installation, write_procfile
from bench.chaos_judge import Case, Held, left
from bench.chaos_ledger import Ledger
from bench.chaos_people import HABITS, PUBLIC, Crowd, Person
from bench.chaos_providers import ChaosPush, ChaosTelegram, ChaosTwilio, Weather
from bench.chaos_schedule import Rampage, draw
from bench.seed import Load, fill
from channels.push_keys import generate_vapid_keys
from tests.fakes.telegram_server import TOKEN
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN

WINDOW = 40.0  # seconds between two rungs: longer than a dead worker's lease
GRACE = 2 * WINDOW + 5
STEPS_A_TASK = 2.75  # of people with these habits
PACE = 25.0  # steps a second: two cores carry them together with the fakes
COPIES = {"worker": 2, "scheduler": 2}
_FROM = "+14155238886"
_SECRET = "chaos-" + "s" * 32
_PATIENCE = 240.0  # seconds until everything must have settled
_HELD = """
    select replace(id::text, '-', ''), replace(task_id::text, '-', ''), rung, channel, tries from dispatch_log
    where status in ('pending', 'unknown') and lease_until > %s and (outcome = 'sending' or tries = 0)
        and rung not in ('hang_up', 'echo')
"""
_DONE = "select replace(id::text, '-', '') from tasks where status = 'done' and completed_at > %s"


@dataclass(frozen=True)
class Size:
    steps: int
    kills: int
    seed: int

    @property
    def tasks(self) -> int:
        return round(self.steps / STEPS_A_TASK)

    @property
    def spread(self) -> float:
        """Seconds over which the reminders fall due."""
        return self.steps / PACE

    @property
    def seconds(self) -> float:
        """How long blows fall: until the last ladder is nearly climbed."""
        return self.spread + 2 * WINDOW


class Arena:
    """One run: the installation, the providers and people around it, and whoever watches."""

    def __init__(self, size: Size, folder: Path) -> None:
        self.size, self._folder = size, folder
        self._ledger = Ledger()
        self._weathers = {
            name: Weather(random.Random(f"{size.seed} {name}")) for name in ("telegram", "twilio", "push")
        }
        self._keys = generate_vapid_keys()
        self.telegram = ChaosTelegram(self._ledger, self._weathers["telegram"])
        self.twilio = ChaosTwilio(self._ledger, self._weathers["twilio"])
        self.push = ChaosPush(self._keys[1], self._ledger, self._weathers["push"])
        self._held: list[Held] = []
        self._committed: dict[str, float] = {}
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as stack:
            for server in (self.telegram, self.twilio, self.push):
                stack.enter_context(server)
            procfile = write_procfile(self._folder / "Procfile", COPIES)
            self.installation = Installation(self._folder / "home", self._settings(), procfile)
            self.twilio.reach = lambda url: url.replace(PUBLIC, self.installation.base)
            stack.callback(self.installation.stop)
            self.installation.start()
            self.installation.wait_until_ready()
            self.rampage = Rampage(
                self.installation, tuple(self._weathers.values()), random.Random(f"{self.size.seed} whom")
            )
            stack.callback(self.rampage.end)
            yield

    def play(self) -> Case:
        """From the first reminder until nothing waits any more."""
        people, due = self._populate()
        chance = random.Random(f"{self.size.seed} people")
        self.crowd = Crowd(people, self.telegram, self.twilio, chance, secret=_SECRET, patience=WINDOW * 0.75)
        try:
            self.settled = self._until_settled(min(due.values()))
        finally:
            self.crowd.stop()
        case = Case(
            people, due, self._ledger, self.crowd.answered, self._committed, self._held, self._ended_calls()
        )
        with self.installation.connect() as connection:
            case.read(connection)
        return case

    # ------------------------------------------------------------------ before

    def _settings(self) -> dict[str, str]:
        private, public = self._keys
        return {
            "APP_ENV": "production",
            "SECRET_KEY": "chaos-" + "k" * 32,
            "PORT": "18400",
            "REMINDER_LEAD_MINUTES": "0",
            "ESCALATION_WINDOW_MINUTES": str(WINDOW / 60),
            "MISS_GRACE_MINUTES": str(GRACE / 60),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_WEBHOOK_SECRET": _SECRET,
            "TELEGRAM_API_BASE_URL": self.telegram.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_WHATSAPP_FROM": _FROM,
            "TWILIO_VOICE_FROM": _FROM,
            "TWILIO_WEBHOOK_BASE_URL": PUBLIC,
            "TWILIO_API_BASE_URL": self.twilio.url,
            "VAPID_PRIVATE_KEY": private,
            "VAPID_PUBLIC_KEY": public,
            "PUSH_ALLOWED_HOSTS": f"127.0.0.1:{self.push.port}",
            "OPENROUTER_API_KEY": "",
        }

    def _populate(self) -> tuple[list[Person], dict[str, float]]:
        """People with one task each, every address, and a habit; the first reminder is due in a few seconds."""
        size = self.size
        chance = random.Random(f"{size.seed} habits")
        subscriptions = [self.push.subscribe() for _ in range(size.tasks)]
        begins = datetime.now(UTC) + timedelta(seconds=6)
        url = self.installation.published["DATABASE_URL"]
        fill(url, Load(size.tasks, begins, timedelta(seconds=size.spread), lead=timedelta(0)), quiet=True)
        people, due = [], {}
        with self.installation.connect() as connection, connection.cursor() as cursor:
            cursor.execute(_REACHABLE.encode(), {"zone": _zone_of_noon(datetime.now(UTC))})
            cursor.execute(_NUMBERS.encode())
            cursor.execute(_CHATS.encode())
            rows = cursor.execute(_WHO.encode()).fetchall()
            for (user, task, at, chat, number), (endpoint, p256dh, auth) in zip(
                rows, subscriptions, strict=True
            ):
                cursor.execute(_SUBSCRIBE.encode(), (uuid4(), user, endpoint, p256dh, auth))
                people.append(
                    Person(task, chat, number, chance.choices(list(HABITS), list(HABITS.values()))[0])
                )
                due[task] = float(at)
        return people, due

    # ------------------------------------------------------------------ meanwhile

    def _until_settled(self, begun: float) -> bool:
        """Strike as the schedule says, look at the database in between, and wait until nothing is left."""
        blows = draw(random.Random(f"{self.size.seed} blows"), self.size.kills, self.size.seconds)
        told = 0.0
        while (now := time.time()) < begun + self.size.seconds + _PATIENCE:
            while blows and now >= begun + blows[0].at:
                self._strike(blows.pop(0).what)
            waiting = self._look()
            if waiting == (0, 0, 0) and not blows:
                return True
            if now - told > 10:
                told = now
                killed = self.rampage.killed.total()
                print(
                    f"  {now - begun:5.0f} s: {killed} killed, waiting (attempts, tasks, messages): {waiting}",
                    flush=True,
                )
            time.sleep(0.1)
        return False

    def _strike(self, what: str) -> None:
        deaths = len(self.rampage.worker_deaths)
        self.rampage.strike(what)
        for died in self.rampage.worker_deaths[deaths:]:
            self._note_held(died)

    def _look(self) -> tuple[int, int, int] | None:
        """Whose answer has been committed, and what still waits; None while Postgres is away."""
        try:
            connection = self._connected()
            for (task,) in connection.execute(_DONE.encode(), (datetime.now(UTC) - timedelta(minutes=1),)):
                self._committed.setdefault(task, time.time())
            return left(connection)
        except psycopg.Error:
            self._connection = None
            return None

    def _note_held(self, died: float) -> None:
        try:
            rows = self._connected().execute(_HELD.encode(), (datetime.fromtimestamp(died, UTC),)).fetchall()
        except psycopg.Error:
            self._connection = None
            return
        self._held += [Held(died, *row) for row in rows]

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.broken:
            self._connection = self.installation.connect()
        return self._connection

    def _ended_calls(self) -> dict[str, float]:
        tasks = {
            sid: call.get("Url").partition("task_id=")[2][:36].replace("-", "")
            for call in self.twilio.calls
            for sid in (call.sid,)
        }
        return {tasks[sid]: at for sid, at in self.twilio.ended_at.items() if sid in tasks}


_REACHABLE = """
    update users set timezone = %(zone)s, phone_verified = true, whatsapp_opt_in_at = created_at,
        notification_preferences = '{"calls_opted_in": true, "whatsapp_opted_in": true}'
"""
_NUMBERS = """
    with people as (select id, row_number() over (order by id) as n from users)
    insert into identities (user_id, channel, value, last_inbound_at)
    select id, channel, '+4915' || (200000000 + n), now() from people, unnest(array['whatsapp', 'call']) as channel
"""
_CHATS = """
    with people as (select id, row_number() over (order by id) as n from users)
    update identities i set value = 9900000000 + p.n from people p where p.id = i.user_id and i.channel = 'telegram'
"""
_WHO = """
    select u.id, replace(t.id::text, '-', ''), extract(epoch from t.wakes_at), chat.value, phone.value
    from users u join tasks t on t.user_id = u.id
    join identities chat on chat.user_id = u.id and chat.channel = 'telegram'
    join identities phone on phone.user_id = u.id and phone.channel = 'call'
    order by t.wakes_at
"""
_SUBSCRIBE = (
    "insert into push_subscriptions (id, user_id, endpoint, p256dh, auth) values (%s, %s, %s, %s, %s)"
)


def _zone_of_noon(now: datetime) -> str:
    """Where it is about noon: no run crosses anybody's midnight."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"
