"""Whether a wish is something to become or to keep up, which takes weeks, or an errand that one moment is enough for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agents.offline import lexicons as lex
from agents.offline.catalogue import find_template
from agents.offline.templates_life import GENERIC
from reminders.rules.when import When
from reminders.rules.when.tokens import fold

_NEAR = timedelta(days=9)
_FAR = timedelta(days=21)
_MOST_WORDS = 25  # a longer message is a story; its goal is asked for
_SOFT = r"(?:also|just|really|still|always|finally|maybe|only|so|do|would|desperately|actually|probably)"
_ASKING = r"(?:(?:can|could|would|will|please) you (?:please )?)?(?:help|teach|coach|support|guide) (?:me|us)(?: to| with| in| on)?"
# Said of a dream, of something that goes on, or with a plea for help: whatever follows is wished for, not ordered.
_STRONG = re.compile(
    rf"^(?:(?:i|we)(?: {_SOFT})*|(?:i|we)(?:'ve|'m| have| am)(?: been)?(?: {_SOFT})*|)\s*(?:"
    r"wish (?:i|we) (?:was|were|could|had|would|did)|dream(?:ing)? (?:of|about)(?: being able to)?|aspire to|aim(?:ing)? (?:to|for)|hop(?:e|ing) to"
    r"|(?:always )?wanted to|(?:keep )?trying to|try(?:ing)? to|thinking (?:about|of)|thought (?:about|of) (?=\w+ing\b)|working on"
    r")\s+"
    r"|^(?:my|the|a) (?:(?:new|next|big|biggest|main|other|secret|life|year'?s|new year'?s) )*(?:dream|aim|ambition|resolution|wish|goal)s?(?: (?:for|this|in) [\w ]{3,14})?(?: is| are| would be|:) ?(?:to )?"
    rf"|^{_ASKING} "
    r"|^(?:how|what) (?:do|can|could|should|would) (?:i|we) (?:do to )?(?=(?:get|be|become|stop|learn|improve|build|start|lose|find) )"
    r"|^(?:can|could|shall|let'?s) (?:we )?(?=work on )"
)
_WANT = re.compile(
    rf"^(?:(?:i|we)(?:'d|'m)?(?: {_SOFT})* )?(?:(?:would|'d) )?(?:{_SOFT} )*(?:want(?: to)?|wanna|like to|like(?= (?:my|our|more|less|a)\b)|love to|love(?= (?:more|less)\b)|wish to|be able to|go for it and)(?:\s+|$)"
)
_OUGHT = re.compile(
    rf"^(?:(?:i|we)(?:'ve|'ll|'m| am)?(?: {_SOFT})* )?(?:need(?: to)?|must|should|ought to|have to|got to|gotta|will|going to|gonna)(?: {_SOFT})*\s+"
)
_MANNER = r"(?:more|less|better|(?:more|less) (?:often|regularly|consistently|frequently)|regularly|consistently|properly)"
_BY_MANNER = re.compile(
    rf"^\w.*\b{_MANNER}(?: (?:again|with|at|in|on|than|about|when|from|without) [\w' ]+)?\W*$"
)
# "Eat more vegetables", "spend less on clothes": of what is done again and again, not of what is bought once.
_AMOUNT = re.compile(
    r"^(?!(?:buy|order|get|grab|add|bring|send|print|put|take|ask|collect|download|request|fetch|restock|refill|find|pick|pack|write|give|tell|show|set|schedule|book|remind|create|make|move|change|call|need|have)\b)"
    r"\w+(?: \w+){0,2} (?:more|less|fewer) \w+"
    r"|^(?:get|have|find|make|give (?:\w+ )?) ?(?:more|less|fewer) (?:sleep|rest|exercise|energy|done|time|out|fit|sun|steps|fun|confiden\w+|joy|friends|money|fresh air|from)\b"
)
_BECOMING = re.compile(
    r"^(?:be|become|becoming|being|feel|feeling|grow|stay|staying|live|living|remain)\s(?:(?!(?:my|the|her|his|their)\b)\w+ )*?(?:more|less)\b"
    r"|^(?:get|getting) (?:\w+ )?(?:more|less) \w{2,}(?:ed|ful|ous|ive|ent|ant|able|ible|al|ic|ish)\b"
    r"|^(?:be|become|becoming|being|feel|feeling|get|getting|grow|stay|staying|keep|keeping|live|living|turn into|remain|have|having|go)\s"
    r"(?:(?!(?:my|the|her|his|their)\b)\w+ )*?(?:better|(?:calm|happi|healthi|strong|fit|kind|brave|tidi|neat|lean|fast|slow|nic|quiet|ligh?t|clean|smart|wis|easi|earli|thin|slimm|loud|clos)e?r|on time)\b"
    r"|^(?:my|our) [\w ]{3,30} to (?:be|become|feel|get) \w+|^get (?!start|dress|paid|fed|need)\w{3,}ed\b|^make (?:new )?(?:friends|peace|art|music|progress|time for)\b"
)
_KEEPS_UP = re.compile(
    r"^(?:finally |just |really )*(?:stop (?:\w+ )?\w+ing\b|stick to|keep (?:up|on top|track|in touch|fit)|keep (?:my|the|our) [\w ]{3,20}(?:tidy|clean|neat|in order)|stay (?:in touch|sober|fit|on top|calm|positive|off)|get (?:[\w'-]+ ){1,8}(?:under control|in order|sorted(?: out)?)"
    r"|get (?:on top of|back into|used to|a grip on|over|out of debt|into)|be on top of|get rid of (?:all|my debt|the habit)|catch up on my|build (?:up )?(?:a |an |my )?(?:\w+ )?(?:routine|habit|confidence|muscle|strength|stamina|network)|work on (?:my|our)|deal with my (?:anxiety|stress|anger|fear)"
    r"|(?:sort|turn|clean|straighten|fix|do something (?:for|about)) (?:out )?my (?:life|finances|money|health|career|sleep|diet|head|back|weight|posture|anxiety|stress)|grow (?:my|a|as)|level up|take (?:better )?care of|look after my|(?:drink|walk|do|eat|write|read|run|save) \d+ [\w ]{1,20} (?:a|per|each|every) (?:day|week|night))"
)
_PROJECT = re.compile(
    r"^(?:declutter|tidy|clean|sort|clear|organi[sz]e|digiti[sz]e|redo|renovate|refurbish|repaint|paint|empty)\b.{0,20}\b(?:whole|entire|every room|all (?:of )?(?:the|my|our)|house|flat|apartment|home|cellar|basement|attic|loft|photo (?:library|collection)|finances|life)\b"
    r"|^(?:plan|organi[sz]e|prepare(?: for)?|plan for|arrange) (?:my|our|a|an|the|this|for my|for our) (?:\w+ ){0,3}(?:trip|wedding|holidays?|vacation|journey|honeymoon|emigration|retirement|road ?trip|sabbatical|career change|move to \w+)\b"
)
_HORIZON = re.compile(
    r"\b(?:in|within|over|for) (?:the )?(?:next )?(?:\w+ )?(?:months?|years?)\b|\b(?:in|within|over) (?:the )?(?:next )?\w+ weeks\b"
    r"|\b(?:by|before|until|in|for|over|this|next|during) (?:the )?(?:end of )?(?:the )?(?:summer|autumn|winter|spring|(?:next |this )?year|christmas|new year|birthday|wedding|holidays)\b"
    r"|\bby (?:the end of )?(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\bbefore (?:my|our|the) (?:\w+ )?(?:trip|wedding|move|holiday|birthday|baby|exam)\w*"
    r"|\b(?:some ?day|one day|eventually|at last|in (?:\w+ )?weeks)\b"
)
# What people want at once, of Flux or of the moment; nobody plans weeks for it.
_AT_ONCE = re.compile(
    r"^(?:know|hear|talk|chat|ask|say|tell|check|cancel|use|try (?:this|it|you|flux|out)|test|cry|die|scream|rest|nap|lie|vent|rant|complain|report|remind|speak to (?:a|an|some|your)|see (?:my|the|what|all)\b(?!.*\bmore (?:often|regularly)\b)|(?:my|the|our) .*\b(?:later|earlier|sooner)\b|view|show|list|skip|move|change|reschedule|delete|remove|pause|stop\W*$"
    r"|stop (?:this|it|that|now|the|talking|here|for|getting|receiving|all)|switch|turn|log|note|be (?:reminded|notified|told|alone|left|sure|done|honest|clear|called|woken|paused)|go (?:home|out|to|back|for)|leave|have (?:a |an |my |some |the )?(?:\w+ )?(?:lunch|dinner|breakfast|coffee|drinks?|tea|meeting|call|chat|word|break|look|nap|reminder|alarm|shower|bath|meal|party|appointment|minute|day off)"
    r"|quit (?:the|this|now)|sleep\W*$|sleep (?:now|in)\b|eat\W*$|eat (?:now|something)|thank|apologi[sz]e|plan (?:something|a goal|it)\W*$|do (?:it|that|this|nothing|something(?! (?:for|about) my))\b|it\b|that\b|this\b|one\b|you\b|him\b|her\b|them\b|(?:a|an|the|my|another) (?:reminder|alarm|task|event|meeting|appointment|call|list|plan|goal)|nothing|everything|something\W*$|help\W*$|out\W*$|in\W*$|to\W*$|both|all of|no\b|not\b|some(?:one|body)|make (?:it|that|sure|an? (?:call|change|payment|appointment))|start (?:over|again|now|with|it)|begin|continue|keep (?:it|that|this|the)|be\W*$|(?:(?:a bit|some|a little|much) )?(?:more|less|better|fewer)(?: please)?\W*$)"
)
_OFTEN = re.compile(
    r"\b(?:(?:more|less) (?:often|regularly|consistently|frequently)|regularly|consistently)\W*$|\bgo (?:to|for) .* more\W*$"
)
_LISTS = re.compile(r"\bto-?do lists?\b|\bsleep(?:ing)? schedule\b")  # a goal may be about them
_NOUN_WISH = re.compile(
    r"^(?:more|less|fewer|better|healthier|calmer|a better|a healthier|a calmer) (?:\w+ ?){1,5}$"
)
# Errands that may as well be the work of weeks, when nothing tells: "I want to paint the fence".
_EITHER = re.compile(
    r"^(?:to )?(?:finally )?(?:read|study|write|paint|draw|clean|clear|sort|organi[sz]e|tidy|fix|repair|make|prepare|finish|complete|record|visit|invest|research|decorate|practi[sc]e|build|plant|review|memori[sz]e|edit|draft|budget|unpack|digiti[sz]e|sew|knit|restore|redo)\b (?!(?:it|that|this|them|a (?:reminder|task|list|note|call))\b)\w+"
)

_SURE, _WISHED, _OWED, _BARE = 3, 2, 1, 0  # how plainly something is wished for


def wishes_noun(said: str) -> bool:
    """ "Better sleep", "less screen time": a part of life that is known, and that there should be more or less of it."""
    return _NOUN_WISH.match(said) is not None and names_domain(said)


def names_domain(said: str) -> bool:
    """Whether a part of life is named for which there is a plan on the shelf."""
    return find_template(said) is not GENERIC


def aspires(said: str, when: When | None, now: datetime) -> bool:
    """Whether the folded words wish for something that takes weeks; a clock time or one of the next days makes an errand of it."""
    if lex.ABOUT_FLUX.search(_LISTS.sub("list", said)) or len(said.split()) > _MOST_WORDS:
        return False
    wish, strength = _wish_of(said)
    if _OFTEN.search(wish):
        return True
    if not wish or _AT_ONCE.match(wish) or _one_moment(when, now):
        return False
    if lex.GOAL_DEEDS.match(wish) and strength:
        return True
    if said.endswith("?") and strength < _SURE:
        return False
    if any(one.search(wish) for one in (_BY_MANNER, _AMOUNT, _BECOMING, _KEEPS_UP, _PROJECT)):
        return True
    return _by_wish(wish, strength)


def _by_wish(wish: str, strength: int) -> bool:
    """What the deed itself leaves open: how it is wished for, a far horizon, a part of life that is known."""
    errand = lex.TASK_START.match(wish) is not None
    if strength == _SURE:
        return not errand or names_domain(wish) or _HORIZON.search(wish) is not None
    if strength == _WISHED:
        if _HORIZON.search(wish):
            return True
        return not errand and not lex.FOREIGN.search(wish)
    return wishes_noun(wish)


def without_wish(text: str) -> str:
    """ "I should really drink more water" -> "drink more water"; words without a wish in front stay as they are."""
    folded = fold(text)
    wish, strength = _wish_of(" ".join(folded.split()))
    end = folded.rstrip(" .!?")
    if strength == _BARE or len(wish) < 3 or len(folded) != len(text) or not end.endswith(wish):
        return text
    return text[len(end) - len(wish) : len(end)]


def _wish_of(said: str) -> tuple[str, int]:
    """What is wished for, and how plainly it is a wish."""
    words = lex.CHATTER.sub("", said) if not _WANT.match(said) else said
    words = re.sub(
        r"^(?:so|well|ok(?:ay)?|hi|hey|hello|flux|please|and|also|hmm+|um+|you know)[, ]+", "", words
    )
    words = said if _STRONG.match(said) else words
    for pattern, strength in ((_STRONG, _SURE), (_WANT, _WISHED), (_OUGHT, _OWED)):
        if found := pattern.match(words):
            rest = words[found.end() :].strip(" .!?")
            inner = _WANT.match(rest) or _OUGHT.match(rest)
            return (rest[inner.end() :] if inner else rest), strength
    return words.strip(" .!?"), _BARE if words == said else _WISHED if _WANT.match(said) else _BARE


def _one_moment(when: When | None, now: datetime) -> bool:
    if when is None or when.kind in ("duration", "rrule"):
        return when is not None and when.kind == "rrule" and when.timed
    at = when.value or when.end or when.start
    return when.timed or (when.grain != "part" and at is not None and at - now < _NEAR)


def may_be_either(said: str, when: When | None, now: datetime) -> bool:
    """Whether an errand may as well be a goal: wished for and never dated, or for a far month and no day of it."""
    if lex.ABOUT_FLUX.search(said) or len(said.split()) > _MOST_WORDS or said.endswith("?"):
        return False
    wish, strength = _wish_of(said)
    if when is None:
        return strength == _WISHED and _EITHER.match(wish) is not None
    if not lex.TASK_START.match(wish):
        return False
    far = when.kind == "interval" and when.grain in ("month", "quarter", "year") and not when.deadline
    return far and when.start is not None and when.start - now > _FAR
