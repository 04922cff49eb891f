"""The title of a task: what is left of a message when the command, the time and the courtesies are taken away."""

from __future__ import annotations

import re

from reminders.rules.when.tokens import fold

Spans = tuple[tuple[int, int], ...]  # the places of a text that speak of time
_QUOTED = re.compile(r"[\"“”]([^\"“”]{2,80})[\"“”]|(?<!\w)'([^']{2,60})'(?!\w)")
_NAMED = re.compile(r"\b(?:called|titled|named|labell?ed|entitled)\s+(?:as\s+)?(.+)", re.I)
_CHATTER = r"(?:ok(?:ay)?|thanks?(?: you)?|great|cool|good|nice|hi|hello|hey|oh|well|so|actually|also|and|then|now|wait(?! for\b)|please|pls|plz|just|alexa|olly|siri|perfect|awesome|alright|yes|no|nevermind|never mind|but|next|flux|whatever|anyways?|ugh+|omg|lol|fml|argh|oops|fine|finally|sorry|damn|sigh|meh|kk?)"
_ASKING = (
    r"(?:(?:can|could|would|will) (?:you|u|we|i)(?: please| also| now| just)*|i(?: would|'d| also)* (?:like|love|want|need|have|wish)(?: for)?(?: you)? to(?: also| now)*|i'd like to"
    r"|i(?: am|'m)? (?:going to|gonna)|i (?:want|need)(?: also)?(?: you to)?|(?:i )?(?:gotta|gonna|hafta|need 2|oughta)|i(?: really| still| also)* (?:must|should|will|need to|have to|ought to)|i'll|i(?:'ve| have)? got to|need to|let's|we need to|make sure (?:to|i|that i)|help me(?: to)?|go ahead and|i need to)"
)
_LEAD = re.compile(rf"^(?:(?:{_CHATTER})[,.!;:\s]+|(?:{_ASKING})\s+)+", re.I)
_OBJ = (
    r"(?:(?:new|another|daily|weekly|monthly|yearly|quick|recurring|repeating|nightly|hourly|annual|calendar|one|short)\s+)*"
    r"(?:reminder|remind|alarm|alert|event|to-?do|task|calendar (?:event|entry|item)|entry|item|notification|timer|note)s?"
)
_VERB = r"(?:set|create|add|make|schedule|put|send|give|get|enter|start|leave|place|book|insert|establish|fix|need|want|have|include|write)(?: up| me| us| in)*"
_COMMANDS = re.compile(
    "^(?:"
    + "|".join(
        (
            rf"{_VERB}\s+(?:(?:a|an|the|my|me|another|up|of)\s+)*{_OBJ}\b(?:\s+(?:set|setup))?(?:\s+(?:for me|to my calendar|on my calendar|in my calendar|for (?:john|me|us|my \w+) and \w+ to|(?:that )?(?:says|saying)))?(?:\s*[:,-])?(?:\s+(?:to remind me|reminding me))?(?:\s+(?:to|for|about|of|that|on|as|regarding|so|at|when))*(?:\s+me to)?\b",
            rf"(?:new|another|first|next)\s+{_OBJ}(?:\s+(?:to|for|about))?\b",
            r"(?:remind|alert|notify)\s+(?!me\b|us\b)[^,.;]{1,40}?\s+to\b",
            r"mark (?:my|the) cal\w+(?: (?:with|for|to))?\b",
            r"(?:remind|reminds|alert|notify|nudge|ping|reming|prompt)\s+(?:me|us|myself|him|her|them|everyone|(?:my|the|our) \w+(?: \w+)?|\w+(?: and \w+)?)(?:\s+(?:on|at|in|by)\s*)?(?:\s+(?:to|about|of|that|for|when|again to|again about))*\b(?=\s|$)",
            r"(?:don'?t (?:let me )?forget|remember|note to self|reminder|todo|to do|task|new task|alarm|event)(?:\s+(?:to|about|that))?\s*[:,-]?\b",
            r"(?:add|put|enter|note|schedule|mark|save|log)\s+(?:to|on|in|into)\s+(?:my|the|our)?\s*(?:calend[ae]r|calandar|calander|schedule|agenda|list|to-?do(?: list)?)(?:\s+(?:for|to|that))?\b",
            r"(?:schedule|add|create|book|set up|setup|set|arrange|plan|make|put|pencil in|block(?: off| out)?|organi[sz]e|enter|reserve|indicate|include|find|save|fix|call it)(?:\s+(?:me|us|in|down|up))*(?:\s+for)?\b(?!\s*(?:it|sure|up my mind)\b)",
            r"i(?:'d| would) like(?: to have)?(?:\s+(?:a|an|the|my))?\b",
            r"(?:i )?(?:also )?(?:have|need|got|i've got|'ve got)(?:\s+(?:to|a|an|the|my|some|plans? for))*\b(?!\s*fun\b)",
            r"(?:i'?m|i am|we'?re|we are|will|i will|we will)\s+(?:also\s+)?(?:have|having|be|going to be|attending|be attending|going to have)?\b(?:\s+(?:a|an|the))?",
            r"wake me(?: up)?(?=\s+(?:for|to))",
        )
    )
    + r")\s*",
    re.I,
)
_REMINDS = re.compile(r"remind|alarm|alert|notif|forget|\bto$|timer")
_EDGE_BEFORE_SOFT = re.compile(
    r"^(?:[\s,.;:!?\-–>()*•]+|(?:to|for|about|of|that|on|at|and|is|by|as|then|also|please|me to|to remind me|remind me|called|titled|named|me|there is|there'?s)\b\s*)+",
    re.I,
)
_EDGE_AFTER = re.compile(
    r"(?:[\s,.;:!?\-–(]+|\b(?:to|for|at|by|in|from|about|of|and|then|the|a|an|with|starting|beginning|lasting|lasts|due|please|pls|plz|thx|ty|thanks|thank you|as well|too|remind me|that|around|until|every|except(?: (?:for )?never)?|also|next|this|some ?time|at some point|(?:at|around) like|in a (?:bit|while)|later(?: on)?|soon|asap|eventually|for now|due(?: on| by| at)?|again|labled|can you|could you|will you|which is|that'?s|ok)\b)+$",
    re.I,
)
_ASIDE = re.compile(
    r"\s*\bfor now\b[.!]*|(?:\s*(?:[,.]\s*)?\b(?:on|to|in|into|onto)\s+(?:my|the|our)\s+(?:calend[ae]r|calandar|calander|schedule|agenda|to-?do list|list|planner|outlook)\b(?:\s+for\b)?)|\s*\b(?:and )?(?:need|put|want) it on my calendar\b.*$|\s*[.,]\s*(?:add|put) (?:that|it|this) (?:to|on|in) my cal.*$|\s*\b(?:remind me|thank you|thanks|as well|if possible)\s*[.!]*$",
    re.I,
)
_PEOPLE = re.compile(
    r"\s+(?:with|and|between)\s+((?:(?:my|our|the|his|her)\s+)?(?:[A-Z][\w.'’-]*|mom|mum|dad|boss|team|manager|wife|husband|girlfriend|boyfriend|adviser|everyone)(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)(?:(?:my|his|her|the|our|their)\s+)?(?:[A-Z][\w.'’-]*|team|manager|boss|wife|husband|family))*)"
)
_PLACE = re.compile(
    r"\s+(?:at|in)\s+((?:the\s+)?[A-Z][\w.'’&-]*(?:\s+(?:of\s+|and\s+|the\s+)?[A-Z][\w.'’&-]*)*(?:\s+(?:bar|house|restaurant|park|room|street|st|center|centre|mall|cafe|office|gym))*)"
)


def title_of(text: str, spans: Spans) -> str:
    """The title with people and places in it; "" when the message is nothing but a command and a time."""
    quoted = _QUOTED.search(text)
    if quoted is not None:
        return (quoted[1] or quoted[2]).strip(" ,.;:")
    left = _clause(without_spans(text, spans).replace(" 'm ", "'m "))
    named = _NAMED.search(left)
    if named is not None:
        left = named[1]
    left = _FOREIGN_ASKS.sub(" ", _ASIDE.sub(" ", left)).strip()
    title = _tidy(_without_command(left))
    return "" if _ONLY_WHEN.fullmatch(title) else title


# "Remind me" in the languages whose times are understood.
_FOREIGN_ASKS = re.compile(
    r"^\s*(?:erinner[e]? mich(?: bitte)?(?: daran)?(?:,)?(?: an)?|recu[eé]rdame(?: que)?|rappelle[- ]moi(?: de)?|ricordami(?: di)?|lembr[ea][- ]me(?: de)?"
    r"|me lembr[ea](?: de)?|bana|herinner me(?: eraan)?(?: om)?|ich (?:möchte|will|muss)|quiero|tengo que|je (?:veux|voudrais|dois)|voglio|vorrei|devo|quero|preciso|ik (?:wil|moet))\s+|\s+(?:(?:bana )?hat[ıi]rlat|erinnern)\s*$",
    re.I,
)
# Nothing but when, or "it": "after lunch", "do it", "just" of "just remind me at 8".
_ONLY_WHEN = re.compile(
    r"(?:just|only|not|never|instead|sorry|again|either|rather)(?: (?:to|at|me|it|that))*|(?:(?:do|start|finish|try) (?:it|that|this)\s*)?(?:(?:before|after) (?:work|lunch|dinner|bed(?:time)?|school|breakfast|supper|tea))?",
    re.I,
)
_BEHIND = re.compile(
    r"\s+(?:and|but|so) i (?:really )?(?:don'?t|can'?t|do not|cannot|never)\b.*$|[.?!]\s+(?:it|we|this|that|location|remind|thanks?|there)\b.*$|[,.;]?\s*\b(?:can you |could you |please )*remind me\b(?:\s+(?:\d+|an?|one|two|half)\b.*)?\s*[.?!]*$|\s+(?:and )?put me as \w+$",
    re.I,
)
# However long the way to it: what is asked for stands behind the last of these.
_ASKED = re.compile(
    r"\b(?:(?:remind|reminds|reminding|prompt|nudge|ping|poke|prod|buzz|shout at) me[ ,]+(?:if possible[ ,]+)?(?:that i (?:need|have|ought|should|must) to|to|about)|be reminded (?:to|about|of)|(?:get|have|need|want) a (?:reminder|nudge) (?:to|about|for)|don'?t let me forget (?:to|about)"
    r"|(?:i )?(?:really |still )?(?:need|have|must|got) to (?:remember to|not forget to|not forget)|(?:i )?(?:must not|mustn'?t|can'?t|cannot|don'?t) forget(?: to| about)?)\s+",
    re.I,
)
_BEFORE = re.compile(
    r"[.,;!?]\s+(?:(?:now|so|then|please|can you|could you|i need to|also|and)[, ]+)*(?=(?:schedule|add|create|set up|book|remind me)\b)",
    re.I,
)


def _clause(left: str) -> str:
    """The sentence that carries the task: what leads up to it and what follows is talk."""
    asked = list(_ASKED.finditer(left))
    if asked and left[asked[-1].end() :].strip(" .!?"):
        return "remind me to " + left[asked[-1].end() :]
    left = left if re.match(r"\s*(?:please )?remind", left, re.I) else _BEHIND.sub("", left)
    lead_up = _BEFORE.search(left)
    if lead_up is not None and _COMMANDS.match(fold(left[: lead_up.start()])) is None:
        return left[lead_up.end() :]
    return left


def without_spans(text: str, spans: Spans) -> str:
    """The text without the places that speak of time; what they leave is joined by one space."""
    left: list[str] = []
    at = 0
    for start, end in sorted(spans):
        left.append(text[at:start])
        at = max(at, end)
    left.append(text[at:600])
    return " ".join(" ".join(left).split())


def _without_command(left: str) -> str:
    """Courtesies and one command; behind "remind me to" everything is title, verbs of command included."""
    for _ in range(3):
        before = left
        left = _LEAD.sub("", left)
        folded = fold(left)
        command = _COMMANDS.match(folded) if len(folded) == len(left) else None
        if command is not None and command.end() and not _is_title_itself(left, command):
            left = left[command.end() :]
            if _REMINDS.search(command.group()):
                return re.sub(r"^(?:[\s,:;-]+|(?:to|for|about|of|that|me to)\b)+", "", left)
        left = _EDGE_BEFORE_SOFT.sub("", left)
        if left == before:
            break
    return left


def _is_title_itself(left: str, command: re.Match[str]) -> bool:
    """ "book club", "plan the party": the verb belongs to the title when it names the deed itself."""
    said = command.group().strip().lower()
    rest = left[command.end() :].strip().lower()
    if said == "book":
        return bool(re.match(r"(?:club|report|review|fair|signing|store|shop)", rest))
    if said in ("plan", "organize", "organise", "find", "save", "fix", "include", "remember", "task"):
        return True
    if said == "set":
        return rest.startswith("the table")
    if said.startswith("put"):
        return _PUTS.match(f"{said} {rest}") is not None
    return said == "make" and bool(
        re.match(
            r"(?:dinner|breakfast|lunch|bed|coffee|tea|cake|soup|bread|the (?:bed|cake|salad|table))\b", rest
        )
    )


# "Put the bins out" is what is done; "put the dentist in my calendar" asks for it to be written down.
_PUTS = re.compile(
    r"put (?!(?:me|us|it|that|this|them)\b)(?:\S+ ){1,5}(?:out|away|up|on|off|together|back|down)(?: (?:for|before|after) .+)?\W*$"
    r"|put (?:out|away|up|on|off|together(?! (?:an?|the) (?:meeting|call|event|reminder|list|plan)\b)) \w",
    re.I,
)
_PARTICLE_STAYS = re.compile(
    r"^(?:let|hand|check|plug|fill|turn|log|bring|take|put|drop|pop|tuck|send|call|move|get|fit|check|sign|phone|clock|dial|come|go|sleep|stay|fade) .*\bin$|^(?:sleep|stay|check|sign|log|clock|dial|move) in$",
    re.I,
)


def _tidy(left: str) -> str:
    left = re.sub(r"\s+([,.;!?])", r"\1", re.sub(r"\(\s*\)", "", left))
    left = re.sub(r"^spend\s+(?=\w+ing\b)|\s+to my (?:\w+ )?list$", "", left, flags=re.I)
    for _ in range(2):
        left = left if _PARTICLE_STAYS.match(left.rstrip(" .!?,")) else _EDGE_AFTER.sub("", left)
        left = re.sub(r"^(?:a|an|the)\s+(?=\S)", "", left, flags=re.I)
        left = _EDGE_BEFORE_SOFT.sub("", left)
    left = left if "<" in left else left.rstrip("> ")
    left = re.sub(r"(?<=\w)\s+(?:reminder|alarm|alert)$", "", left, flags=re.I)
    left = re.sub(r"(?<=\w\w)\s+(?:is|are|will be)$", "", left)
    left = re.sub(r"^wake (?:me|us) up$", "wake up", left, flags=re.I)
    return " ".join(left.split())


_TARGETS = re.compile(
    r"^(?:mark|tick|check|cross|skip|bring|pull|leave out|change|move|re-?schedule|postpone|push(?: back)?|shift|delay|update|modify|edit|adjust"
    r"|delete|remove|erase|cancel|clear|scrap|drop|snooze|get rid of|(?:i'm )?(?:done|finished)(?: with)?|completed"
    r"|i(?:'ve| have)?(?: just| already| finally)* (?:did|done|finished|completed|nailed|crushed|smashed))"
    r"\s+(?:(?:the|my|our|all|this|that)\s+)*(?:reminders?\s+(?:to|for|about)\s+)?",
    re.I,
)
_TARGET_ENDS = re.compile(
    r"(?:\s+(?:is|are))?(?:\s+all)?(?:\s+as)?\s+(?:done|completed?|finished|off|sorted)\s*$|\s+(?:back|forward|by|till|until)$|\s+to(?: the| be)?\s*$|\s+(?:reminder|alarm|alert)$"
    r"|\s+to the (?:morning|evening|afternoon)$",
    re.I,
)
_POLITE = re.compile(r"^(?:(?:can|could|would|will) you |please |ok |now |i (?:want|need) to )+", re.I)
_REFUSED = re.compile(
    r"^(?:please )?(?:(?:don'?t|do not|stop|no need to) (?:remind(?:ing)?|nag(?:ging)?|ping(?:ing)?|nudg(?:e|ing)) me(?: (?:about|to|of|for))?|no (?:more )?reminders? (?:about|for|to)"
    r"|i (?:don'?t|no longer) need|(?:i )?(?:did ?n'?t|did not|have ?n'?t|could ?n'?t)(?: manage| get round| get around)?(?: to)?(?: do| go to| make| finish)?|(?:i )?(?:just |totally )?(?:missed|skipped|forgot(?: about| to)?|failed))\s+(?:(?:the|my|any)\s+)*",
    re.I,
)
_ONLY_IT = re.compile(
    r"(?:(?:re-?)?schedule|(?:i )?forgot|missed|my|the|it|that|this|them|all|everything|done|finished|did it|make it(?: .*)?)?",
    re.I,
)


def target_of(text: str, spans: Spans) -> str:
    """What is to be moved, dropped or ticked off: "move my run to friday" -> "run"; "" when only "it" is meant."""
    left = _POLITE.sub("", without_spans(text, spans).strip())
    left = _TARGET_ENDS.sub("", _TARGETS.sub("", _REFUSED.sub("", left))).strip(" .,!?")
    return "" if _ONLY_IT.fullmatch(left) else left


def subject(title: str, text: str) -> str:
    """What it is, without who and where ("lunch with Ann at Nero's" -> "lunch"), for events put on the calendar.

    A reminder keeps every word: "call Ann at Nero's" would be no use without them.
    """
    if re.search(r"\bremind|\balert\b|\bdon'?t forget|\bnote to self", text, re.I) or not re.search(
        r"\b(?:schedule|add|create|book|set|arrange|make|put|plan|calendar|event|appointment|meeting|have|need|reserve)\b",
        text,
        re.I,
    ):
        return title
    short = re.sub(r"^(?:new|another)\s+", "", title, flags=re.I)
    short = _LOOSE_PEOPLE.sub("", _PEOPLE.sub("", " " + short)).strip()
    short = _LOOSE_PLACE.sub("", _PLACE.sub("", short))
    short = _tidy(
        re.sub(
            r"^(?:meeting|appointment|event)\s+(?:to|for)\s+(?=\w+ \w|lunch|dinner)(?!my |the |a )",
            "",
            short,
            flags=re.I,
        )
    )
    return title if not short or _GENERIC.fullmatch(short) else short


_GENERIC = re.compile(
    r"(?:(?:new|another|quick|short)\s+)?(?:meeting|appointment|event|call|something|one|it|session|date|time|1:1|meet)s?",
    re.I,
)
_LOOSE_PEOPLE = re.compile(
    r"\s+with\s+(?!my\b|the\b|our\b|a\b)\S.*?(?=\s+(?:to|for|about|at|in|on)\s|$)", re.I
)
_LOOSE_PLACE = re.compile(r"\s+at\s+(?!home\b|work\b)[^,]*$", re.I)


def people_in(title: str) -> list[str]:
    """The names after "with", as written."""
    found = _PEOPLE.search(title)
    if found is None:
        return []
    return [name.strip() for name in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", found[1]) if name.strip()]


def place_in(title: str) -> str | None:
    found = _PLACE.search(title)
    return found[1].strip(" .,") if found else None
