"""How people ask for a change of a plan: the patterns, without what is done about them."""

from __future__ import annotations

import re


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_VERB = (
    r"move|shift|put|drop|remove|delete|skip|cancel|rename|call|make|shorten|lengthen|change|no|not|start|begin|easier|harder|fewer|"
    r"less|more|keep|without|only|swap|leave|add|cut|reduce|increase|never|also|please|i|all|everything|nothing|twice|half|double|"
    r"halve|include|shorter|longer|push|merge|give|let|have|do|except|mornings|evenings|then"
)
CLAUSES = _pattern(
    r"\s*[;\n]\s*|[.!]\s+|,?\s+(?:and then|then|and also|plus)\s+|(?<!any day)(?<!anything)(?<!every day)(?<!nothing)(?<!\ball)(?<!everything),?\s+but\s+"
    rf"|(?:,|\band\b|,\s*and)\s+(?=(?:{_VERB})\b)"
    r"|(?:,|\band\b|,\s*and)\s+(?=(?:\d{1,3} ?min|only \d|max|at most|up to \d)|(?:task |number |#)?[1-9] (?:to|in|on|at|into|for|shorter|longer|easier|harder|earlier|later)\b"
    r"|the (?:first|second|third|fourth|last|\w+ (?:to|on|at|in))\b)"
)

NUMBERS_ONLY = _pattern(
    r"(?:(?:please|move|shift|put|make|do|can we|could we|let'?s|have|change)\s+)*(?:tasks? |number |#)?[1-9](?:\s*,\s*[1-9])*"
)
NUMBERED = _pattern(r"(?:\b(?:task|number|nr|item|move|drop|remove|rename|make|change)\s+|#\s?)[1-9]\b")
RENAME = _pattern(
    r"\b(?:rename|call|name)\b.*?\b(?:to|as|into|it)?\s*[\"“'‘]([^\"”'’]{1,80})[\"”'’]|\brename\b.*?\b(?:to|as|into)\s+(.{1,80})$"
    r"|\b(?:change|set) the name (?:of|for) .*? to (.{1,80})$|^\W*name (?:task |number |#)?[1-9] (.{1,80})$"
    r"|\b(?:be called|be named|name it|call it)\s+(?!at\b|on\b|in\b|off\b|a day)(.{1,80})$"
)
CALL = _pattern(
    r"\bcall (?:task |number |#)?(?:[1-9]|it|the \w+(?: (?:one|task))?)\s+(?!(?:at|on|in|to|off)\b)(.{1,80})$"
)
SWAP = _pattern(r"\b(?:swap|switch|exchange|trade|flip)\b")
MERGE = _pattern(
    r"\b(?:merge|combine|join|unite|put (?:them|both|1 and 2|everything) together|make (?:them|it) one)\b"
)
SPLIT = _pattern(r"\b(?:split|divide|break)\b.*\b(?:up|in(?:to)?|parts?|two|half|halves)\b")
APART = _pattern(
    r"\b(?:(?:two|2) days in a row|back[- ]to[- ]back|consecutive|days? in between|a day between|in a row)\b"
)
TIED = _pattern(
    r"\b(?:after|before) (?:each|every) (?!day|week|evening|morning|night|other|meal|lunch|dinner)|\b(?:right|straight|directly|immediately|just) (?:after|before) (?:task |number |#)?(?:[1-9]\b|the (?!evening|morning|afternoon|day|week|weekend)|my (?!work|lunch|dinner|breakfast|holiday))|\bsame (?:days?|time|weekdays?) as\b"
)
FORTNIGHTLY = _pattern(
    r"\b(?:every (?:other|second|two|2) weeks?|bi-?weekly|fortnightly|every fortnight|alternat\w+ weeks?|(?:once|twice|\d times) a month|monthly)\b"
)

ADD = _pattern(
    r"^\W*(?:(?:please|also|and|can (?:you|we)|could (?:you|we)|i(?:'d| would) (?:like|love)(?: to)?|i want(?: to)?|let'?s|yes|ok(?:ay)?|good|great)\W+)*"
    r"(?:add|include|throw in|put in|plus)\s+(?P<what>(?!(?:an? |one |another |some )?(?:more|extra|few|day|days|session|sessions|minutes?|time|week|weeks|hour)\b"
    r"|\d|another|it\b|them\b|that\b|this\b|these\b|half).{2,100})"
)
ADDED_TITLE = _pattern(
    r"^(?:an?|some|one|the|my|also)?\s*(?P<title>.+?)(?=\s+(?:(?:on|every|each|at|for|from|after|before|around) |in the |twice|once|daily|weekly|to (?:the|my|it)|too\b|as well|please"
    r"|\d+ ?x|\d+ times|(?:mon|tue|wed|thu|fri|sat|sun)\w*\b|mornings?\b|evenings?\b|afternoons?\b)|\s*,|\s+\d+\s*-?\s*(?:min|m\b|h)|[.!]|$)"
)
SOME_DAY = _pattern(r"\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?! (?:and|every|mornings|evenings))")

DROP = _pattern(
    r"\b(?:drop|remove|delete|skip|cancel|get rid of|without|scrap|leave out|take (?:\w+ )?out|throw (?:\w+ )?out|lose|no more|don'?t want|don'?t need|"
    r"not do|kick out|ditch|strike|leave off)\b"
)
KEEP_ONLY = _pattern(
    r"\b(?:keep only|only keep|just keep|only do|just do|nothing but|leave only|only want|just want)\b|^\W*(?:only|just)\b"
)
SOME_ONE = _pattern(
    r"\b(?:drop|remove|delete|leave out|take out|lose|ditch|scrap)\s+(?:one|something|a task|one of (?:them|these)|one task|any|some)\b|\bone (?:task )?(?:less|fewer)\b(?! (?:day|session|time|week|minute))|\b(?:fewer|less|too many) (?:tasks|things|items)\b"
)
DAY_TAKEN = _pattern(
    r"\b(?:doesn'?t|don'?t|do not|does not|won'?t|never) (?:work|suit|fit)\b|\b(?:is|are) (?:bad|out|difficult|hard|busy|full|taken|tricky|impossible|crazy|no good|a no|off|family|for|my|a bad|when i)\b"
    r"|\bi(?:'m| am)? (?:always |often |usually )?(?:work|have|at work|at the|travel\w*|busy|away|see|meet|go|play|teach)\b(?! to\b)"
)
AVAILABLE = _pattern(
    r"\b(?:i'?m|i am|we'?re) (?:\w+ )?free\b|\bi have\b.*\b(?:free|time|off)\b|\b(?:is|are) (?:free|good|better|fine|great|ok(?:ay)?|best)\b|\bday off\b"
)
NEGATED = _pattern(
    r"\b(?:no|not|never|without|skip|except|avoid|can'?t|cannot|don'?t|nothing|off|free|busy|rather not|drop|remove|less on|fewer on|less often on|hate|too busy|"
    r"besides|apart from|but)\b"
)
INSTEAD = _pattern(
    r"(.+)\binstead of\b(.+)|\b(?:move|shift|change|swap|switch|replace)\b(.+?)\b(?:to|for|with|by)\b(.+)|\bnot (.+?)(?:,| but|,? rather)\s+(?:but |rather )?(.+)"
)
START_LATER = _pattern(
    r"\b(?:start|begin|postpone|delay|push)\w*\b.*\b(?:later|weeks?|fortnight|months?|\d+ days?|(?:two|three|four|five|ten) days)\b|\bstart later\b|\ba week later\b|\b(?:two|three|2|3) weeks later\b"
    r"|\bnot this week\b|\bnext week (?:instead|rather|please)\b|^\W*(?:from )?next week\W*$|\blater start\b"
)
START = _pattern(
    r"\W*(?:(?:please|yes|ok(?:ay)?|can we|could we|let'?s|let me|i(?:'d| would) (?:like|rather|prefer)(?: to)?|i (?:want|need)(?: to)?|we|i|can'?t|only|not|don'?t)\W+)*"
    r"(?:(?:start|begin|kick(?: it| this)? off|wait)\w*|(?:move|push|shift|change|set) (?:the |my )?start(?: date| day)?(?: back| forward)?)\b(?! with)(?: (?:to|for|it|the plan|this|everything|all|only|on|from|in|the|not|before|until|till))*"
    r"(?P<after> (?:right |straight )?after(?: (?:my|our|the))?(?: (?!the\b|on\b|\d)[a-z]+){0,3}?(?: (?:on|ends?|is over|until|till|which|that|of))*)?"
    r"(?: the)? (?P<day>next week|next month|in \w+ (?:days?|weeks?)|(?:next |this |coming )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|tomorrow|\d.{0,14}?|the \d\w+.{0,12}?|(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december) \d+\w*|(?:first|second|third|\d+\w*) (?:of )?(?:january|february|march|april|may|june|july|august|september|october|november|december)|easter|christmas|new year'?s?)"
    r"\W*(?:instead|please|rather|then)?\W*"
)
WEEKS_LATER = _pattern(r"\b(?:(\d{1,2})|(an?|one|two|three|four|five|six|ten)) (day|week|month)s?\b")
FORTNIGHT = _pattern(r"\bfortnight\b")

WEEK_LIST = _pattern(
    r"\bweeks?\s+(?:number |no\.? ?)?(\d(?:\s*(?:,|and|&|\+|or|to|-|till|until)+\s*\d)*)\b(?! ?(?:min|x|times|days))|\b(first|second|third|fourth|fifth|sixth|last) week\b"
)
WEEK_FREE = _pattern(
    r"\b(?:skip|no|off|free|without|leave out|drop|take|pause|rest|nothing|holiday|vacation|away|not|can'?t|travell?ing|break|except|busy)\b"
)
REST_WEEK = _pattern(
    r"\b(?:rest|recovery|free|easy|break|light|holiday|deload) week\b|\bweek (?:off|of rest|free|break)\b|\b(?:skip|take off|leave out) (?:a|one) week\b|\ba break (?:in between|somewhere|halfway)\b"
)
IN_ALL_WEEKS = _pattern(
    r"\b(?:only|just|for|make it|make the plan|within|over|shorten (?:it|the plan|everything)? ?to|cut (?:it|the plan)? ?(?:down )?to|lasts?|a plan (?:of|for)|extend (?:it|the plan)? ?to|do|instead of|rather)\s+(?:(\d{1,2})|(one|two|three|four|five|six|eight|ten|twelve))[ -]weeks?\b(?! (?:later|off|break))"
    r"|\b(\d{1,2})[- ]weeks? plan\b|^\W*(?:(\d{1,2})|(one|two|three|four|five|six|eight|ten|twelve)) weeks?\W*(?:(?:only|instead|please|is enough|are enough|in all|in total|long))?\W*$"
)
TOO_MANY_WEEKS = _pattern(
    r"\b(?:six|6|that many|so many|five|5) weeks (?:is|are|seems?) (?:too long|too much|a lot|too many)\b|\btoo many weeks\b|\b(?:the )?plan is too long\b"
)

NOT_BEFORE = _pattern(
    r"\b(?:not|no|nothing|never|don'?t|can'?t|avoid)\b.{0,30}?\b(?:before|earlier than|until|till|sooner than)\b(?P<at>.+)"
    r"|\b(?:only|always|just|everything|all|rather)\b.{0,12}?\b(?:after|from)\b(?P<at2>.+)|\bfrom (?P<at3>.+?) (?:on|onwards)\b|\bafter (?P<at4>.+?) only\b|\b(?P<at5>\S+ ?(?:am|pm)?) or later\b|^\W*(?:(?:ok|yes|but|please|rather|better)\W+)*after (?P<at6>\d.*)"
)
NOT_AFTER = _pattern(
    r"\b(?:not|no|nothing|never|don'?t|can'?t|avoid)\b.{0,30}?\b(?:after|later than|past|beyond)\b(?P<at>.+)"
    r"|\b(?:only|always|just|everything|all|done|over|finished|rather)\b.{0,12}?\b(?:before|by|until)\b(?P<at2>.+)|\bbefore (?P<at4>.+?) only\b|\b(?P<at5>\S+ ?(?:am|pm)?) (?:or earlier|at the latest)\b"
)
NO_PART = _pattern(
    r"\b(?:no|not|never|nothing|hate|avoid|don'?t (?:like|want|do)|can'?t(?: do)?|without|skip)\b(?: \w+){0,2}? (?:(?:in|at|the|any) )*(?P<part>mornings?|evenings?|nights?|afternoons?)\b"
)

EASIER = _pattern(
    r"\b(?:easier|lighter|gentler|simpler|less intense|less demanding|less hard|too (?:hard|much|intense|ambitious|difficult|demanding|tough)|take it slow\w*|slower|go easy|tone it down|dial it (?:back|down)|not so (?:hard|much|intense|long|ambitious))\b"
)
HARDER = _pattern(
    r"\b(?:harder|tougher|more (?:intense|challenging|ambitious|demanding)|too (?:easy|little|light|soft)|push me|challenge me|step it up|ramp it up|not (?:hard|challenging|enough))\b"
)
SHORTER = _pattern(
    r"\b(?:shorter|shorten|too long|less time|quicker|reduce the time|briefer|so long|less minutes|fewer minutes)\b"
)
LONGER = _pattern(r"\b(?:longer|lengthen|too short|more time|more minutes|extend)\b")
FEWER = _pattern(
    r"\b(?:fewer|less|too many) (?:days|times|sessions|evenings|mornings|often)\b|\bless often\b|\btoo often\b|\b(?:one|a) (?:day|session) (?:less|fewer)\b|\bless frequent\w*\b|\bone (?:less|fewer) (?:day|session)\b|\bfewer\b(?! (?:minutes|tasks|things|weeks|hours))|\bnot so often\b"
)
MORE = _pattern(
    r"\bmore (?:days|times|sessions|often|frequent\w*)\b|\b(?:another|one more|an extra|an additional|a further) (?:day|session|time)\b|\badd (?:a|one|1) (?:day|session)\b|\bone (?:day|session) more\b"
)
COUNT = _pattern(
    r"\b(?:(\d{1,2})|(once|one|twice|two|three|four|five|six|seven|eight|ten))\s*(?:x|times?|days?|sessions?|runs?|mornings?|evenings?)?\s*(?:a|per|each|every|/)\s*we?e?k\b"
    r"|\b(?:only|just|rather|make it|to|do|better|on|have|want|all) (?:(\d{1,2})|(one|two|three|four|five|six|seven)) (?:days?|times|sessions)\b"
    r"|^\W*(?:(\d{1,2})|(two|three|four|five|six|seven))(?: ?x| days| times)\W*$|\b(\d)x\b"
)
COUNTS = {
    "once": 1, "an": 1, "a": 1, "one": 1, "twice": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "ten": 10, "twelve": 12,
}  # fmt: skip
ANY_DAY = _pattern(r"\b(?:any ?day|all days|anything|whenever|any time)\b")
NOT_DAILY = _pattern(r"\bnot (?:on )?(?:every ?day|daily|each day)\b")
DAILY = _pattern(
    r"\b(?:every ?day|(?:every|each) (?:single )?(?:day|morning|evening|night|afternoon)|daily|all seven days|all 7 days|seven days|7 days a week)\b"
)
OTHER_DAY = _pattern(r"\bevery (?:other|second|2nd) day\b")
TWICE_AS_OFTEN = _pattern(
    r"\b(?:twice|double|two times) (?:as (?:often|many|frequent\w*)|the (?:days|number|times|sessions))"
)
HALF_AS_OFTEN = _pattern(
    r"\b(?:half) (?:as (?:often|many|frequent\w*)|the (?:days|number|times|sessions))|\bhalve the (?:days|number|sessions)\b"
)
TWICE_AS_LONG = _pattern(
    r"\b(?:twice|double|two times) (?:as (?:long|much)|the (?:time|length|minutes|duration))|\bdouble (?:it|them|everything|all)?\W*$"
)
HALF_AS_LONG = _pattern(
    r"\bhalf (?:as (?:long|much)|the (?:time|length|minutes|duration))|\bhalve (?:it|them|everything|all|the (?:time|length|minutes|duration))?|\bhalf of (?:it|that)\b|\b50 ?(?:%|percent)"
)
PERCENT = _pattern(r"\b(\d{1,2}) ?(?:%|percent) (?P<way>shorter|less|longer|more)\b")
EARLIER = _pattern(r"\bearlier\b|\bsooner\b|\btoo late\b|\bnot so late\b|\bahead\b|\bforward\b")
LATER = _pattern(r"\blater\b|\btoo early\b|\bnot so early\b|\bback\b(?= (?:an?|by|\d|half))")
MINUTES = _pattern(
    r"\b\d{1,4}\s*-?\s*(?:min(?:ute)?s?|m)\b|\bhalf an hour\b|\b(?:an|one) hour\b|\b\d(?:[.,]5)?\s*h(?:ours?)?\b|\b(?:a )?quarter of an hour\b"
    r"|\b(?:an|one) hour and a half\b|\bone and a half hours\b|\b(?:two|three) hours\b"
)
MORE_MINUTES = _pattern(
    r"\b(?:longer|more|extra|add|increase\w*|lengthen|extend|additional|on top)\b(?! than)"
)
LESS_MINUTES = _pattern(r"\b(?:shorter|less|off|fewer|cut|reduce\w*|shorten|take away|knock|subtract)\b")
AT_MOST = _pattern(
    r"\bat most\b|\bmax(?:imum)?\b|\bno (?:more|longer) than\b|\bnot (?:more|longer) than\b|\bup to\b|\bwithin\b|\bunder\b"
)
EXACT_AMOUNT = _pattern(
    r"\bto (?:about |only |just |around )?(?:\d|an? |half|one)|\bat most\b|\bmaximum\b|\bmax\b|\bno (?:more|longer) than\b"
)

SAYS_MOVE = _pattern(
    r"^\W*(?:yes,? |ok(?:ay)?,? |please )*(?:during|around|over|after|before|at|by|about)\b|\b(?:move|shift|put|change|make|do|swap|schedule|rather|better|prefer|could|can|would|instead|only|want|have|let'?s|keep|switch|all|everything|what about|how about|push|bring|works?|like|better)\b|"
    r"^\W*(?:on |at |in the |to |the )?(?:early |late )?(?:mornings?|evenings?|afternoons?|nights?|noon|lunch\w*|mon|tue|wed|thu|fri|sat|sun|week)\w*"
)
CLOCK = _pattern(
    r"\b\d{1,2}(?:[:.]\d\d| ?[ap]\.?m\b| ?o'?clock| ?h(?:\d\d)?\b| ?uhr)|(?:\b(?:at|to|around|about|by|for|from|after|before|until|till|past|towards)|@) ?\d{1,2}\b"
    r"|\b(?:noon|midday|midnight|half|quarter|o'?clock|(?:at|to|around) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))\b"
)
BARE_CLOCK = _pattern(
    r"\W*(?:at |to |around |rather |better |ok(?:ay)?,? |yes,? |but |about )*(?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|a\.m\.|p\.m\.|o'?clock|h|uhr)|\d{1,2}[:.]\d\d|half (?:past )?\w+|noon)(?: (?:instead|please|rather|is better|would be better|works better))*\W*"
)
ONLY = _pattern(r"\b(?:only|just|nothing but|exclusively|solely)\b")
DAY_GROUP = _pattern(
    r"\b(?:weekdays?|weekends?|work(?:ing)? ?days?|business days?|week ?days?|(?:mon(?:day)?|tue(?:sday)?)s?\s*(?:-|to|through|till|until)\s*\w+)\b"
)
QUESTION = _pattern(
    r"^\W*(?:(?:and|but|ok(?:ay)?|so|hm+|um+|sorry|wait|hey)\W+)*(?:why|what|how|when|which|where|who|whose|explain|tell me|can you (?:explain|tell|show)|could you (?:explain|tell|show)|do i|does|is (?:it (?!possible)|that|this|there)|are (?:there|they|these)|show|will)\b"
    r"(?! (?:about|not\b|if we|don'?t we|if i|time suits))"
)
ONE_OFF = _pattern(r"\b(?:remind me|today|tonight|tomorrow|yesterday|last night|just now)\b")
ASKED = _pattern(
    r"^\W*(?!is it possible|would it be possible)(?:is|are|am|do|does|did|will|has|have i|was)\b.*\?\W*$"
)
UNTIL = _pattern(r"\b(?:until|till|since|next week|this week)\b")
STRANGER = _pattern(r"\b(?:remind me|what'?s|today|tomorrow|yesterday|my week|agenda|done|did it|new goal)\b")

# Whole messages with two readings: the person picks one.
BARE_LATER = _pattern(
    r"\W*(?:(?:yes|ok(?:ay)?|good|fine|but|a bit|bit|maybe|can we do it|make it|do it|please|looks good|rather|much|a little|somewhat|sounds good)\W+)*later\W*(?:please|though)?\W*"
)
BARE_EARLIER = _pattern(
    r"\W*(?:(?:yes|ok(?:ay)?|but|a bit|please|rather|make it|do it)\W+)*(?:earlier|sooner)\W*(?:please)?\W*"
)
BARE_LESS = _pattern(
    r"\W*(?:(?:hm+|oh|ok(?:ay)?|yes|well|but|wow|phew|uff|sorry|i think|it'?s|its|that'?s|thats|this is|that is|it is|it seems|way|a bit|still|all|seems|looks|looks like|quite|pretty|really|please|do|just|kind of|rather)\W+)*"
    r"(?:too much|a lot|quite a lot|too many|overwhelming|less|a lot of work|much|so much|i can'?t (?:do|manage|handle) (?:all )?(?:that|this|it)(?: much)?|more than i can (?:do|handle|manage))\W*(?:for me|please|for now|though|to me|of it|right now|work)*\W*"
)
BARE_MORE = _pattern(
    r"\W*(?:(?:hm+|ok(?:ay)?|yes|well|but|a bit|please|do|it'?s|that'?s|can we do|i want|i can do)\W+)*(?:more|too little|not enough|not much|much more)\W*(?:please|for me)?\W*"
)
BARE_TOO_EARLY = _pattern(
    r"\W*(?:(?:yes|ok(?:ay)?|but|it'?s|that'?s|a bit|way|still|please|hm+|is|thats|looks good|good)\W+)*(?:not so early|too early|not that early)\W*(?:please|for me|in the day)?\W*"
)
BARE_TOO_LATE = _pattern(
    r"\W*(?:(?:yes|ok(?:ay)?|but|it'?s|that'?s|a bit|way|still|please|hm+|is|thats|looks good|good)\W+)*(?:not so late|too late|not that late)\W*(?:please|for me|in the day)?\W*"
)
OTHER_TIMES = _pattern(
    r"\W*(?:(?:please|can (?:you|we)|could (?:you|we)|i(?:'d| would) (?:like|need|prefer)|i (?:want|need)|change(?: to)?|find|pick|choose|suggest|propose|give me|show me|what|which|are there|do you have|offer)\W+)*"
    r"(?:(?:an?other|other|different|better|new|more suitable) (?:times?|days?|slots?|hours?)|(?:the|my) (?:times?|days?|slots?)|times?|days?|slots? (?:are|do)?)\W*(?:free|don'?t work|do not work|doesn'?t work|don'?t suit me|are bad|please|for (?:it|them|this|that)|instead|are there|would work|could work|are free|do you have)?\W*(?:for|of|on)?\W*(?:it\b)?\W*"
)
REST_DAY = _pattern(
    r"\b(?:rest|free|recovery) days?\b|\b(?:a|one) day (?:off|of rest|free|of recovery)\b|\bday off\b"
)
WEEK_OF = _pattern(
    r"\bweek of\b(?! (?:rest|holiday|vacation))|\b(?:skip|off|without) (?:the )?(?:next|this|that) week\b(?! of the plan)"
)
ONE_WEEK = _pattern(
    r"\b(?:in|make|for|during|on) (?:the )?(?:weeks? \d|(?:first|second|third|fourth|fifth|sixth|last) week)\b"
)
EACH_TIME = _pattern(
    r"\b(?P<less>less|shorter|easier|lighter)\b.*\b(?:each|every) (?:day|time|session)\b|\b(?P<more>more|longer|harder)\b.*\b(?:each|every) (?:day|time|session)\b"
)
MINUTES_A_DAY = _pattern(r"\bmin\w*\W+(?:each|per|a) day\b")
START_WITH = _pattern(r"\bstart\w*\W+(?:with|at|from) (?:just |only |about )?(\d{1,3}) ?min")
SHORTER_PLAN = _pattern(
    r"\W*(?:(?:please|can we|can you|could we|make|have|a|i want|i'?d like|do)\W+)*(?:the plan shorter|(?:a )?shorter (?:plan|program|programme))\W*(?:please)?\W*"
)
DISLIKE = _pattern(
    r"\W*(?:(?:no|nah|hm+|sorry|ok(?:ay)?|but|well|i think|oh)\W+)*(?:(?:that|this|it)(?:'?s| is)? )?(?:not (?:what i (?:want|meant|had in mind|need|asked for)|like (?:that|this)|good|great|for me|right|my thing|it)"
    r"|no good|wrong|bad|terrible|awful|boring|too boring|so boring|(?:i )?(?:really )?(?:don'?t|do not) (?:like|want|love) (?:it|this|that|the plan)(?: (?:at all|much|like (?:this|that)))?|(?:i )?(?:hate|dislike) (?:it|this|that|the plan)|change (?:everything|it all|it|something|the plan))\W*"
)
START_OVER = _pattern(
    r"\W*(?:(?:please|let'?s|can we|can you|i want to|no)\W+)*(?:start over|start again|from scratch|begin again|(?:make|give me|i want|do|try|create)(?: me)? an?(?:other| new| different) plan|(?:an?other|new|different) plan|re-?plan(?: it)?)\W*(?:please|from scratch)?\W*"
)
NO_NAME = _pattern(r"\W*(?:please )?no (?:more )?it\W*(?:please|at all|thanks)?\W*")
NEVER = _pattern(r"\bnever\b|\bno days? at all\b|\bnot at all\b|\bon no day\b")
