"""Which intent free words have: what rules can tell for certain first, then the language model."""

from __future__ import annotations

import re

from agents import diary, tongues, wording
from agents.consult import consult
from agents.model import GoalLine, ModelRole, OrchestratorBrief, TaskLine
from agents.offline.understand import understand
from agents.outputs import OrchestratorOutput
from agents.places import find_zone
from agents.plan_edit_words import sounds_like_edit
from agents.state import AgentState, Update
from agents.titles import matching
from agents.tongues import is_foreign
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.rules.when import read_when
from storage.goals import active_goals
from storage.vocabulary import Intent

_OPEN_TASKS = 20  # shown to the model

# Whole messages that need no plan and no model. The first that fits decides.
_ASIDES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("smile", r"\W*(?:🙏|❤️?|😊|🙂|😀|😁)+\W*"),
        (
            "thanks",
            r"\W*(?:ok(?:ay)?[,! ]+)?(?:many )?(?:thanks?|thank you|thx|cheers|ty|danke|merci|gracias)\b.{0,20}",
        ),
        (
            "hello",
            r"\W*(?:hi|hello|hey|hallo|good (?:morning|evening|afternoon)|hola|bonjour|yo)\b(?: there| flux| again)?\W*",
        ),
        (
            "help",
            r"\W*(?:help|what can you do|how does this work|what can i (?:say|do)|who are you|menu)\b.{0,20}",
        ),
        ("export", r".*\b(?:export|download|send me)\b.*\b(?:data|everything)\b.*"),
        (
            "erase",
            r".*\b(?:delete|erase|remove|close|wipe)\b.*\b(?:account|(?:all )?(?:my|the) data|everything (?:you|about me)|me)\W*",
        ),
        ("privacy", r"\W*what do you (?:store|know|keep|save)\b.*"),
        ("settings", r"\W*(?:show |see |change |what are )?(?:my |the )?(?:settings|preferences)\W*"),
        (
            "undo",
            r"\W*(?:(?:oops|sorry|wait|no)\b[,! ]*)?(?:undo(?: (?:it|that|this))?|take (?:it|that) back|(?:i )?(?:did ?n'?t|have ?n'?t|not)"
            r" (?:actually |really )?(?:do|done|did)(?: (?:it|that))?(?: yet)?)\W*",
        ),
        (
            "progress",
            r"\W*(?:how am i doing|how did i do|(?:what(?:'s| is) |show )?my (?:progress|streak|stats?)|what (?:have|did) i (?:do|done|get|finish|achieve)\w*)\b.*",
        ),
        ("clock", r"\W*(?:what(?:'s| is) the (?:time|date)|what (?:time|day|date) is (?:it|today))\b.*"),
        ("why", r"\W*why\b.*"),
        ("yourself", r"\W*(?:are you|who made you|what are you|who built you)\b.*"),
        ("bye", r"\W*(?:good ?night|bye|good ?bye|see you|ciao|later)\b.{0,15}"),
        (
            "abuse",
            r".*\b(?:fuck\w*|stupid|idiot\w*|useless|shut up|dumb|you suck|hate you|moron|bullshit|crap|annoying)\b.*",
        ),
        (
            "agenda",
            r".*\b(?:what(?:'s| is| do i have| have i got|s)?|show|list|see|any(?:thing)?)\b.*\b(?:today|tomorrow|on (?:for|my)|"
            r"this week|next|agenda|schedule|tasks?|plate|planned|coming up|calendar|reminders?|to ?do)\b.*",
        ),
        ("agenda", r"\W*(?:(?:my )?(?:agenda|schedule|tasks|day|week|today|to ?do(?: list)?))\W*"),
        (
            "pause",
            r".*\b(?:(?:i'?m|i am|we'?re|going|be|away) (?:\w+ )?(?:on|for)? ?(?:holiday|vacation|leave)|pause (?:everything|all|reminders|flux)|"
            r"(?:i'?m|i am) (?:sick|ill|away)|don'?t (?:remind|disturb) me|leave me alone|take a break|stop reminding me)\b.*",
        ),
        (
            "zone",
            r"\W*(?:i(?:'m| am| live| moved?| have moved|'ve moved)|we(?:'re| live| moved))(?: now| currently)? (?:in|to) .{2,40}",
        ),
        ("wake", r".*\b(?:i'?m back|resume|unpause|go on again)\b.*"),
        (
            "done",
            r"\W*(?:i(?:'ve| have)? (?:just )?(?:did|done|finished|completed|went|made|ran|already did)\b|(?:done|finished|completed) "
            r"(?:with )?(?:the|my)\b).*",
        ),
        ("plan", r".*\b(?:what(?:'s| is| are| was)|show|list)\b.*\b(?:goals?|plans?)\b.*"),
        ("drop", r"\W*(?:please )?(?:cancel|delete|remove|drop|forget|skip)\b(?!.*\bgoal\b).+"),
    )
)
_CHANGE = re.compile(
    r"\b(?:change|modify|adjust|adapt|update|give up|giving up|abandon|quit|stop|drop|cancel|pause)\b",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"\W*(?:please |can you |could you |can we |let'?s |i need to |i want to |i have to )*"
    r"(?:move|reschedule|shift|postpone|push|delay|put off|bring forward)\b",
    re.IGNORECASE,
)
_COMMANDS = {
    "settings": "settings",
    "undo": "undo",
    "why": "why",
    "pause": "pause",
    "resume": "wake",
    "export": "export",
    "delete": "erase",
    "goals": "plan",
    "plan": "plan",
    "help": "help",
    "start": "hello",
    "privacy": "privacy",
}
# The finer intents the offline model reports beside CLARIFY.
_UNDERSTOOD = {
    "QUERY": "agenda",
    "DONE": "done",
    "DELETE": "drop",
    "CANCEL": "no",
    "PAUSE": "pause",
    "HELP": "help",
    "SMALLTALK": "smalltalk",
    "AFFIRM": "yes",
    "NEGATE": "no",
    "SNOOZE": "snooze",
}


def classify(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """The intent, and for CLARIFY what it is about."""
    if re.fullmatch(
        r"\W*(?:(?:a |my |the )?(?:new |another )?goal|plan something|make a plan)\W*", text, re.I
    ):
        return {"intent": Intent.GOAL}
    kind = aside_of(text)
    if kind == "language" and (task := _task_of_another_tongue(ctx, text)) is not None:
        return task
    if kind == "zone" and find_zone(_after_in(text), ctx.now) is None:
        kind = None
    if kind == "drop" and _names_a_goal(ctx, text):
        return {"intent": Intent.MODIFY_GOAL}
    if kind is None and _changes_goal(ctx, text):
        return {"intent": Intent.MODIFY_GOAL}
    if kind is None and _moves_task(ctx, text):
        return {"intent": Intent.RESCHEDULE_TASK}
    if kind is not None:
        return {"intent": Intent.CLARIFY, "aside": {"kind": kind}}
    answer = consult(ctx, ModelRole.ORCHESTRATOR, _brief(state, ctx, text), OrchestratorOutput, state)
    if answer.intent in (Intent.CLARIFY, Intent.ONBOARDING):
        if _retimes_reminder(ctx, text):
            return {"intent": Intent.RESCHEDULE_TASK}
        if read_when(text, ctx.local_now, ctx.user.timezone).problem:
            return {"intent": Intent.NEW_TASK}  # "dentist on 31 February": what is wrong with it can be said
        kind = _UNDERSTOOD.get(str(answer.payload.get("understood", "")).upper(), "")
        return {
            "intent": Intent.CLARIFY,
            "aside": {"kind": kind, "question": answer.clarification_question or ""},
        }
    return {"intent": answer.intent}


def aside_of(text: str) -> str | None:
    """What a message is, when it is neither a task nor a goal; None when it may be either."""
    if text.startswith("/"):
        name = text[1:].split(maxsplit=1)[0] if text[1:].strip() else ""
        return _COMMANDS.get(name.partition("@")[0].casefold(), "unknown_command")
    if is_foreign(text):
        return "language"
    return next((kind for kind, pattern in _ASIDES if pattern.fullmatch(text[:300])), None)


def _task_of_another_tongue(ctx: TurnContext, text: str) -> Update | None:
    """ "Morgen um 18 Uhr Zahnarzt": a time that was understood, and a name for it; it is read back before it is kept."""
    read = understand(text, ctx.local_now, ctx.user.timezone)
    when = read.slots.get("when")
    if when is None or when.first is None or not read.slots.get("title"):
        return None
    return {"intent": Intent.NEW_TASK, "aside": {"before": tongues.reads_back(text)}}


def _after_in(text: str) -> str:
    return re.split(r"\b(?:in|to)\b", text, maxsplit=1)[-1].replace("now", "").strip(" .!")


def _names_a_goal(ctx: TurnContext, text: str) -> bool:
    said = text.casefold()
    return any(goal.title.casefold() in said for goal in active_goals(ctx.session, ctx.user.id))


def _changes_goal(ctx: TurnContext, text: str) -> bool:
    """Words of change or giving up, and an active goal that they name."""
    if not (_CHANGE.search(text) or sounds_like_edit(text)):
        return False
    goals = active_goals(ctx.session, ctx.user.id)
    speaks_of_goals = bool(re.search(r"\b(?:goal|plan)\b", text, re.IGNORECASE))
    return _names_a_goal(ctx, text) or (speaks_of_goals and bool(goals))


def _moves_task(ctx: TurnContext, text: str) -> bool:
    """ "Move my run to Friday", where there is a run to move."""
    if not _MOVE.match(text):
        return False
    return bool(matching(text, diary.open_tasks(ctx), lambda task: task.title))


def _retimes_reminder(ctx: TurnContext, text: str) -> bool:
    """Only a time, while a reminder waits for its answer: that is when the task shall be."""
    if not open_reminders(ctx.session, ctx.user.id, ctx.now):
        return False
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    return when is not None and when.first is not None and len(text.split()) <= 8


def _brief(state: AgentState, ctx: TurnContext, text: str) -> OrchestratorBrief:
    tasks = diary.open_tasks(ctx)[:_OPEN_TASKS]
    question = (state.get("question") or {}).get("text")
    return OrchestratorBrief(
        text=text,
        local_now=ctx.local_now,
        timezone=ctx.user.timezone,
        open_tasks=[
            TaskLine(id=str(task.id), title=task.title, when=wording.moment(task.scheduled_at, ctx.zone))
            for task in tasks
        ],
        active_goals=[
            GoalLine(id=str(goal.id), title=goal.title) for goal in active_goals(ctx.session, ctx.user.id)
        ],
        last_question=question[:300] if question else None,
    )
