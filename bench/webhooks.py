"""Whatever arrives ten times at once has one effect, and a delivery's reports end the same in every order (F8).

    python -m bench.webhooks [--rounds 10]

The real web process is posted to over ten connections at once: a tap, a WhatsApp answer, a key on the telephone, a
message in the chat and a delivery report. Then the reports of a message, and of a call, arrive in every order.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from bench.figures import Figure, report
from bench.town import PUBLIC, WHATSAPP_HOOK, Resident, Town, open_town, soon, wait_until
from tests.fakes.twilio_phone import whatsapp_form

TIMES = 10
_PATIENCE = 60.0
_WINDOW = 3.0  # seconds from rung to rung
_MESSAGE = ("queued", "sent", "delivered", "read", "failed")
_CALL = ("initiated", "ringing", "in-progress", "completed")
_END = "select outcome, status from dispatch_log where id = %s"


class Desk:
    """Posts the same thing ten times at once, and looks what came of it."""

    def __init__(self, town: Town, pool: ThreadPoolExecutor) -> None:
        self.town, self._pool = town, pool
        self.wrong: list[str] = []
        self.posted = 0

    def ten_times(
        self, what: str, post: Callable[[], object], effect: Callable[[], object], wanted: object
    ) -> None:
        """The effect must come, and still be the same when everything has been handled."""
        list(self._pool.map(lambda _: post(), range(TIMES)))
        self.posted += TIMES
        wait_until(lambda: effect() == wanted and self._idle(), _PATIENCE)
        found = effect()
        if found != wanted:
            self.wrong.append(f"{what}: {found}, not {wanted}")

    def row(self, query: str, *values: object) -> Any:
        with self.town.connect() as connection:
            return connection.execute(query.encode(), values).fetchone()

    def _idle(self) -> bool:
        return self.row("select count(*) from inbound_events where state in ('received', 'answered')") == (0,)


def play(desk: Desk, people: Sequence[Resident]) -> None:
    """Each of these people answers in another way, each time ten times at once."""
    town = desk.town
    for number, one in enumerate(people):
        version = desk.row("select version from tasks where id = %s", one.task_id)[0]
        state = "select status, version from tasks where id = %s"
        match number % 3:
            case 0:
                message_id, data = town.button(one)
                update = town.telegram._update()
                shown = {"message_id": message_id, "date": 1, "chat": {"id": one.chat, "type": "private"}}
                query = {"id": f"q{number}", "from": {"id": one.chat, "is_bot": False, "first_name": "A"}}
                update["callback_query"] = query | {"message": shown, "data": data, "chat_instance": "1"}
                post: Callable[[], object] = lambda update=update: town.telegram.again(update)  # noqa: E731
            case 1:
                form = whatsapp_form("1", one.number)
                post = lambda form=form: town.twilio.post(PUBLIC + WHATSAPP_HOOK, form)  # noqa: E731
            case _:
                call = next(call for call in town.twilio.calls if call.to == one.number)
                form = {"CallSid": call.sid, "CallStatus": "in-progress", "Digits": "1"}
                url = call.get("Url")
                post = lambda url=url, form=form: town.twilio.post(url, form)  # noqa: E731
        what = ("a tap", "a WhatsApp answer", "a key")[number % 3]
        desk.ten_times(
            what, post, lambda one=one, state=state: desk.row(state, one.task_id), ("done", version + 1)
        )


def chat(desk: Desk, one: Resident, rounds: int) -> None:
    """A typed message is answered once."""
    for number in range(rounds):
        update = desk.town.telegram._update(
            message=desk.town.telegram._message(one.chat, text=f"what's on today? {number}")
        )
        before = len(desk.town.telegram.chat(one.chat))
        desk.ten_times(
            "a message",
            lambda update=update: desk.town.telegram.again(update),
            lambda: len(desk.town.telegram.chat(one.chat)),
            before + 1,
        )


def orders(desk: Desk, records: Sequence[Any], states: Sequence[str], kind: str) -> tuple[int, set[Any]]:
    """Post the reports in every order, each order about a message or call of its own; how many, and the ends."""
    ends: set[Any] = set()
    tried = 0
    for record, order in zip(records, permutations(states), strict=False):
        url = record.get("StatusCallback")
        attempt = UUID(parse_qs(urlsplit(url).query)["attempt"][0])
        for state in order:
            form = {f"{kind}Sid": record.sid, f"{kind}Status": state, "To": record.get("To")}
            desk.town.twilio.post(url, form).raise_for_status()
        ends.add(tuple(desk.row(_END, attempt)))
        tried += 1
    return tried, ends


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10, help="of each kind of webhook")
    rounds: int = parser.parse_args().rounds
    window = {"ESCALATION_WINDOW_MINUTES": str(_WINDOW / 60)}
    with open_town(**window) as town, ThreadPoolExecutor(TIMES) as pool:
        desk = Desk(town, pool)
        people = town.settle(150, soon(3), timedelta(seconds=1))
        for book in (town.twilio.messages, town.twilio.calls):
            if not wait_until(lambda book=book: len(book) >= len(people), 120, 0.2):
                raise TimeoutError("not everybody was reached")
        time.sleep(_WINDOW)  # their results are written by now
        numbers = {one.number: one for one in people}
        messages, calls = list(town.twilio.messages), list(town.twilio.calls)
        tried, ends = orders(desk, messages, _MESSAGE, "Message")
        rung, call_ends = orders(desk, calls, _CALL, "Call")
        untouched = [numbers[call.to] for call in calls[rung:] if numbers[call.to]]
        play(desk, untouched[: 3 * rounds])
        chat(desk, untouched[-1], rounds)
    for fault in desk.wrong:
        print(f"  {fault}")
    return report(
        [
            Figure(
                "F8 each webhook 10 times at once",
                "one effect",
                f"{len(desk.wrong)} wrong of {desk.posted // TIMES}",
                not desk.wrong,
            ),
            Figure(
                f"F8 message reports in {tried} orders",
                "one final state",
                f"{len(ends)}: {_words(ends)}",
                len(ends) == 1 and tried == 120,
            ),
            Figure(
                f"F8 call reports in {rung} orders",
                "one final state",
                f"{len(call_ends)}: {_words(call_ends)}",
                len(call_ends) == 1 and rung == 24,
            ),
        ]
    )


def _words(ends: set[Any]) -> str:
    return ", ".join(sorted("/".join(map(str, end)) for end in ends))


if __name__ == "__main__":
    sys.exit(main())
