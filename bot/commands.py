"""Slash commands: the answers that need no conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from agents import erasing
from bot.exports import export_reply
from bot.log_command import log_page
from bot.response import Response, say
from bot.tokens import mint_token
from channels.messages import Choice, InboundMessage
from reminders import agenda
from storage import users
from storage.database import narrow
from storage.tables import User

if TYPE_CHECKING:
    from bot.services import Services

HELP = """Tell me a goal ("I want to run 5 km") and I make a plan with you.
Tell me a task ("call mum tomorrow 6pm") and I remind you.

/today - what is on today
/week - the next seven days
/plan - the plan we are talking about
/settings - what I go by, and how to change it
/why - why your plan is as it is
/undo - take the last thing back
/pause - go quiet for a while
/log - what I sent you, where, and what came back; /log run for one task
/dashboard - your page in the browser
/export - everything I keep about you, as files
/link - talk to me from another app as well
/token - a key for your own programs
/delete - erase everything I have of you

When a reminder comes: 1 done, 2 reschedule, 3 can't today, 4 on it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One command with everything it may need."""

    services: Services
    session: Session
    user: User
    message: InboundMessage
    argument: str
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.timezone)


def run(
    services: Services, session: Session, user: User, message: InboundMessage, now: datetime
) -> Response | None:
    """The reply to a slash command; None for one the conversation should read as words."""
    word, _, argument = message.text.partition(" ")
    name = word[1:].partition("@")[0].lower()  # groups write /today@flux_bot
    command = COMMANDS.get(name)
    if command is None:
        return None
    return command(Asked(services, session, user, message, argument.strip(), now))


def _start(asked: Asked) -> Response | None:
    """A link to the bot may carry a code (t.me/bot?start=CODE), which arrives as /start CODE."""
    if asked.argument:
        return _link(asked)
    if not asked.user.onboarded:
        return None  # the first contact belongs to the conversation
    return _today(asked)


def _help(_: Asked) -> Response:
    return say(HELP, "help")


def _today(asked: Asked) -> Response:
    day = asked.now.astimezone(asked.zone).date()
    return agenda_reply(agenda.for_days(asked.session, asked.user, day, 1), "today")


def _week(asked: Asked) -> Response:
    day = asked.now.astimezone(asked.zone).date()
    return agenda_reply(agenda.for_days(asked.session, asked.user, day, 7), "the next seven days")


def agenda_reply(listed: agenda.Agenda, span: str) -> Response:
    if not listed.text:
        return say(f"Nothing is planned for {span}. Is there something you would like to do?", "agenda")
    rows = tuple((Choice(label, tap),) for label, tap in listed.done_buttons)
    return say(listed.text, "agenda", *rows)


def _log(asked: Asked) -> Response:
    return say(log_page(asked.session, asked.user, asked.argument, asked.now), "log")


def _token(asked: Asked) -> Response:
    token = mint_token(asked.services.settings.secret_key, asked.user.id, asked.now)
    return say(f"Your key for the API. Keep it to yourself:\n{token}", "token")


def _dashboard(asked: Asked) -> Response:
    code = users.mint_code(asked.session, asked.user.id, "dashboard", asked.now, lives=timedelta(minutes=15))
    link = f"{asked.services.settings.public_url}/dashboard/{code}"
    return say(f"Your dashboard, for the next 15 minutes and one use:\n{link}", "dashboard")


def _export(asked: Asked) -> Response:
    reply = export_reply(asked.services, asked.session, asked.user, asked.message.sender, asked.now)
    return Response((reply,), "export")


def _delete(asked: Asked) -> Response:
    return say(erasing.ask(asked.session, asked.user.id, asked.now), "erase")


def _link(asked: Asked) -> Response:
    if not asked.argument:
        code = users.mint_code(asked.session, asked.user.id, "link", asked.now, lives=timedelta(minutes=10))
        return say(f"Write this to me from the other app within 10 minutes:\n/link {code}", "link")
    sender = asked.message.sender
    owner = users.join_channel(asked.session, asked.argument, sender.channel, sender.value, asked.now)
    if owner is None:
        return say("That code is unknown or too old. Write /link where I know you to get a new one.", "link")
    narrow(asked.session, owner)
    return say("Joined. From now on I know you here as well.", "link")


COMMANDS: dict[str, Callable[[Asked], Response | None]] = {
    "start": _start,
    "help": _help,
    "today": _today,
    "week": _week,
    "log": _log,
    "token": _token,
    "dashboard": _dashboard,
    "export": _export,
    "link": _link,
    "delete": _delete,
}
