"""The people at the other end: who answers what and when, and the callbacks that providers send, doubled and out of order."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from bench.chaos_ledger import About
from bench.chaos_providers import ChaosTelegram, ChaosTwilio
from tests.fakes.twilio_phone import PhoneCall, whatsapp_form
from tests.fakes.twilio_server import LIVE

PUBLIC = "https://flux.example"
TELEGRAM_DOOR, WHATSAPP_DOOR = "/api/v1/webhooks/telegram", "/api/v1/webhooks/twilio/whatsapp"
# How each person deals with their task, and how many of a hundred do so.
HABITS = {"ignores": 35, "taps": 22, "writes": 15, "presses": 16, "taps while it rings": 12}
_AGAIN, _TRIES = 1.0, 60  # a provider repeats what nobody took; a person sends it again
_RINGS = 20.0
_DOUBLED = 0.2
_MESSAGE = ("queued", "sent", "delivered", "read")
Act = Callable[[], None]


@dataclass(frozen=True)
class Person:
    """Somebody with one task and every way to be reached."""

    task: str  # id in hex
    chat: str
    number: str
    habit: str


class Later:
    """Does things after a while, on a few threads. What meets a dead web process is counted, and is no failure."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Act]] = []
        self._numbers = itertools.count()
        self._news = threading.Condition()
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="people")
        self._over = False
        self.unheard = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def after(self, seconds: float, act: Act) -> None:
        with self._news:
            heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._numbers), act))
            self._news.notify()

    def stop(self) -> None:
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join(5)
        self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while True:
            with self._news:
                pause = self._heap[0][0] - time.monotonic() if self._heap else 1.0
                if self._over:
                    return
                if pause > 0:
                    self._news.wait(pause)
                    continue
                act = heapq.heappop(self._heap)[2]
            self._pool.submit(self._do, act)

    def _do(self, act: Act) -> None:
        try:
            act()
        except (requests.RequestException, AssertionError):
            self.unheard += 1


class Crowd:
    """Hears of everything that reaches a person, and answers as their habit is."""

    def __init__(
        self,
        people: list[Person],
        telegram: ChaosTelegram,
        twilio: ChaosTwilio,
        chance: random.Random,
        *,
        secret: str,
        patience: float,
    ) -> None:
        self._by_chat = {one.chat: one for one in people}
        self._by_number = {one.number: one for one in people}
        self._telegram, self._twilio = telegram, twilio
        self._chance, self._secret = chance, secret
        self._patience = patience  # an answer comes within so many seconds
        self.later = Later()
        self.habits = Counter(one.habit for one in people)
        self.answered: dict[str, float] = {}  # task -> when Flux took the answer (time.time())
        self._reminders: dict[str, int] = {}  # chat -> id of the newest reminder there
        self._acted: set[str] = set()
        self._lock = threading.Lock()
        telegram.news = self.hears
        twilio.news = self.hears

    def hears(self, about: About) -> None:
        """Called by the providers, on the request's own thread."""
        match about.channel, about.rung:
            case "telegram", "remind":
                self._reminders[about.address] = int(about.attempt)
                self._answers(self._by_chat[about.address], "taps", self._taps)
            case "whatsapp", "whatsapp":
                for state in self._in_some_order(_MESSAGE):
                    self._report(about.attempt, state)
                self._answers(self._by_number[about.address], "writes", self._writes)
            case "call", "call":
                self._rings(self._by_number[about.address], about.attempt)
            case "call", "hang_up":
                self.later.after(0.2, lambda: self._state(about.address, "canceled"))

    def stop(self) -> None:
        self.later.stop()

    # ------------------------------------------------------------------ answers

    def _answers(self, person: Person, habit: str, act: Callable[[Person], None]) -> None:
        """Once, however often they are asked."""
        with self._lock:
            if person.habit != habit or person.task in self._acted:
                return
            self._acted.add(person.task)
        self.later.after(self._draw(0.2, self._patience), lambda: act(person))

    def _taps(self, person: Person) -> None:
        """Half of the taps come by the webhook, half are fetched by the poller."""
        message_id = self._reminders[person.chat]
        rows = self._telegram.sent[message_id].buttons
        data = next(one["callback_data"] for row in rows for one in row if one["text"] == "Done")
        update = self._telegram.tap_update(message_id, data, int(person.chat))
        if self._draw() < 0.5:
            self._telegram.publish(update)
            self.answered[person.task] = time.time()  # Telegram keeps it until it is fetched
            return
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}

        def post() -> requests.Response:
            url = self._twilio.reach(PUBLIC + TELEGRAM_DOOR)
            return requests.post(url, json=update, headers=headers, timeout=10)

        self._until_taken(person, post)

    def _writes(self, person: Person) -> None:
        form = whatsapp_form("1", person.number)
        self._until_taken(person, lambda: self._twilio.post(PUBLIC + WHATSAPP_DOOR, form))

    def _until_taken(self, person: Person, post: Callable[[], requests.Response], tries: int = 0) -> None:
        """Again each second until the web process has answered 200; one in five arrives twice at once."""
        twice = self._draw() < _DOUBLED
        if twice:
            self.later.after(0.0, lambda: _quietly(post))
        status = _quietly(post)
        if status == 200:
            self.answered.setdefault(person.task, time.time())
        elif tries < _TRIES:
            self.later.after(_AGAIN, lambda: self._until_taken(person, post, tries + 1))

    # ------------------------------------------------------------------ calls

    def _rings(self, person: Person, attempt: str) -> None:
        sid = self._twilio.sids[attempt]
        for state in self._in_some_order(("initiated", "ringing")):
            self.later.after(self._draw(0.05, 0.6), lambda state=state: self._state(sid, state))
        pause = self._draw(1.0, 4.0)
        match person.habit:
            case "presses":
                self.later.after(pause, lambda: self._picks_up(person, sid))
            case "taps while it rings":
                self._answers_now(person, pause)
        self.later.after(_RINGS, lambda: self._nobody_came(sid))

    def _answers_now(self, person: Person, pause: float) -> None:
        with self._lock:
            if person.task in self._acted:
                return
            self._acted.add(person.task)
        self.later.after(pause, lambda: self._taps(person))

    def _picks_up(self, person: Person, sid: str) -> None:
        call = self._twilio.record(sid)
        if call is None or call.status not in LIVE:
            return
        call.status = "in-progress"
        self._state(sid, "in-progress")
        phone = PhoneCall(self._twilio, call)
        try:
            phone.follow(call.get("Url"), {})
            if "Recorded" in phone.press("1"):
                self.answered.setdefault(person.task, time.time())
        finally:
            call.status = "completed"
            self._state(sid, "completed")

    def _nobody_came(self, sid: str) -> None:
        call = self._twilio.record(sid)
        if call is not None and call.status in LIVE and call.status != "in-progress":
            call.status = "no-answer"
            self._state(sid, "no-answer")

    # ------------------------------------------------------------------ callbacks

    def _report(self, attempt: str, state: str) -> None:
        message = self._twilio.record(self._twilio.sids[attempt])
        if message is not None:
            for pause in self._once_or_twice(3.0):
                self.later.after(pause, lambda: self._twilio.report(message, state))

    def _state(self, sid: str, state: str) -> None:
        """One step of a call, as Twilio tells it; the call itself does not wait for whoever listens."""
        call = self._twilio.record(sid)
        if call is None:
            return
        form = {"CallSid": sid, "CallStatus": state, "To": call.get("To")}
        for pause in self._once_or_twice(0.3):
            self.later.after(pause, lambda: self._twilio.post(call.get("StatusCallback"), form))

    def _in_some_order(self, states: tuple[str, ...]) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._chance.sample(states, len(states))) if self._chance.random() < 0.3 else states

    def _once_or_twice(self, longest: float) -> list[float]:
        count = 2 if self._draw() < _DOUBLED else 1
        return [self._draw(0.0, longest) for _ in range(count)]

    def _draw(self, low: float = 0.0, high: float = 1.0) -> float:
        with self._lock:
            return self._chance.uniform(low, high)


def _quietly(post: Callable[[], requests.Response]) -> int:
    """The status, or 0 when nobody was there."""
    try:
        return post().status_code
    except requests.RequestException:
        return 0
