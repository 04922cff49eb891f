"""Which intent free words have: what rules can tell for certain first, then the language model."""

from __future__ import annotations

import re

from agents import diary, tongues, wording
from agents.consult import consult
from agents.model import GoalLine, ModelRole, OrchestratorBrief, TaskLine
from agents.nodes import after_miss, either
from agents.nodes.aside_words import BEGINS, PARTLY, aside_kind
from agents.nodes.asides import asks_when
from agents.offline.corrections import as_meant
from agents.offline.goals import MOST_GOALS, apart, goals_in
from agents.offline.orchestrator import certain
from agents.offline.understand import understand
from agents.outputs import OrchestratorOutput
from agents.places import find_zone
from agents.plans.edits.words import sounds_like_edit
from agents.plans.goal_changes import restates
from agents.state import AgentState, Update
from agents.tasks.course import course_of
from agents.tasks.selecting import names_something
from agents.tasks.titles import matching
from agents.tongues import is_foreign
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.rules.when import read_when
from storage.goals import active_goals
from storage.tables import Task
from storage.vocabulary import Intent

_OPEN_TASKS = 20  # shown to the model

_EXCLAIMED = re.compile(r"\W*[^\W\d_][\w' ]{0,14}!+\s+(?=\w)")
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
    "MISSED": "missed",
    "ON_IT": "on_it",
    "SETTINGS": "settings",
}


def classify(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """The intent, and for CLARIFY what it is about."""
    if re.fullmatch(
        r"\W*(?:(?:a |my |the )?(?:new |another )?goal|plan something|make a plan)\W*", text, re.I
    ):
        return {"intent": Intent.GOAL}
    if (course := course_of(state, ctx, text)) is not None:
        return course
    kind = aside_of(text)
    if kind == "language" and (task := _task_of_another_tongue(ctx, text)) is not None:
        return task
    if kind in ("low", "tired") and _task_behind(ctx, text):
        return {
            "intent": Intent.NEW_TASK,
            "aside": {"before": "That sounds like a lot. One thing at a time:"},
        }
    if kind == "zone" and find_zone(_after_in(text), ctx.now) is None:
        kind = None
    if kind == "drop" and _names_a_goal(ctx, text):
        return {"intent": Intent.MODIFY_GOAL}
    if kind is None and _changes_goal(ctx, text):
        return {"intent": Intent.MODIFY_GOAL}
    if kind is None and BEGINS.fullmatch(text[:120]) and matching(text, diary.open_tasks(ctx), _title):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "on_it"}}
    if kind is None and PARTLY.fullmatch(text[:120]):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "partly"}}
    wanted = goals_in(text) if kind is None else []
    if len(wanted) > MOST_GOALS or (len(wanted) == MOST_GOALS and apart(wanted)):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "many_goals", "goals": wanted}}
    if kind is None and after_miss.explains(ctx, text):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "excused"}}
    if kind in (None, "agenda") and asks_when(ctx, text):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "when_is"}}
    if kind is None and _moves_task(ctx, text):
        return {"intent": Intent.RESCHEDULE_TASK}
    if kind is not None:
        return {"intent": Intent.CLARIFY, "aside": {"kind": kind}}
    return _consulted(state, ctx, text)


def _consulted(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """What rules cannot tell from the words alone: certain all the same, or asked of the model."""
    brief = _brief(state, ctx, text)
    answer = certain(brief) or consult(ctx, ModelRole.ORCHESTRATOR, brief, OrchestratorOutput, state)
    if answer.intent in (Intent.CLARIFY, Intent.ONBOARDING):
        if _retimes_reminder(ctx, text):
            return {"intent": Intent.RESCHEDULE_TASK}
        if read_when(text, ctx.local_now, ctx.user.timezone).problem:
            return {"intent": Intent.NEW_TASK}  # "dentist on 31 February": what is wrong with it can be said
        return {
            "intent": Intent.CLARIFY,
            "aside": {"kind": _finer(answer, brief), "question": answer.clarification_question or ""},
        }
    if answer.intent == Intent.NEW_TASK and either.unclear(ctx, text):
        return {"intent": Intent.CLARIFY, "aside": {"kind": either.KIND}}
    if answer.intent == Intent.NEW_TASK:
        return _new_task(ctx, text)
    return {"intent": answer.intent}


def _finer(answer: OrchestratorOutput, brief: OrchestratorBrief) -> str:
    """What rules understood more finely, where the answer says so: no network model ticks off or drops anything."""
    said = str(answer.payload.get("understood", "")).upper()
    if said not in _UNDERSTOOD or str(understand(brief.text, brief.local_now, brief.timezone).intent) != said:
        return ""
    return _UNDERSTOOD[said]


def _new_task(ctx: TurnContext, text: str) -> Update:
    """A task, unless only a time was said for the reminder that is open; of a very long list the first ten."""
    slots = understand(text, ctx.local_now, ctx.user.timezone).slots
    if (
        slots.get("when") is not None
        and not names_something(str(slots.get("title") or ""))
        and _retimes_reminder(ctx, text)
    ):
        return {"intent": Intent.RESCHEDULE_TASK}
    if more := slots.get("more"):
        shown = len(slots["items"])
        before = f"Let's begin with the first {shown}. The other {more} can come in a second message."
        return {"intent": Intent.NEW_TASK, "aside": {"before": before}}
    return {"intent": Intent.NEW_TASK}


def aside_of(text: str) -> str | None:
    """What a message is, when it is neither a task nor a goal; None when it may be either."""
    if text.startswith("/"):
        name = text[1:].split(maxsplit=1)[0] if text[1:].strip() else ""
        return _COMMANDS.get(name.partition("@")[0].casefold(), "unknown_command")
    if is_foreign(text):
        return "language"
    exclaimed = _EXCLAIMED.match(text)
    rest = aside_kind(text[exclaimed.end() :]) if exclaimed else None
    return rest if rest in ("agenda", "clock", "help", "progress") else aside_kind(text)


def _task_of_another_tongue(ctx: TurnContext, text: str) -> Update | None:
    """ "Morgen um 18 Uhr Zahnarzt": a time that was understood, and a name for it; it is read back before it is kept."""
    read = understand(text, ctx.local_now, ctx.user.timezone)
    when = read.slots.get("when")
    if when is None or when.first is None or not read.slots.get("title"):
        return None
    return {"intent": Intent.NEW_TASK, "aside": {"before": tongues.reads_back(text)}}


def _task_behind(ctx: TurnContext, text: str) -> bool:
    """A mood, and then something with a time: "I'm so stressed, I have to send the report Friday 10am"."""
    if as_meant(text, ctx.local_now, ctx.user.timezone) == text:
        return False
    read = understand(text, ctx.local_now, ctx.user.timezone)
    when = read.slots.get("when")
    return read.intent == "CREATE" and when is not None and when.timed


def _title(task: Task) -> str:
    return task.title


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
    if any(restates(text, goal) for goal in goals):
        return False
    speaks_of_goals = bool(re.search(r"\b(?:goal|plan)\b", text, re.IGNORECASE))
    return _names_a_goal(ctx, text) or (speaks_of_goals and bool(goals))


def _moves_task(ctx: TurnContext, text: str) -> bool:
    """ "Move my run to Friday", where there is a run to move."""
    if not _MOVE.match(text):
        return False
    return bool(matching(text, diary.open_tasks(ctx), lambda task: task.title))


def _retimes_reminder(ctx: TurnContext, text: str) -> bool:
    """Only a time, while a reminder waits for its answer or a miss is fresh: that is when the task shall be."""
    if not open_reminders(ctx.session, ctx.user.id, ctx.now):
        return len(after_miss.meant(ctx, text)) > 0
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
