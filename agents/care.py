"""Words that no coach should answer with a plan: despair and emergencies get a fixed, safe reply."""

from __future__ import annotations

import re

_SELF = r"my ?self"
_CRISIS = re.compile(
    rf"\b(?:kill(?:ing|ed)? {_SELF}|kms\b|unaliv\w*|suicid\w*(?! (?:squad|prevention (?:day|talk|training)))|end(?:ing)? (?:it all|my (?:own )?life|my suffering)"
    r"|(?:wanna|(?:want(?:s|ed)?|wish|ready|going|planning|hope) (?:to|i (?:could|would)(?: just)?|i was|i were|i'd)) (?:die|be dead|dead|disappear for(?:ever| good)|not wake up|never wake up)\b"
    r"|(?:wants?|wanted|going|threatens?|threatened|tried|trying) to kill (?:him|her|them)sel(?:f|ves)"
    rf"|self[- ]?harm\w*|(?:hurt|cut|harm|burn)(?:t?ing)? {_SELF}(?! (?:off|from|shaving|a break|some slack|in the gym|at))"
    r"|do(?:n'?t| not) (?:want|wanna)(?: to)? (?:live|be (?:alive|here any ?more)|exist|wake up(?: any ?more| again| tomorrow)|go on(?: any ?more| living)?|be around any ?more)"
    r"|(?:no|any) (?:reason|point)(?: (?:left|for me))?(?: to| in) (?:liv(?:e|ing)|go(?:ing)? on|be(?:ing)? alive)|nothing (?:left )?to live for|life is(?:n'?t| not) worth (?:it|living)|not worth living"
    r"|(?:everyone|everybody|they|the world|people|you)(?:'d| would| will|'ll)? (?:all )?(?:be )?better off (?:without me|if i)|better off (?:dead|without me)"
    r"|can(?:'?t|not) (?:go on|do this any ?more|take (?:it|this) any ?more|keep living)(?! (?:seriously|with (?:the|this|my) \w+ (?:plan|course|job)|holiday))"
    r"|wrote (?:a|my) (?:goodbye|suicide) (?:note|letter)|(?:took|swallowed|taking) (?:all|too many|a lot of|the whole \w+ of) (?:my |the )?(?:pills|tablets|meds)"
    r"|(?:jump(?:ing)?|throw(?:ing)? my ?self) (?:off (?:a|the) (?:bridge|roof|building|balcony)|in front of (?:a|the) (?:train|car|bus))|hang(?:ing)? my ?self|slit (?:my )?wrists?"
    r")",
    re.IGNORECASE,
)
# The same in the languages whose times are understood: an emergency must not fail on the language.
_CRISIS_ABROAD = re.compile(
    r"\b(?:mich (?:umbringen|töten)|will (?:nicht mehr leben|sterben)|nicht mehr leben|selbstmord|suizid\w*|mir das leben nehmen"
    r"|quiero morir(?:me)?|suicid\w+|matarme|no quiero (?:seguir viviendo|vivir)|quitarme la vida|veux mourir|me (?:suicider|tuer)|envie de mourir|ne veux plus vivre"
    r"|voglio morire|uccidermi|suicidarmi|farla finita|non voglio più vivere|quero morrer|me matar|não quero (?:mais )?viver"
    r"|ölmek istiyorum|intihar\w*|kendimi öldür\w*|yaşamak istemiyorum|wil dood|zelfmoord\w*|niet meer leven)",
    re.IGNORECASE,
)
# Ways of speaking in which nobody is in danger: taken out before the rest is read.
_IDIOMS = re.compile(
    r"\b(?:(?:\w+ )?(?:is|are|was|'s) killing me|kill(?:ing)? (?:me|it|time|the (?:lights?|engine|music|vibe|mood)|two birds\b.{0,20})|(?:could|would|i'd) (?:kill|murder) (?:for )?an? \w+"
    r"|dead(?: ?line| tired| end| ?lift\w*| on time| sea)|die(?:d)? laughing|dying (?:to|for|of (?:boredom|laughter|embarrassment))|to die for|(?:if it'?s |it'?s )the last thing i do"
    r"|(?:suicide|crisis) (?:squad|prevention|awareness|hotline training)|murder mystery|killer (?:workout|app|heels)|die hard|drop[- ]dead|over my dead body|wouldn'?t be caught dead"
    r"|(?:die|died) in (?:the )?game|want to die of (?:shame|embarrassment|cringe)|bored to death|scared to death|sick to death|phone (?:is )?(?:died|dying|dead)|(?:my|the) (?:phone|battery|laptop|plant|car) (?:will |is )?(?:die|died|dead|dying))\b",
    re.IGNORECASE,
)
_MEDICAL = re.compile(
    r"\b(?:chest pains?|pain in my chest|heart attack|having a (?:stroke|seizure)|stroke symptoms|can'?t (?:breathe|stop (?:the )?bleeding|feel (?:my|one) (?:face|arm|leg|side))|overdos(?:e|ed|ing)"
    r"|(?:is|are|he'?s|she'?s|went|lying|fell|found (?:him|her)) unconscious|(?:severe|heavy) bleeding|bleeding (?:a lot|badly|heavily|out)|having (?:a )?(?:seizure|fit)|anaphyla\w+|(?:been|got|was) poisoned"
    r"|cough(?:ing)? (?:up )?blood|vomiting blood|call (?:an )?ambulance now|need an ambulance|face (?:is )?droop\w+|not breathing|swallowed (?:bleach|a battery|poison))\b",
    re.IGNORECASE,
)
_MEDICAL_TALK = re.compile(
    r"\b(?:first aid|course|training|class|read|book|article|watch|episode|study|studying|exam|revise|lecture|anniversary|awareness|charity|fundrais\w+|insurance|donat\w+)\b",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b(?:stop(?:ping)?(?! (?:remind|nagg|ask|tell|ping|messag|bother|nudg|send)\w*)|quit(?:ting)?|come off|coming off|skip(?:ping)?|halve|double|doubling|change|increase|reduce)\b.{0,20}\b(?:my )?(?:medication|meds|antidepressants?|insulin|lithium|ssris?|blood thinners?"
    r"|beta[- ]?blockers?|antipsychotics?|(?:the )?dose|dosage)\b(?! (?:bottle|box|reminder))",
    re.IGNORECASE,
)
_DANGEROUS_DIET = re.compile(
    rf"\b(?:starv(?:e|ing) {_SELF}|stop eating(?! (?:sugar|meat|out|sweets|chocolate|crisps|junk|fast|so|late|between|snacks|bread|dairy|gluten|before|after|in|at|while|when|takeaway|red|processed|\w+ food))"
    r"|(?:start |want to |keep |by )purg(?:e|ing)\b|make my ?self (?:throw up|sick|vomit)|(?:[1-7]?\d{2}) ?(?:k?cal|calories) (?:a|per|each|every) day|not eat(?:ing)? (?:for \w+ (?:days?|weeks?)|anything)"
    r"|(?:water|juice) fast(?:ing)? for (?:\w+ )?(?:weeks?|month|[4-9]|\d\d)|lose (?:1[0-9]|[2-9]\d) ?(?:kg|kilos?) in (?:a|one|1|2|two) weeks?|lose (?:[2-9]\d|1\d\d) ?(?:lbs?|pounds) in (?:a|one|1|2|two) weeks?"
    r"|laxatives? to lose|diet pills?|thinspo\w*|pro[- ]?ana)\b",
    re.IGNORECASE,
)

REPLIES = {
    "crisis": (
        "I'm really sorry you are carrying this. I'm a planning program and not able to help with it, but people are. "
        "Please call your local emergency number now (112 in Europe, 999 in the UK, 911 in the US), or a crisis line; "
        "findahelpline.com lists them by country. Is there somebody near you whom you could tell?"
    ),
    "medical": (
        "That sounds like something for a doctor, not for me. If it is happening now, please call your local emergency "
        "number (112 in Europe, 999 in the UK, 911 in the US). Is somebody with you?"
    ),
    "dose": (
        "Changing a medicine is for you and your doctor or pharmacist, so I won't plan that. "
        "Would a reminder to ring them help?"
    ),
    "diet": (
        "I won't plan that: it could harm you. A doctor or a dietitian can find a way that is safe for you. "
        "Would a reminder to make that appointment help?"
    ),
}


def needs_care(text: str) -> str | None:
    """The key of the fixed reply these words call for, or None. Idioms are none of them."""
    said = _IDIOMS.sub(" ", text.replace("’", "'").replace("‘", "'"))
    if _CRISIS.search(said) or _CRISIS_ABROAD.search(said):
        return "crisis"
    if _MEDICAL.search(said) and not _MEDICAL_TALK.search(said):
        return "medical"
    if _DOSE.search(said):
        return "dose"
    return "diet" if _DANGEROUS_DIET.search(said) else None
