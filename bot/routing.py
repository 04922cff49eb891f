"""Who is speaking, and who answers: a task button, an answer to a reminder, a command, or the conversation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from agents import erasing
from agents.erasing import Verdict
from bot import commands
from bot.exports import export_reply
from bot.offers import answers_conversation, bare_answer, numbered_choice, open_pattern, settled
from bot.response import Response, say
from bot.several import answer_all, which_one
from bot.tokens import mint_calendar_key
from channels.messages import InboundKind, InboundMessage, OutboundMessage
from channels.telegram_errors import BLOCKED
from channels.twilio_errors import STOPPED
from reminders import answering
from reminders.replies import AnswerOutcome
from reminders.rules.answers import TaskTap, parse_answer, parse_tap, snooze_argument
from reminders.rules.pattern_words import PatternWord, read_pattern_word
from reminders.rules.rhythm import Rhythm
from reminders.rules.when import parse_when
from reminders.together import spoken_of_in, with_the_rest
from storage import deliveries, users
from storage.database import lock_person, narrow
from storage.tables import InboundEvent, Task, User
from storage.vocabulary import Answer, ChannelName

if TYPE_CHECKING:
    from bot.services import Services
    from bot.settings import Settings

_PATTERN_TAP = re.compile(r"p:([0-9a-f]{32}):(yes|no|wrong|undo)")


def respond(
    services: Services, session: Session, message: InboundMessage, event: InboundEvent, now: datetime
) -> Response:
    """Decide who answers, in the caller's transaction. Unknown senders become people unless the house is closed."""
    if message.group_chat:
        return say("I only coach people one to one: write to me in a private chat.", "door")
    user = _person(session, message, now)
    event.user_id = user.id
    lock_person(session, user.id)
    narrow(session, user.id)
    was_off = _open_address(session, message, now)
    if message.kind == InboundKind.BLOCKED:
        return Response(agent_node="door")
    if message.kind == InboundKind.UNBLOCKED:
        if was_off:
            return say("Welcome back. Reminders reach you here again.", "door")
        message = replace(message, kind=InboundKind.TEXT)  # START from somebody who never stopped is a word
    if services.settings.access == "pairing" and user.approved_at is None:
        return _ask_for_pairing(session, user, now)
    return _known(services, session, user, message, event, now)


def _open_address(session: Session, message: InboundMessage, now: datetime) -> bool:
    """Whoever writes can be written to, until they block; after STOP only START counts. Whether it was off before."""
    address = (message.sender.channel, message.sender.value)
    reason = users.disabled_reason(session, *address)
    starts = message.kind == InboundKind.UNBLOCKED
    users.touch_identity(session, *address, now, reopens=starts or reason != STOPPED)
    if message.kind == InboundKind.BLOCKED:
        on_whatsapp = message.sender.channel == ChannelName.WHATSAPP
        users.disable_identity(session, *address, STOPPED if on_whatsapp else BLOCKED)
    return reason is not None


def _person(session: Session, message: InboundMessage, now: datetime) -> User:
    sender = message.sender
    if sender.channel == ChannelName.API:
        return session.get_one(User, UUID(sender.value))
    user = users.find_by_address(session, sender.channel, sender.value)
    if user is None:
        user = users.create_user(session, now)
        users.add_identity(session, user.id, sender.channel, sender.value, now, primary=True)
    return user


def _ask_for_pairing(session: Session, user: User, now: datetime) -> Response:
    code = users.pairing_code(session, user.id, now)
    return say(
        "Hello. This Flux is private, so its owner has to let you in first.\n"
        f"Please give them this code: {code}",
        "door",
    )


def _known(
    services: Services,
    session: Session,
    user: User,
    message: InboundMessage,
    event: InboundEvent,
    now: datetime,
) -> Response:
    match erasing.hear(session, user.id, message):
        case Verdict.ERASE:
            return Response(agent_node="erase", erases=True)
        case Verdict.KEEP if _is_only_words(message):
            return say(erasing.KEPT, "erase")
    if message.forwarded:  # somebody else's words: no answer to a reminder, no command, no wish
        return _converse(services, session, user, message, event, now)
    choice = message.choice or numbered_choice(session, user, event, message)
    if choice is not None:
        if tap := parse_tap(choice):
            return _tapped(session, user, message, tap, now)
        if pattern := _PATTERN_TAP.fullmatch(choice):
            return _about_pattern(session, user, message, UUID(hex=pattern[1]), PatternWord(pattern[2]), now)
    about_pattern = _words_about_pattern(session, user, message, event, now)
    if about_pattern is not None:
        return about_pattern
    if message.kind == InboundKind.TEXT and message.text.startswith("/"):
        reply = commands.run(services, session, user, message, now)
        if reply is not None:
            return reply
    if erasing.is_wish(message):
        return say(erasing.ask(session, user.id, now), "erase")
    for_all = answer_all(session, user, message, event, now)
    if for_all is not None:
        return for_all
    answer = parse_answer(message.text) if message.kind == InboundKind.TEXT else None
    answer = answer or bare_answer(session, user, event, message, now)
    if answer and answers_conversation(session, user, event, message):
        answer = None
    if answer and not _names_a_time(user, message, answer, now):
        response = _answered(session, user, message, answer, now)
        if response is not None:
            return response
    return _converse(services, session, user, message, event, now)


def _is_only_words(message: InboundMessage) -> bool:
    """Neither a tap nor a command, which say by themselves what they want."""
    return message.choice is None and not message.text.startswith("/")


def calendar_link(settings: Settings, user_id: UUID) -> str:
    return f"{settings.public_url}/calendar/{mint_calendar_key(settings.secret_key, user_id)}.ics"


def _names_a_time(user: User, message: InboundMessage, answer: Answer, now: datetime) -> bool:
    """ "Move it to Friday" says where to, so the conversation carries it out instead of offering other times."""
    if answer != Answer.RESCHEDULE:
        return False
    when = parse_when(message.text, now, user.timezone)
    return when is not None and when.first is not None


def _tapped(session: Session, user: User, message: InboundMessage, tap: TaskTap, now: datetime) -> Response:
    """A button of a reminder: the old message becomes its result, and loses its buttons."""
    outcome = answering.answer_tap(session, user.id, tap, now, source=message.sender.channel)
    reply = OutboundMessage(outcome.text, choices=outcome.choices, edits=message.message_ref)
    return Response((_with_the_rest(session, user, message, tap.task_id, reply, now),), "answer")


def _words_about_pattern(
    session: Session, user: User, message: InboundMessage, event: InboundEvent, now: datetime
) -> Response | None:
    """Words that answer the newest question about a pattern; None for all others."""
    word = read_pattern_word(message.text) if message.kind == InboundKind.TEXT else None
    asked = open_pattern(session, user, event) if word is not None else None
    if word is None or asked is None:
        return None
    outcome = answering.answer_pattern(session, user.id, asked, word, now)
    return (
        None
        if outcome.kind == "stale"
        else Response((OutboundMessage(outcome.text, choices=outcome.choices),), "pattern")
    )


def _about_pattern(
    session: Session, user: User, message: InboundMessage, pattern_id: UUID, word: PatternWord, now: datetime
) -> Response:
    """An answer to "shall I move it?": a tapped question becomes its result, and loses its buttons."""
    outcome = answering.answer_pattern(session, user.id, pattern_id, word, now)
    tapped = message.message_ref if message.choice is not None else None
    return Response((OutboundMessage(outcome.text, choices=outcome.choices, edits=tapped),), "pattern")


def _answered(
    session: Session, user: User, message: InboundMessage, answer: Answer, now: datetime
) -> Response | None:
    """Typed words that answer a reminder; None when no reminder is open, so that the conversation may have them."""
    replied_to = _replied_to(session, user, message, now)
    open_tasks = replied_to or list(answering.open_reminders(session, user.id, now))
    match open_tasks:
        case []:
            return None
        case [task]:
            outcome = answering.answer_task(
                session,
                user.id,
                task.id,
                answer,
                now,
                argument=snooze_argument(message.text) if answer == Answer.SNOOZE else "",
                source=message.sender.channel,
            )
            return Response(_typed_result(session, user, message, task, outcome, now), "answer")
        case _:
            return which_one(session, user, open_tasks, answer, now)


def _typed_result(
    session: Session, user: User, message: InboundMessage, task: Task, outcome: AnswerOutcome, now: datetime
) -> tuple[OutboundMessage, ...]:
    """The reply below, and the reminder above without its buttons, as after a tap."""
    reply = OutboundMessage(outcome.text, choices=outcome.choices)
    to = message.sender
    shown = deliveries.message_of_task(session, task.id, to.channel, to.value)
    if outcome.kind != "recorded" or shown is None or to.channel != ChannelName.TELEGRAM:
        return (reply,)
    above = _with_the_rest(session, user, message, task.id, OutboundMessage(outcome.text, edits=shown), now)
    return (above, reply)


def _with_the_rest(
    session: Session,
    user: User,
    message: InboundMessage,
    answered: UUID,
    said: OutboundMessage,
    now: datetime,
) -> OutboundMessage:
    """A message of ours may have spoken of several tasks: the others keep their buttons."""
    rhythm = Rhythm.of(users.profile_of(user), user.timezone)
    return with_the_rest(session, user.id, said, answered, message.sender, rhythm, now)


def _replied_to(session: Session, user: User, message: InboundMessage, now: datetime) -> list[Task]:
    ref = message.message_ref
    return [] if ref is None else spoken_of_in(session, user.id, message.sender, ref, now)


def _converse(
    services: Services,
    session: Session,
    user: User,
    message: InboundMessage,
    event: InboundEvent,
    now: datetime,
) -> Response:
    from agents.budget import TokenLimits  # noqa: PLC0415 - as below
    from agents.conversation import Limits, Turn, TurnTools, take_turn  # noqa: PLC0415 - langgraph: workers only
    from agents.nodes.small_talk import EXPORT_NODE  # noqa: PLC0415 - as above

    settings = services.settings
    limits = Limits(
        active_goals=settings.max_active_goals,
        sprint_weeks=settings.goal_sprint_weeks,
        history_messages=settings.max_conversation_messages,
        history_tokens=settings.max_conversation_tokens,
        tokens=TokenLimits(settings.monthly_token_soft_limit, settings.monthly_token_hard_limit),
    )
    turn = Turn(user.id, message, now, event.correlation_id, event.id)
    tools = TurnTools(
        session,
        services.model,
        limits=limits,
        verifier=services.verifier,
        calendar_link=lambda user_id: calendar_link(settings, user_id),
    )
    result = take_turn(turn, tools)
    answered = settled(session, event, message) if message.kind == InboundKind.BUTTON else None
    said = result.replies
    if result.agent_node == EXPORT_NODE:
        # "Send me my data" was understood, but the conversation has no file at hand: it comes in place of the words.
        said = (export_reply(services, session, user, message.sender, now), *said[1:])
    replies = (answered, *said) if answered else said
    return Response(replies, result.agent_node, result.proposed_plan, result.requires_user_action)
