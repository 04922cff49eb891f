"""The words in which people answer a reminder, in many moods: phrases, keys, emoji, and the courtesies around them."""

from __future__ import annotations

import re

from storage.vocabulary import Answer

KEYS = {
    "1": Answer.DONE,
    "2": Answer.RESCHEDULE,
    "3": Answer.MISSED,
    "4": Answer.ON_IT,
}
KEYS |= {word: KEYS[key] for word, key in (("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"))}
KEYS |= {f"{name} {key}": KEYS[key] for name in ("option", "number", "answer", "no") for key in "1234"}
EMOJI = {
    "👍": Answer.DONE,
    "✅": Answer.DONE,
    "✔": Answer.DONE,
    "☑": Answer.DONE,
    "💪": Answer.DONE,
    "👌": Answer.DONE,
    "🎉": Answer.DONE,
    "🏁": Answer.DONE,
    "🏃": Answer.ON_IT,
    "⏰": Answer.SNOOZE,
    "💤": Answer.SNOOZE,
    "😴": Answer.SNOOZE,
    "📅": Answer.RESCHEDULE,
    "👎": Answer.MISSED,
    "❌": Answer.MISSED,
    "✖": Answer.MISSED,
}
_IT = r"(?: (?:it|that|this|this one|that one|the task|mine|them|everything|all|all of it))?"
_NOW = r"(?: (?:now|already|just now|right now|today|this morning|tonight|earlier|before|yesterday|last night|(?:ages|a while|an hour|\d{1,3} ?(?:m|min|mins|minutes|h|hours?)) ago))?"
_WHILE = r"(?:a (?:bit|little|little bit|while|minute|min|moment|sec|second|few|few minutes)|(?:\d{1,3}|five|ten|twenty|thirty|an?|half an) ?(?:m|mins?|minutes?|h|hrs?|hours?|hour)?)"
_LATER_TODAY = r"(?:tonight|later|later today|later on|this evening|after (?:work|dinner)|in " + _WHILE + ")"
_OTHER_DAY = r"(?:tomorrow|tmrw|another (?:day|time)|some other (?:day|time)|next week|a different (?:day|time)|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)"

# Each phrase must be the whole answer, once courtesies around it are taken off.
_PHRASES: tuple[tuple[Answer, str], ...] = (
    (
        Answer.SNOOZE,
        r"(?:not|no,? not) (?:yet|just yet|right now|now)|still (?:not done|haven't|have to|need to)|(?:i )?haven't(?: yet)?(?: done it)?(?: yet)?",
    ),
    (Answer.SNOOZE, r"(?:i'?m )?not (?:done|finished|ready)(?: yet)?"),
    (
        Answer.SNOOZE,
        r"(?:i'?ll |i will |will |gonna |i'?m going to )?(?:do"
        + _IT
        + " |get to it |start )?(?:"
        + _LATER_TODAY
        + "|soonish|a bit later)",
    ),
    (
        Answer.SNOOZE,
        r"snooze"
        + _IT
        + r"(?: (?:for |until |till |by )?(?:"
        + _WHILE
        + r"|tonight|tomorrow(?: morning)?|later))?",
    ),
    (
        Answer.SNOOZE,
        r"(?:ask|remind|ping|nudge|call|text|bug|try)(?: me)?(?: again| back)* (?:"
        + _LATER_TODAY
        + "|soon|tomorrow|tomorrow morning)",
    ),
    (
        Answer.SNOOZE,
        r"(?:remind me again|(?:give me|gimme) (?:a (?:sec|second|minute|min|moment)|"
        + _WHILE
        + r")|(?:one|1|just a|a) (?:sec|second|moment|minute|min)|hang on|hold on|wait(?: a (?:sec|minute|moment|bit))?|"
        + _WHILE
        + r" more|(?:an?other )?(?:\d{1,2}|five|ten|a few) (?:more )?(?:min|mins|minutes)|\d{1,2} ?m)",
    ),
    (
        Answer.SNOOZE,
        r"(?:i'?m |im |i am )?(?:still )?(?:(?:a bit |really |so )?busy(?: (?:now|right now|at the moment))?|in a (?:meeting|call|class)|on a call|on the phone|driving|at work|eating|with somebody)(?: (?:now|right now|at the moment))?",
    ),
    (Answer.SNOOZE, r"maybe (?:later|in a bit)|(?:starting|start|i'?ll start|ready) in " + _WHILE),
    (Answer.SNOOZE, r"let me (?:just )?finish (?:this|something|up|what i'?m doing)(?: first)?|z+"),
    (
        Answer.RESCHEDULE,
        r"(?:please |can you |could you |can we |could we |let'?s )?(?:re-?schedule|postpone|move|shift|push|change|delay|rearrange|re-?plan)"
        + _IT
        + r"(?: (?:back|please|to|for|until|till))*(?: "
        + _OTHER_DAY
        + ")?",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:can we |could we |let'?s |i'?ll |i will |i'?d rather |rather )?(?:do"
        + _IT
        + " |try )?"
        + _OTHER_DAY
        + "(?: instead)?",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:i )?(?:can'?t|cannot|can not) (?:do it |make it )?(?:now|right now|at (?:this|that) time)(?:,? (?:another|some other) time)?|bad time|not a good time|wrong time",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:pick|find|need|give me) (?:me )?(?:another|a (?:new|different|better)) (?:time|day|slot)",
    ),
    (
        Answer.MISSED,
        r"(?:i )?(?:can'?t|cannot|can not|couldn'?t|won'?t|will not|didn'?t|did not)(?: (?:do|make|manage|get to|fit))?"
        + _IT
        + r"(?: in)?(?: (?:today|tonight|this time|this morning|this evening|anymore))?",
    ),
    (
        Answer.MISSED,
        r"(?:i )?(?:missed|skipped|skip|skipping|forgot|dropped|drop|blew|messed up|failed)(?: (?:about|to do))?"
        + _IT
        + r"(?: (?:today|tonight|for today|this time|again|completely))?",
    ),
    (
        Answer.MISSED,
        r"(?:no|nope),? (?:not today|can'?t|i can'?t(?: today)?|can'?t today|i didn'?t|didn'?t|i missed it)|not (?:today|tonight|this time|happening|gonna happen|going to happen|possible today)",
    ),
    (
        Answer.MISSED,
        r"(?:i'?m |im |i am )?(?:really |just |so )?(?:not (?:feeling (?:it|up to it)|up (?:to|for) it|in the mood)|exhausted|knackered|wiped(?: out)?|burnt out)(?: (?:today|tonight|now|right now))?",
    ),
    (
        Answer.MISSED,
        r"(?:i )?(?:really )?(?:don'?t|do not) (?:feel like it|want to|have (?:the )?(?:time|energy))(?: (?:today|tonight|now))?|can'?t be (?:bothered|arsed)|(?:it'?s |it is )?too late(?: (?:now|for (?:it|that|today)))?|leave it(?: for today)?",
    ),
    (
        Answer.MISSED,
        r"(?:too|so|way too) (?:tired|busy|late|ill|sick)(?: today| tonight| for (?:it|that|this))?|(?:i'?m )?(?:sick|ill|unwell)(?: today)?|no (?:time|energy|chance|way)(?: today| tonight)?",
    ),
    (
        Answer.MISSED,
        r"(?:i )?ran out of time|(?:it )?(?:didn'?t|won'?t|isn'?t going to) happen(?: today)?|another miss|miss(?: it)?|give (?:it|this one) a miss|pass(?: today)?",
    ),
    (
        Answer.ON_IT,
        r"(?:i'?m |we'?re |already |just )*(?:on it|on my way|on the way|omw|at it|doing"
        + _IT
        + r"|starting(?: (?:it|now))*|started|heading (?:out|there)|going|going now|working on it|about to(?: start| do it)?|in progress|getting (?:ready|there|started)|there now|here|leaving)"
        + _NOW,
    ),
    (
        Answer.ON_IT,
        r"(?:i'?ll |i will |will |let me )(?:do it|do that|do this|start|go|get on it|be there|get going|get to it)(?: (?:right now|now|right away|straight away|immediately|asap|soon))?|(?:will|gonna|going to) do(?: it)?(?: now)?|wilco|roger(?: that)?|half ?way(?: (?:there|through))?|(?:very )?(?:nearly|almost)(?: (?:done|there|finished))?|so close",
    ),
    (
        Answer.DONE,
        r"(?:i'?m |i am |i'?ve |i have |i |we |we'?ve |it'?s |it is |that'?s |that is |all |just |already |is |been |totally |finally |well |got |yes )*(?:done|finished|completed|complete|did|nailed|crushed|smashed|sorted|ticked off|checked off|wrapped up|handled|accomplished|managed|made)(?: and dusted)?"
        + _IT
        + "(?: off)?"
        + _NOW,
    ),
    (
        Answer.DONE,
        r"(?:i |i'?ve |i have |just |already |yes |have )*(?:took|taken|had)(?: (?:it|them|those|mine|all of (?:it|them)|both|everything))"
        + _NOW,
    ),
    (Answer.DONE, r"taken" + _NOW + r"|(?:done|did it)(?: and)? (?:done|did it|ticked)(?: done)?"),
    (
        Answer.DONE,
        r"(?:just )?(?:got|taken) (?:it|that) (?:done|finished|sorted|over with|out of the way)|(?:taken|took) care of"
        + _IT
        + r"|been there,? done that|mission accomplished|mark (?:it|this|that)?(?: as)? ?(?:done|complete|completed)|tick (?:it|this|that)(?: off)?|check(?:ed)?|finito|yes i did(?: it)?|(?:i )?did (?:so|indeed)|all (?:sorted|set|finished)|back from (?:it|my run|the gym)",
    ),
)
COMPILED = tuple((answer, re.compile(pattern)) for answer, pattern in _PHRASES)
COURTESY_BEFORE = re.compile(
    r"^(?:(?:ok|okay|okey|kk|yes|yep|yeah|yup|ya|yea|aye|sure|hey|hi|oh|ah|well|so|sorry|thanks|thank you|thx|cool|great|right|alright|fine|argh|ugh|phew|woo|woohoo|yay|boom|damn|hmm|um|uh|please|actually|honestly|sadly|unfortunately|nah|look|boss|maybe|no worries|i'?m afraid|flux|coach|dear|absolutely|totally|nope|no) )+"
)
COURTESY_AFTER = re.compile(
    r"(?: (?:thanks|thank you|thx|ty|cheers|please|pls|sorry|i'?m afraid|mate|flux|coach|though|tho|haha|lol|yay|boom|phew|honestly|boss|sir|dude|ok|okay|promise|finally|at last|ta|for today|for now|yes|yep|friend|buddy))+$"
)
