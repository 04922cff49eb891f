"""/log: the last lines of the trail as a phone shows them, by day and task, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders.people import Person, load_person
from reminders.rules.rhythm import Rhythm
from reminders.task_trail import next_up, plain
from reminders.ways_back import channels_off
from reminders.wording import moment
from storage.tables import User
from storage.trail import TaskTrail, trail

_LINES = 8  # on one page
_LONGEST = 880  # characters above the last line: WhatsApp takes 1,024
_PAGES = 20
_LONGEST_TITLE = 40
_PAGE = re.compile(r"\s*\b(\d{1,3})$")


def log_page(session: Session, user: User, argument: str, now: datetime) -> str:
    """What "/log", "/log 2", "/log run" and "/log run 2" say."""
    found = _PAGE.search(argument)
    number = max(1, int(found[1])) if found else 1
    words = (argument[: found.start()] if found else argument).split()
    person = load_person(session, user.id)
    if person is None or number > _PAGES:
        return _nothing(words, number)
    groups = trail(session, user.id, limit=_LINES * (number + 1), named=words)
    top = "\n".join([*channels_off(session, user.id), *_next(session, person, words, now)])
    room = _LONGEST - len(" ".join(words))  # they stand in the last line again
    pages = list(_pages(groups, person.ladder.rhythm, room - len(top), room))
    lead = top if number == 1 else ""
    if number > len(pages):
        return "\n".join(filter(None, [lead, _nothing(words, number)]))
    before = f"/log {' '.join([*words, str(number + 1)])} shows what was before. "
    more = before if number < min(len(pages), _PAGES) else ""
    parts = [lead, pages[number - 1], f"{more}/dashboard shows every task's whole story."]
    return "\n\n".join(filter(None, parts))


def _next(session: Session, person: Person, words: Sequence[str], now: datetime) -> list[str]:
    """ "Next: Run, today 18:20, reminder."."""
    coming = next_up(session, person, now, words)
    if coming is None:
        return []
    task, event = coming
    return [f"Next: {_short(task.title)}, {moment(event.at, person.ladder.rhythm, now)}, {event.words}."]


def _nothing(words: Sequence[str], number: int) -> str:
    if number > 1:
        return "There is nothing more before that."
    if words:
        return f'I have sent nothing about "{_short(" ".join(words))}" yet.'
    return "I have not sent you any reminder yet."


def _pages(groups: Sequence[TaskTrail], rhythm: Rhythm, first: int, others: int) -> Iterator[str]:
    """Filled in turn; a task whose lines go over the end of a page is named again on the next one.

    `first` and `others`: how many characters a page has room for.
    """
    page: list[str] = []
    lines, length, room = 0, 0, first
    for group in groups:
        named = False
        for line in _told(group, rhythm):
            head = [] if named else [*([""] if page else []), _head(group, rhythm)]
            more = sum(len(one) + 1 for one in (*head, line))
            if page and (lines == _LINES or length + more > room):
                yield "\n".join(page)
                page, lines, length, room = [], 0, 0, others
                head = [_head(group, rhythm)]
            page += [*head, line]
            lines, length, named = lines + 1, length + more, True
    if page:
        yield "\n".join(page)


def _head(group: TaskTrail, rhythm: Rhythm) -> str:
    """ "Tue 24 Nov · Run 5 km, 18:00"."""
    at = rhythm.local(group.scheduled_at)
    return f"{at:%a} {at.day} {at:%b} · {_short(group.title)}, {at:%H:%M}"


def _told(group: TaskTrail, rhythm: Rhythm) -> list[str]:
    """The lines of one task in order of time, what the person answered among them."""
    said = [(told.at, plain(told.words())) for told in group.told]
    said += [(at, f"you answered: {words}") for told in group.told for at, words in told.answers()]
    said.sort(key=lambda pair: pair[0])
    day = rhythm.day(group.scheduled_at)
    return [f"{_when(rhythm.local(at), day)} {words}" for at, words in said]


def _when(at: datetime, day: date) -> str:
    return f"{at:%H:%M}" if at.date() == day else f"{at:%a %H:%M}"


def _short(title: str) -> str:
    plain = " ".join(title.split())
    return plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1]}…"
