"""Which intent a message has: replies and pleasantries first, then what it asks for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agents.offline import lexicons as lex
from agents.offline.aspirations import aspires, names_domain, wishes_noun
from agents.offline.deeds import says_done, says_missed
from agents.offline.titles import without_spans
from reminders.rules.answers import parse_answer
from reminders.rules.when import GONE, Reading, When
from reminders.rules.when.tokens import fold
from storage.vocabulary import Answer

_COMMAND = re.compile(
    r"\b(?:remind|schedule|reschedule|change|move|postpone|delete|remove|create|set up|set an?|add|put|show|list|book an|make (?:it|a|an|the))\b"
)
_QUESTION = re.compile(
    r"^(?:what|who|whom|whose|when|where|why|how|which|is|are|was|were|do (?:i|you|u|we|they|any)|does|did|has|have i|should|will|would|am i|can i|could i|may i|what's|who's|when's|where's|how's)\b|\?\s*$"
)
_QUESTION_WORD = re.compile(
    r"^(?:what|who|when|where|why|how|which|is|are|do (?:i|you|u|we|they|any)|does|did|has|will|am|whose|what's|when's|where's)\b"
)


_LINK = re.compile(r"(?:https?://|www\.)\S+")


def classify(text: str, reading: Reading, now: datetime) -> str:
    """The intent of a text whose time has been read already; `now` tells the near future from a horizon."""
    said = _LINK.sub("link", " ".join(fold(text).split())).lstrip("-*•> ")
    core = lex.CHATTER.sub("", said).strip() or said
    deed = lex.CHATTER.sub("", fold(without_spans(text, reading.span)).strip(" ,.;:-*•>"))
    return _reply(said, core, reading.when) or _request(said, core, deed, reading, now)


def _reply(said: str, core: str, when: When | None) -> str | None:
    """Short answers and pleasantries: only where no command follows."""
    if lex.CANCEL.search(said) or lex.CANCEL.search(core):
        return "CANCEL"
    if re.match(r"^(?:never ?mind|no|nope|actually|wait)\b.{0,12}\bbut\b", said):
        return None
    commands = bool(_COMMAND.search(said))
    answer = parse_answer(said)
    surely = lex.SAYS_DONE.search(said) or not lex.AFFIRM.search(said)
    if answer == Answer.DONE and surely and not re.search(r"\bthank you|\bi am done", said):
        return "DONE"
    if answer == Answer.ON_IT:
        return "ON_IT"
    if lex.SNOOZE.search(core) and not core.startswith("remind me to"):
        return "SNOOZE"
    asked_too = core != said and lex.TASK_START.match(core) is not None and when is not None
    if _thanks_only(said, commands) and not asked_too:
        return "SMALLTALK"
    if (
        lex.NEGATE.search(said)
        and not commands
        and not lex.NO_REMINDER.match(core)
        and not lex.SETTINGS.search(core)
        and not says_missed(core)
    ):
        return "NEGATE"
    if lex.AFFIRM.search(said) and not (wishes_noun(said) or _more_than_yes(said, core, when)):
        return "AFFIRM"
    return None


def _thanks_only(said: str, commands: bool) -> bool:
    if not lex.SMALLTALK.search(said) or commands or says_missed(said):
        return False
    return not lex.FOREIGN.search(said) or bool(re.match(r"^(?:thank|hi\b|hello|bye|tell me a joke)", said))


def _more_than_yes(said: str, core: str, when: When | None) -> bool:
    """ "ok, remind me to..." is a command; "yes, please book it" still a yes."""
    if re.match(r"^(?:yes|yep|yeah|sure|ya|yup)\b", said):
        asks = re.search(r"\b(?:move|change|reschedule|instead|remind me to|but)\b", said)
        plans = when is not None and re.search(r"^\w+[,.!]* i (?:need|have|want) to (?!book it)", said)
        return bool(asks or plans) and not re.search(r"\bplease cancel\b", said)
    if re.match(r"^\w+\W+(?:just|only) (?:the|my|a|an|one)\b (?!one\b)\w", said):
        return True  # "ok, just the French" chooses among things
    longer = core != said and len(core.split()) > 1
    if longer and (
        lex.CREATE.search(core)
        or lex.DELETE.search(core)
        or lex.RESCHEDULE.search(core)
        or lex.QUERY.search(core)
    ):
        return not re.match(r"^(?:for )?(?:thanks?|thank you|updating|that|the help)", core)
    return bool(when and longer and len(said.split()) > 5) or bool(_QUESTION_WORD.match(core) and longer)


def _request(said: str, core: str, deed: str, reading: Reading, now: datetime) -> str:
    when = reading.when
    about_flux = bool(lex.ABOUT_FLUX.search(said))
    reminds = bool(re.match(r"^(?:please )?(?:remind|alert|notify|wake)\b", core)) or "remind me to" in said
    if (quiet := _quiet(core)) is not None:
        return quiet
    if lex.SETTINGS.search(core) and not reminds:
        return "SETTINGS"
    wishes = not reminds and aspires(said, when, now)
    if lex.MODIFY_GOAL.search(core) and not reminds:
        return "MODIFY_GOAL"
    if lex.PAUSE.search(core) and not reminds:
        return "PAUSE"
    if wishes and names_domain(said):
        return "GOAL"
    if lex.HELP.search(said) and not (when and about_flux and not said.startswith("how")):
        return "HELP"
    if wishes:
        return "GOAL"
    if lex.FOREIGN.search(said) and not about_flux and not _is_errand(core, deed, when):
        return "OTHER"
    if (changing := _changing(said, core, reminds=reminds)) is not None:
        return changing
    if not reminds and says_missed(core):
        return "MISSED"
    ahead = when is not None and when.first is not None and when.first - now > timedelta(hours=14)
    if not reminds and not ahead and (says_done(core) or says_done(said)):
        return "DONE"
    visit = _VISIT.match(core) and when is not None and when.timed and not (about_flux or said.endswith("?"))
    if lex.QUERY.search(core) and not visit and not _is_command_to_create(core):
        return "QUERY" if about_flux or _about_me(core) else "OTHER"
    if _is_goal(core, when, now):
        return "GOAL"
    return _creating(said, core, deed, reading, about_flux=about_flux)


def _quiet(core: str) -> str | None:
    """ "Don't remind me" wants silence; "don't remind me about the gym" one reminder less."""
    refused = lex.NO_REMINDER.match(core)
    if refused is None:
        return None
    return "DELETE" if refused["what"] else "PAUSE"


# "See the dentist tomorrow at 3" asks for no list.
_VISIT = re.compile(r"^(?:see|get|check|open|review|read|print|tell|find|play|count)\b")
# "Drop off the kids", "throw out the rubbish": deeds of the house, not of the list.
_HOUSEWORK = re.compile(
    r"^(?:wipe|throw out|take off (?:my )?(?:makeup|nail|shoes)|kill the weeds|clear (?:out|up|the (?:table|sink|gutters?|drive\w*|desk|garage|fridge|drain))"
    r"|drop (?:off|by|in|round|the \w+ (?:off|at|to)))\b"
)


def _is_errand(core: str, deed: str, when: When | None) -> bool:
    """ "pay my credit card tomorrow", "email Bob at 5": somebody else's domain, but a task with a time."""
    if _QUESTION.search(core):
        return False
    wished = lex.MY_WISH.sub("", deed)
    if when is not None and re.match(r"^(?:block|schedule|plan|spend|set aside|pencil in)\b", wished):
        return True
    if re.match(
        r"^(?:pay|renew|submit|return|pick up|drop off|fill in|fill out|file|deposit|post|wash|clean|service|insure|cancel) (?:my|the|our|an?)\b",
        wished,
    ):
        return True
    if when is None or when.kind == "duration":
        return False
    return bool(lex.TASK_START.match(wished)) and not re.match(
        r"^(?:book|find|get|check|see|give|tell|play|go)\b", wished
    )


def _changing(said: str, core: str, *, reminds: bool) -> str | None:
    """Moving or deleting what exists. "Remind me to cancel the gym" is neither."""
    if reminds or re.match(
        r"^(?:set|create|add|make|schedule) (?:a|an|another|up|me|new|the|my)\b.{0,30}\b(?:reminder|alarm|alert|event)s?\b(?!.*\b(?:instead of|rather than)\b)",
        core,
    ):
        return (
            "RESCHEDULE"
            if re.search(r"\b(?:instead of|rather than)\b.{0,30}(?:\d|day\b|tomorrow|week)", core)
            else None
        )
    wished = lex.MY_WISH.sub("", core)
    if _HOUSEWORK.match(wished) and not lex.ABOUT_FLUX.search(wished):
        return None
    if (lex.DELETE.search(wished) or lex.DELETE.search(core)) and not _QUESTION_WORD.match(core):
        return "DELETE" if _deletes(said, wished) else "OTHER"
    if lex.RESCHEDULE.search(wished) and (not _QUESTION_WORD.match(core) or core.endswith("instead")):
        return "RESCHEDULE"
    return None


def _deletes(said: str, wished: str) -> bool:
    if re.search(r"\b(?:move|reschedule|postpone)\b.{3,60}\binstead of\b", said):
        return False
    if lex.ABOUT_FLUX.search(wished):
        return True
    return not re.search(
        r"\b(?:subscription|account|credit card|history|playlist|song|app|browser|cookies|cache|photos?)\b",
        wished,
    )


def _about_me(core: str) -> bool:
    mine = re.search(
        r"\b(?:anything|something|free|busy|planned|scheduled|remember|agenda|what'?s (?:on|next|up|left|due|today|tomorrow)"
        r"|(?:do|did|have|am|was|will) (?:i|we)(?: \w+)? (?:have|take|do|finish|got|get|need|free|busy|going|doing|meeting|seeing|done|miss|mark|set|doing)"
        r"|(?:my|the) (?:\w+ )?(?:day|week|next|first|last|goals?|plan|progress|streak|tasks?|today|tomorrow|morning|evening|afternoon|list|dentist|doctor|class|lesson|lunch|dinner|breakfast|event|flight|meeting)"
        r"|(?:for|is|on|do) (?:today|tomorrow|tonight|this week)|^show (?:me )?(?:this|next) \w+|^(?:did|have|had) i\b|how am i doing|how did i do)\b",
        core,
    )
    return bool(mine) and not lex.FOREIGN.search(core) and not re.search(r"\bhave to (?:pay|buy|get)\b", core)


def _is_command_to_create(core: str) -> bool:
    return bool(
        re.match(
            r"^(?:remind (?!me (?:what|when|where|who|which|how)\b)|set\b|create|add|schedule|make|put|book|alert|wake|(?:i need|i want) (?:an?\b|to (?!see|know|view|check|find)))",
            core,
        )
    )


def _is_goal(core: str, when: When | None, now: datetime) -> bool:
    """A wish that takes weeks; with a clock time, or for one of the next days, it is a task."""
    if re.match(r"^(?:remind|set|create|add|schedule|book|put)\b", core) and not re.match(
        r"^(?:set|create|add) (?:me )?(?:up )?(?:a|my|another) (?:new )?goal", core
    ):
        return False
    near = when is not None and when.value is not None and when.value - now < timedelta(days=9)
    one_day = when is not None and (when.timed or near)
    if one_day or _QUESTION_WORD.match(core):
        return False
    if lex.GOAL.search(core):
        return True
    wished = core
    for _ in range(2):
        wished = lex.MY_WISH.sub("", lex.CHATTER.sub("", wished)) or wished
    wished = re.sub(
        r"^(?:(?:keep )?trying to|try to|be able to|go for|work on|help me (?:to )?|my goal is to|start to|would love to|like to) ?",
        "",
        wished,
    )
    if not lex.GOAL_DEEDS.match(wished):
        return False
    return wished != core or when is None or when.kind != "rrule"


def _creating(said: str, core: str, deed: str, reading: Reading, *, about_flux: bool) -> str:
    when = reading.when
    asked = bool(_QUESTION_WORD.match(core))
    if lex.CREATE.search(core) and not asked and not (lex.FOREIGN.search(said) and not about_flux):
        return "CREATE"
    wished = lex.MY_WISH.sub("", core)
    bare = lex.MY_WISH.sub("", deed)
    plain = bool(lex.TASK_START.match(bare) or lex.TASK_NOUN.match(bare)) and not re.search(
        r"\bfor me\b", said
    )
    if asked:
        return "QUERY" if about_flux else "OTHER"
    if (lex.NO_TASK.match(core) or lex.NO_TASK.match(said)) and not (about_flux or plain):
        return "OTHER"
    impossible = reading.problem is not None and reading.problem != GONE
    if (impossible or (when is not None and when.kind != "duration")) and not said.endswith("?"):
        named = len(re.findall(r"[^\W\d_]{2,}", wished)) <= 14
        return (
            "CREATE"
            if plain or wished != core or (named and not re.search(r"\b(?:you|your)\b", core))
            else "OTHER"
        )
    if plain and (wished != core or len(wished.split()) <= 9) and not said.endswith("?"):
        return "CREATE"
    return (
        "CREATE"
        if wished != core
        and re.match(r"^i(?: have|'ve got| must| got| need) to\b|^i gotta", core)
        and not lex.FOREIGN.search(core)
        else "OTHER"
    )
