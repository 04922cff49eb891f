"""Whole messages that need neither a plan nor a model: thanks, the agenda, a pause, help, anger."""

from __future__ import annotations

import re

# The first that fits decides.
ASIDES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("smile", r"\W*(?:🙏|❤️?|😊|🙂|😀|😁)+\W*"),
        (
            "thanks",
            r"\W*(?:ok(?:ay)?[,! ]+)?(?:many )?(?:thanks?|thank you|thx|cheers|ty|ta|danke|merci|gracias|grazie|obrigad[oa])\b"
            r"(?:\W*(?:so much|very much|a lot|a million|a bunch|again|flux|mate|man|you|schön|beaucoup|mille|for (?:that|this|the help|everything|asking|reminding me)|that'?s (?:great|all|perfect|it)|love|dear|buddy|friend))*\W*",
        ),
        (
            "hello",
            r"\W*(?:hi|hello|hey|hiya|hallo|(?:good )?(?:morning|evening|afternoon)|hola|bonjour|ciao|olá|merhaba|guten (?:tag|morgen|abend)|yo)\b(?: there| flux| again| everyone)?\W*|\W*start\W*",
        ),
        (
            "return",
            r"\W*(?:(?:hi|hello|hey|hiya|ok|sorry|oh|well|so|yes|flux)\b[,.! ]*)*(?:(?:i'?m|i am) (?:still |finally )?(?:alive|here|around|not dead|not gone)(?: again| still| too)?"
            r"|(?:it'?s |it has )?been (?:a (?:long )?while|ages|(?:so |too )?long|weeks|forever)|long time(?:,? no (?:see|talk|speak))?"
            r"|sorry (?:for|about|that|i) (?:the |my |being |not |i |have |'?ve )*(?:silence|silent|gone|away|quiet|absent|answering|replying|writing|disappear\w*|vanish\w*|ghost\w*)\b.{0,30}"
            r"|i(?:'ve| have)? (?:disappeared|vanished|was gone|been (?:away|gone|quiet|absent)|went quiet|fell off the wagon|dropped off)\b.{0,30}"
            r"|(?:do you )?(?:still )?remember me|(?:can we |let'?s |i want to )(?:start|begin) (?:again|over|afresh|fresh)|i want to get back (?:to it|on track|into it)|did you miss me)\W*",
        ),
        (
            "better",
            r"\W*(?:(?:i'?m|i am|i) )?(?:feel(?:ing)? |doing |much |a lot |a bit |so |already |getting )*better\b(?: now| again| today| already| thanks| thank you)*\W*",
        ),
        (
            "help",
            r"\W*(?:help|what can you do|how does this work|what can i (?:say|do)|who are you|menu)\b(?: me| please| pls| out| here| then)*\W*",
        ),
        (
            "export",
            r".*\b(?:export|download|send me)\b.*\b(?:(?:all )?my data|everything(?: (?:you|about me|i)\b|\W*$)|a copy of (?:my|everything))\b.*",
        ),
        (
            "erase",
            r".*\b(?:delete|erase|remove|close|wipe)\b.*\b(?:(?:my|this) (?:flux )?account|(?:all )?my data|everything (?:you \w+(?: about me)?|about me)|me from (?:here|flux|your \w+))\W*",
        ),
        (
            "privacy",
            r"\W*what (?:(?:data|info(?:rmation)?|things|all|else) )?do(?:es)? (?:you|flux|this|it) (?:store|know|keep|save|collect)\b.*",
        ),
        ("settings", r"\W*(?:show |see |change |what are )?(?:my |the )?(?:settings|preferences)\W*"),
        (
            "undo",
            r"\W*(?:(?:oops|sorry|wait|no|oh|ah|hang on|hmm+|actually|ups)\b[,.! ]*)*(?:wrong (?:one|button|task)|(?:i )?(?:pressed|tapped) the wrong (?:one|button)|undo(?: (?:it|that|this))?|take (?:it|that) back|(?:i )?(?:did ?n'?t|have ?n'?t|not)"
            r" (?:actually |really )?(?:(?:do|done|did)(?: (?:it|that))?(?: yet| after all| at all| though| actually)*|actually|really))\W*",
        ),
        (
            "progress",
            r"\W*(?:how am i doing|how did i do|how(?:'?s| is| are| do)(?: it| things)? (?:going|coming along|looking|stand(?:ing)?)? ?(?:with )?my (?:goals?|plans?|running|progress|week)"
            r"|how (?:did|was|is|has) (?:(?:last|this|the|my) (?:past )?(?:week|month)|(?:it|that|everything) (?:go|gone|been))\b|how(?:'s| is) (?:it|everything) going(?= with\b)|what (?:did|have) i miss"
            r"|(?:what(?:'s| is) |show )?my (?:progress|streak|stats?)|what (?:have|did) i (?:do|done|get|finish|achieve)\w*)\b.*",
        ),
        ("clock", r"\W*(?:what(?:'s| is) the (?:time|date)|what (?:time|day|date) is (?:it|today))\b.*"),
        ("why", r"\W*why\b.*"),
        ("yourself", r"\W*(?:are you|who made you|what are you|who built you)\b.*"),
        (
            "tired",
            r"\W*(?:(?:i(?:'?m| am| feel|'?m feeling)|feeling|so|ugh|just) )*(?:so |really |a bit |very |just |pretty |kind of |totally |too )*(?:tired|exhausted|knackered|shattered|drained|wiped(?: out)?|worn out|sleepy|running on empty)(?: today| tonight| right now| out)*\W*"
            r"|\W*i(?:'?ve)? (?:did|got|have done|done) (?:absolutely )?nothing(?: done| at all)?(?: today| this week| yet)?\W*|\W*(?:what a |such a )?(?:bad|rough|awful|terrible|hard|shitty|long) day(?: today)?\W*",
        ),
        (
            "low",
            r"\W*(?:i(?:'?m| am| feel|'?m feeling)|feeling) (?:so |really |a bit |very |just |pretty |kind of |super )*(?:sad|down|low|stressed|overwhelmed|anxious|depressed|lonely|burn(?:t|ed) out"
            r"|awful|terrible|hopeless|empty|lost|miserable|like (?:crap|shit|a failure|giving up|i(?:'?m| am) (?:failing|drowning|falling behind))|failing|drowning|useless|worthless)\b.{0,60}"
            r"|\W*i (?:really |just |so )?hate (?:my ?self|my life|everything)\b.{0,40}",
        ),
        (
            "tired",
            r"\W*(?:(?:ugh+|so|really|total|such) )*(?:my brain|brain ?fog|everything is too much|it(?:'?s| is) all too much|(?:way )?too much(?: (?:today|right now|at once))?)(?: (?:today|is (?:fried|mush|not working)|right now))?\W*",
        ),
        (
            "bye",
            r"\W*(?:good ?night|night night|bye|good ?bye|see you|see ya|laters?|cya|ttyl)\b(?:\W*(?:flux|then|everyone|for now|mate|tomorrow|soon|later|bye|you))*\W*",
        ),
        (
            "abuse",
            r"\W*(?:(?:oh|just|go|well|ok|hey|why|god|omg|seriously)\W+)*(?:fuck(?:ing)? (?:you|u|off|this|that|flux|hell)\b|screw (?:you|this)|shut (?:the \w+ )?up|piss off|go (?:to hell|die|away)|kill your ?self|kys"
            r"|i (?:\w+ )?hate (?:you|this|flux)|(?:you|u|flux|this (?:bot|app|thing|program))(?:'?re| are| r|'s| is)? (?:\w+ ){0,3}?(?:suck\w*|stupid|idiot\w*|useless|dumb\w*|moron\w*|garbage|trash|shit\w*|crap\w*|annoying|pathetic|worthless|terrible|awful|the worst)"
            r"|(?:you )?(?:\w+ )?(?:stupid|useless|dumb|shit(?:ty)?|crap(?:py)?|bloody|fucking|damn) (?:bot|app|thing|program|machine|robot|flux|piece)|idiot|moron|bastard|bitch|arsehole|asshole|dumbass|(?:this is )?bullshit|wtf|f\*+k?(?:ing)?(?: you| off)?|fuck|shit)\b.{0,80}",
        ),
        (
            "agenda",
            r"\W*(?:(?:so|ok|okay|hey|hi|flux|please|and|can you|could you|can i|i want to|i'd like to|(?:remind|tell) me(?: of| about)?)\W+)*"
            r"(?:what(?:'?s| is| do| have| am| are| was)?|when(?:'?s| is) (?:my|the) next|which|show|list|see (?:my|what)|(?:is there |do i have |have i got )?any(?:thing)?)\b.*\b(?:today|tomorrow|on (?:for|my|\w+day)|weekend|planned|"
            r"this week|next|agenda|schedule|tasks?|plate|planned|coming up|calendar|reminders?|to ?do)\b.*",
        ),
        ("agenda", r"\W*(?:so |ok |and )?what(?:'?s| is) (?:on|up next|coming|left)(?: now)?\W*"),
        ("agenda", r"\W*(?:(?:my )?(?:agenda|schedule|tasks|day|week|today|to ?do(?: list)?))\W*"),
        (
            "pause",
            r".*\b(?:(?:i'?m|i am|we'?re|going|be|away) (?:\w+ )?(?:on|for)? ?(?:holiday|vacation|leave)|pause (?:everything|all|reminders|flux|until)|"
            r"(?:i'?m|i am) (?:sick|ill|away)|(?:i'?m|i am|we'?re|we are) (?:off|travelling|traveling|flying|heading|going away) (?:to [\w ]{2,30} )?(?:until|till|through|for)\b"
            r"|(?:don'?t|do not) (?:remind|disturb|nudge|message) me(?! (?:about|of|to)\b)|leave me alone|take a break|stop reminding me(?! (?:about|of|to)\b))\b.*",
        ),
        (
            "day_off",
            r"\W*(?:(?:so|ok(?:ay)?|please|hey|flux|ugh|maybe)\W+)*(?:(?:(?:can|could|may) (?:i|we) (?:please |just )?(?:have|get|take)|i(?:'d| would)? (?:really |just |might )?(?:want|need|like|love)(?: to (?:have|take))?"
            r"|i(?:'m| am) (?:taking|having)|give me|let me (?:have|take)|let'?s (?:have|take)|i(?:'ll| will)? take|take) )?(?:a|one|the) (?:whole |full |rest )?day off"
            r"(?: (?:today|tomorrow|tmrw|(?:on |this |next )?\w+day))?(?: please| pls)?\W*|\W*make (?:today|tomorrow|\w+day) a (?:day off|rest day|free day)\W*",
        ),
        (
            "zone",
            r"\W*(?:(?:i'm |we're |i am )?(?:back|landed|arrived)(?: now| safely)?(?= in )|i(?:'m| am| live| moved?| have moved|'ve moved)|we(?:'re| live| moved))(?: now| currently)? (?:in|to) .{2,40}"
            r"|\W*(?:i(?:'m| am) |we(?:'re| are) )?(?:now )?back (?:home )?in .{2,40}",
        ),
        ("wake", r".*\b(?:i'?m back|resume|unpause|go on again)\b.*"),
        (
            "done",
            r"\W*(?:(?:oh|ah|ok|well|and|now|actually|yes|hey|in the end)\b[,! ]*)*(?:(?:did|done|finished|managed|made) (?:it|that|this)\b(?! (?:on|at|in \d|by))|i(?:'ve| have)? (?:just )?(?:did(?! nothing| not)|done|finished|completed|went|made|ran(?! out| late| into)|already did)\b|(?:done|finished|completed) "
            r"(?:with )?(?:the|my)\b).*",
        ),
        ("plan", r".*\b(?:what(?:'s| is| are| was)|which|show|list|how many)\b.*\b(?:goals?|plans?)\b.*"),
        (
            "drop",
            r"\W*(?:please )?(?:cancel|delete|remove|drop|forget|skip)\b(?! (?:off|by|in|me|round|rope|to (?!the |my ))\b)(?!.*\bgoal\b).+",
        ),
    )
)


PARTLY = re.compile(
    r"\W*(?:i )?(?:only )?(?:did |done |got |managed |finished )?(?:about |like |maybe )?(?:half(?: of (?:it|them|that))?|some(?: of (?:it|them|that))?|a bit(?: of it)?|a (?:little|part|third|quarter)(?: of it)?|part of it|most of (?:it|them))(?: done)?(?: so far)?\W*"
    r"|\W*(?:partly|mostly|kinda|kind of|sort of|sorta|more or less|half)(?: (?:done|did it|finished))?\W*|\W*(?:i )?did (?:\d+|ten|five|twenty|a few) (?:minutes?|mins?|pages?|reps?)\b.{0,20}",
    re.IGNORECASE,
)
BEGINS = re.compile(
    r"\W*(?:ok(?:ay)?\W+)?(?:i'?m |im |just )?(?:going (?:for|on|to do)|starting|doing|about to (?:do|start|go for)|off to|off for|heading (?:to|out for)) (?:my|the|a) [\w ]{2,30}?(?: now)?\W*",
    re.IGNORECASE,
)


def aside_kind(text: str) -> str | None:
    """The kind of a whole message among ASIDES; its first 300 characters are read."""
    return next((kind for kind, pattern in ASIDES if pattern.fullmatch(text[:300])), None)
