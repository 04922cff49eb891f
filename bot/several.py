"""Several reminders are open: which one is meant, or one answer for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.offers import on_offer
from bot.response import Response, say
from channels.messages import Choice, InboundKind, InboundMessage, OutboundMessage
from reminders import answering
from reminders.people import rhythm_of
from reminders.replies import AnswerOutcome
from reminders.rules.answers import TaskTap, format_tap, parse_answer, parse_tap, snooze_argument
from reminders.together import with_the_rest
from reminders.wording import moment
from storage import deliveries, merged
from storage.tables import InboundEvent, Task, User
from storage.vocabulary import Answer, ChannelName

_ALL = re.compile(
    r"\b(?:both|all(?: (?:of (?:them|it|these|those)|three|four|five))?|everything|the lot)(?: of (?:them|it|these|those))?\b",
    re.I,
)
_LITTLE_WORDS = "i i've ive have i'm im am them it the is are was were with please yes"
_LITTLE = frozenset(_LITTLE_WORDS.split())
_LONGEST = 40  # characters
_TOGETHER = (Answer.DONE, Answer.ON_IT, Answer.SNOOZE)
_ACTIONS = {"done": Answer.DONE, "onit": Answer.ON_IT, "missed": Answer.MISSED, "snooze": Answer.SNOOZE}
_TAPS = {Answer.RESCHEDULE: "resched", Answer.ON_IT: "onit"}


def which_one(session: Session, user: User, tasks: Sequence[Task], answer: Answer, now: datetime) -> Response:
    """A button for each; two of one name are told apart by when they were to start."""
    action, rhythm = _TAPS.get(answer, str(answer)), rhythm_of(session, user)
    named = Counter(task.title for task in tasks)
    rows = []
    for task in tasks:
        when = f", {moment(task.scheduled_at, rhythm, now)}" if named[task.title] > 1 else ""
        tap = format_tap(TaskTap(task.id, task.version, action, ""))
        rows.append((Choice(f"{task.title[:40]}{when}", tap),))
    return say("Which one do you mean?", "answer", *rows)


def answer_all(
    session: Session, user: User, message: InboundMessage, event: InboundEvent, now: datetime
) -> Response | None:
    """ "Both done", or "both" to "which one do you mean?"; None for words that mean one, or something else."""
    found = _ALL.search(message.text) if message.kind == InboundKind.TEXT else None
    if found is None or len(message.text) > _LONGEST or parse_answer(message.text) is not None:
        return None
    rest = " ".join(_ALL.sub(" ", message.text).split()).strip(" .,!").casefold()
    said = [word for word in rest.split() if word not in _LITTLE]
    if not said:
        return _to_our_question(session, user, message, event, now)
    answer = Answer.DONE if said == ["did"] else parse_answer(rest) or parse_answer(" ".join(said))
    tasks = answering.open_reminders(session, user.id, now)
    if answer not in _TOGETHER or len(tasks) < 2:
        return None
    return _answered(session, user, message, tasks, answer, now)


def _to_our_question(
    session: Session, user: User, message: InboundMessage, event: InboundEvent, now: datetime
) -> Response | None:
    taps = [parse_tap(choice.data) for choice in on_offer(session, user, event)]
    asked = [tap for tap in taps if tap is not None and not tap.argument]
    actions = {tap.action for tap in asked}
    if len(asked) < 2 or len(asked) != len(taps) or len(actions) != 1:
        return None
    ids = {tap.task_id for tap in asked}
    tasks = [task for task in answering.open_reminders(session, user.id, now) if task.id in ids]
    answer = _ACTIONS.get(actions.pop())
    if answer is None:  # each needs a time of its own
        return which_one(session, user, tasks, Answer.RESCHEDULE, now) if tasks else None
    return _answered(session, user, message, tasks, answer, now) if tasks else None


def _answered(
    session: Session,
    user: User,
    message: InboundMessage,
    tasks: Sequence[Task],
    answer: Answer,
    now: datetime,
) -> Response:
    argument = snooze_argument(message.text) if answer == Answer.SNOOZE else ""
    source = message.sender.channel
    outcomes = [
        answering.answer_task(session, user.id, task.id, answer, now, argument=argument, source=source)
        for task in sorted(tasks, key=lambda task: (task.scheduled_at, task.id))
    ]
    rows = tuple(
        (replace(choice, label=f"Undo: {one.task.title[:40]}"),)
        for one in outcomes
        if one.task is not None
        for row in one.choices
        for choice in row
        if choice.label == "Undo"
    )
    reply = OutboundMessage("\n".join(_lines(one) for one in outcomes), choices=rows)
    return Response((*_above(session, user, message, outcomes, now), reply), "answer")


def _lines(outcome: AnswerOutcome) -> str:
    return outcome.text.removesuffix(" Shall I find another time?")


def _above(
    session: Session, user: User, message: InboundMessage, outcomes: Sequence[AnswerOutcome], now: datetime
) -> list[OutboundMessage]:
    """The reminders above lose the buttons of what was answered, as after a tap."""
    to, texts = message.sender, dict[str, list[AnswerOutcome]]()
    if to.channel != ChannelName.TELEGRAM:
        return []
    for one in outcomes:
        shown = deliveries.message_of_task(session, one.task.id, to.channel, to.value) if one.task else None
        if shown is not None and one.kind == "recorded":
            texts.setdefault(shown, []).append(one)
    rhythm, edits, answered = (
        rhythm_of(session, user),
        list[OutboundMessage](),
        [one.task.id for one in outcomes if one.task],
    )
    for shown, told in texts.items():
        said = OutboundMessage("\n".join(_lines(one) for one in told), edits=shown)
        spoken_of = merged.tasks_sharing(
            session, user.id, deliveries.external_key(to.channel, to.value, shown)
        )
        rest = [task for task in spoken_of if task.id not in answered]
        edits.append(with_the_rest(session, user.id, said, answered[0], to, rhythm, now) if rest else said)
    return edits
