"""/log on a phone: by day and task in the person's own time, a page at a time, short enough for every channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.log_command import log_page
from bot.services import Services
from reminders.plans import TaskDraft, schedule_tasks
from storage import users
from storage.tables import DispatchLog, Identity, NotificationLog, Task, User

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHATSAPP_TAKES = 1024
END = "/dashboard shows every task's whole story."
Write = Callable[..., UUID]


@pytest.fixture
def write(services: Services, owner: User) -> Write:
    """A task at that moment, reminded of ten minutes before; returns its id."""

    def run(at: datetime, title: str = "Run 5 km", user: User = owner, **more: object) -> UUID:
        with services.database.service() as session:
            task = Task(user_id=user.id, title=title, scheduled_at=at, local_day=at.date(), status="done")
            session.add(task)
            session.flush()
            attempt(session, task.id, at - 10 * MINUTE, **more)
            return task.id

    return run


def attempt(session: Session, task_id: UUID, at: datetime, **fields: object) -> UUID:
    values = {"channel": "telegram", "rung": "remind", "status": "dispatched", "outcome": "read"} | fields
    row = DispatchLog(id=uuid4(), task_id=task_id, created_at=at, **values)
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def log(services: Services, owner: User, now: datetime) -> Callable[[str], str]:
    def ask(argument: str = "") -> str:
        with services.database.session(owner.id) as session:
            return log_page(session, session.get_one(User, owner.id), argument, now)

    return ask


def test_lines_stand_under_their_day_and_task_in_the_persons_own_time(
    services: Services, write: Write, log: Callable[..., str], now: datetime
) -> None:
    task = write(now - HOUR)
    none = {"status": "skipped", "outcome": None, "reason": "no verified phone number"}
    with services.database.service() as session:
        attempt(session, task, now - 70 * MINUTE, channel="push", outcome="read")
        attempt(session, task, now - 68 * MINUTE, rung="whatsapp", channel="whatsapp", **none)
        attempt(session, task, now - 68 * MINUTE, rung="call", channel="call", **none)
        asked = attempt(session, task, now + 15 * HOUR, rung="follow_up", outcome=None)
        attempt(session, task, now + 15 * HOUR, rung="echo", outcome=None)
        answered = {"response": "done", "responded_at": now + 15 * HOUR + MINUTE, "attempt_id": asked}
        session.add(NotificationLog(task_id=task, channel="telegram", sent_at=now, **answered))
    write(now - DAY, "Call mum", outcome="delivered")
    assert log().splitlines() == [
        "Wed 11 Mar · Run 5 km, 09:00",
        "08:50 reminder by Telegram and notification, read",
        "08:52 second reminder by WhatsApp and call skipped: no verified phone number",
        "Thu 01:00 question how it went by Telegram, sent",
        "Thu 01:01 you answered: done",
        "",
        "Tue 10 Mar · Call mum, 10:00",
        "09:50 reminder by Telegram, delivered",
        "",
        END,
    ]


def test_what_comes_next_leads(
    services: Services, owner: User, write: Write, log: Callable[..., str], now: datetime
) -> None:
    with services.database.service() as session:
        draft = TaskDraft(title="Run", scheduled_at=now + 8 * HOUR)
        schedule_tasks(session, session.get_one(User, owner.id), [draft], now)
    assert log().splitlines() == [
        "Next: Run, today 17:50, reminder.",
        "I have not sent you any reminder yet.",
    ]
    write(now - HOUR)
    assert log().splitlines()[:3] == ["Next: Run, today 17:50, reminder.", "", "Wed 11 Mar · Run 5 km, 09:00"]
    assert not log("mum").startswith("Next")


def test_eight_lines_are_a_page_and_every_line_is_on_one(
    write: Write, log: Callable[..., str], now: datetime
) -> None:
    for day in range(20):
        write(now - day * DAY)
    pages = [log(), log("2"), log("3")]
    days = [[line for line in page.splitlines() if "·" in line] for page in pages]
    assert [len(page) for page in days] == [8, 8, 4]
    assert len({line for page in days for line in page}) == 20
    assert [page.splitlines()[-1] for page in pages] == [
        f"/log 2 shows what was before. {END}",
        f"/log 3 shows what was before. {END}",
        END,
    ]
    assert log("4") == log("99") == "There is nothing more before that."


def test_a_task_that_goes_over_the_page_is_named_again(
    services: Services, write: Write, log: Callable[..., str], now: datetime
) -> None:
    task = write(now - HOUR)
    with services.database.service() as session:
        for minute in range(9):
            attempt(session, task, now + minute * MINUTE, rung="follow_up")
    assert log("2").splitlines() == [
        "Wed 11 Mar · Run 5 km, 09:00",
        "10:07 question how it went by Telegram, read",
        "10:08 question how it went by Telegram, read",
        "",
        END,
    ]


def test_one_task_is_found_by_any_words_of_its_name(
    write: Write, log: Callable[..., str], now: datetime, stranger: User
) -> None:
    for day in range(9):
        write(now - day * DAY)
    write(now, "Call mum")
    write(now, "Run away", user=stranger)
    assert "mum" not in log("RUN") and "away" not in log("run")
    assert f"/log run 2 shows what was before. {END}" in log("run")
    assert len([line for line in log("run 2").splitlines() if "·" in line]) == 1
    assert log("swim") == 'I have sent nothing about "swim" yet.'
    assert log("%") == 'I have sent nothing about "%" yet.'


@pytest.mark.parametrize("argument", ["0", "-1", "2 2", "999999999999", "🏃" * 500, "' or 1=1", "\n\n", "٣"])
def test_whatever_is_asked_is_answered_within_what_whatsapp_takes(
    write: Write, log: Callable[..., str], now: datetime, argument: str
) -> None:
    write(now)
    assert 0 < len(log(argument)) <= WHATSAPP_TAKES


def test_the_longest_lines_still_fit_whatsapp(
    services: Services, owner: User, write: Write, log: Callable[..., str], now: datetime
) -> None:
    reason = "the number has been taken away from you by the company that gave it to you once"
    for number in range(12):
        task = write(now - number * HOUR, "Tidy \n the cellar and the attic " * 9)
        with services.database.service() as session:
            attempt(session, task, now, rung="whatsapp", channel="whatsapp", status="failed", reason=reason)
    with services.database.service() as session:
        draft = TaskDraft(
            title="Sort the letters of the year before last and the one before it", scheduled_at=now + HOUR
        )
        schedule_tasks(session, session.get_one(User, owner.id), [draft], now)
        for channel in ("telegram", "whatsapp", "call", "push"):
            users.add_identity(session, owner.id, channel, "+4915112345678", now)
        session.execute(update(Identity).values(disabled_reason=reason))
    pages = [log(str(number)) for number in range(1, 8)]
    assert pages[0].count(" is off: ") + pages[0].count(" are off: ") == 4
    assert max(len(page) for page in pages) <= WHATSAPP_TAKES
    assert sum(page.count(" failed: ") for page in pages) == 12


def test_the_command_is_answered_in_the_chat(say, text, write: Write, now: datetime) -> None:
    write(now - HOUR)
    [shown] = say(text("/log@flux_bot run"))
    assert "08:50 reminder by Telegram, read" in shown["text"]
