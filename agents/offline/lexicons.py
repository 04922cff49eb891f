"""The phrases by which people say what they want, as one pattern per intent; read against folded text."""

from __future__ import annotations

import re

_LIST = re.IGNORECASE


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), _LIST)


# What Flux keeps for a person, under all its names.
THING = (
    r"(?:reminders?|alarms?|alerts?|events?|meetings?|appointments?|tasks?|to-?dos?|to do list|calend[ae]r|calandar"
    r"|agenda|schedule|plans?|entry|entries|classes|lessons?|notifications?|timers?|conference|sessions?|commitments?|habits?|list)"
)
# Words in front that carry nothing: taken off before anything else is looked at.
CHATTER = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks?(?: you)?(?: so much)?|great|cool|good|nice|awesome|perfect|hi|hello|hey|oh|ah|um+|uh|well|so|actually"
    r"|actally|also|and|then|now|right|alright|wait|please|pls|plz|kindly|flux|just|maybe|yo|hmm|sorry|oops|ugh|next|lastly|finally"
    r"|you know what|alexa|olly|(?:(?:can|could|would|will) (?:you|u|we)|(?:can|could|may) i)(?: please| also| now| just| kindly)*|(?:i )?(?:would|'?d) (?:like|love|want)(?: for)?(?: you| u)? to"
    r"|i(?:'d| would) (?:like|love)(?: for)?(?: you| u)? to|i(?: also| now| just| really)* (?:want|need|wanna)(?: for)? you to"
    r"|let'?s|go ahead and|be sure to|make sure to|you should|i mean|its ok|it'?s ok|great add)(?:[,.!;:-]+ *| +|$))+"
)
MY_WISH = re.compile(
    r"^(?:i(?: also| now| just| really| still)* (?:want|need|have|wanna|gotta|got|must|should|ought|would like|'?d like|am going|'?m going|plan|will|'?ll)(?: to)?"
    r"|i'(?:d like|ll|m going|ve got)(?: to)?|need to|gotta|have to|must|want to|we need to|we have to) +"
)

AFFIRM = _any(
    r"^(?:y|ya|yes+|yea+h*|yep+|yup|yah|aye|sure(?: thing)?|ok(?:ay)?|k+|fine|absolutely|definitely|certainly|indeed|correct|right|exactly"
    r"|affirmative|confirm(?:ed)?|agreed?|of course|actually yes|(?:oh|ok|okay|well) yes|better|please do|do it|go (?:ahead|for it)|by all means|true|why not|totally|for sure|deal)\b",
    r"^(?:great|perfect(?:ion)?|awesome|excellent|wonderful|fantastic|lovely|amazing|super|cool|nice|good|brilliant|beautiful|sweet)\b",
    r"^(?:that|it|this|everything|they|all)?(?:'?s| is| are| was)?(?: all| just| really)? ?(?:look|sound|seem|work)(?:s|ed)?(?: all| just| really)? "
    r"(?:good|great|fine|right|perfect|fantastic|correct|wonderful|ok|okay|awesome|like a plan|lovely|amazing|excellent|well)",
    r"^(?:that|it|this)(?:'?s| is| was| will be)?(?: all| just| really| absolutely)? (?:(?:good|great|fine|perfect)(?! if\b)|right|correct|ok|okay|awesome|works?|it|what i (?:want|need)(?:ed)?|the one|will (?:do|work)|would be (?:just |really )?(?:great|good|fine|perfect)(?! if\b)|sounds good)",
    r"^i (?:do|would|agree|approve|confirm|like (?:it|that|this)|love (?:it|that)|think so)\b(?!.* (?:to|a|an) )",
    r"^(?:please )?(?:try|book|confirm|take|use|keep|accept|approve) (?:it|that|this|one)(?: please)?\W*$",
    r"^(?:looks|sounds|works) (?:good|great|fine|fantastic|perfect)",
    r"^(?:👍|✅|👌)+",
)
NEGATE = _any(
    r"^(?:no+|nope|nah|nay|n|negative|never|no way|no thanks?|no thank you|hell no)\b",
    r"^not (?:really|right now|now|at the moment|yet|today)\b[.,;!].{0,80}$",
    r"^(?:not|perhaps|maybe)(?: really| right| just| quite| sure| exactly| at| yet| now| today| this| a| another| some| later| in)+.{0,40}$",
    r"^(?:that|it|this|you)(?:'?s| is| was| are|'?re)? ?(?:not|n'?t|in|got (?:that|it|this)|wasn'?t|isn'?t|wrong|incorrect).{0,40}(?:right|correct|true|wrong|good|it|what i|want|work|answer)\b",
    r"^(?:that'?s|that is|it'?s|this is|you(?:'re| are)|you got (?:that|it|this))? ?(?:wrong|incorrect|false|untrue)\W*$",
    r"^i (?:do ?n'?t|don'?t|do not|did ?n'?t|would ?n'?t|would not|won'?t|will not) (?:want|need|think|wish|like|agree)\b(?!.*\b(?:reminder|alarm|event|meeting|calendar|list)s?\b)",
    r"\b(?:answer|that|it) (?:is|was)(?: not|n't) (?:right|correct|the correct)|don'?t get (?:the )?answer|not the correct answer",
    r"^(?:never ?mind|nvm),? (?:keep|leave|don'?t)",
    r"^(?:don'?t|do not) (?:do (?:it|that|this)|bother|book (?:it|that)|change (?:it|that)|confirm|save)\b",
    r"^yes but not|^some other time|^👎+",
)
CANCEL = _any(
    r"^(?:stop|cancel|abort|quit|exit|halt|end|enough)(?:[ ,]+(?:it|that|this|now|please|just stop|stop|everything|right now|talking|the|request|process|command|action))*\W*$",
    r"^(?:never ?mind|nvm|forget (?:it|that|about it)|scratch that|drop it|disregard(?: that)?|leave it|start over|undo)\b.{0,12}$",
    r"^(?:i (?:want|would like|'d like)|will|could|can) you (?:to )?(?:just )?(?:please )?(?:stop|cancel)(?: it| that| this)?(?: please| now)*\W*$",
    r"^(?:\w+ )?(?:will you |i want you |you )(?:to )?(?:just )?(?:cancel|stop)(?: please| it)*\W*$",
    r"\b(?:this|the|that) (?:process|request|command|conversation) (?:needs to|should|must|has to) (?:stop|end)|cancel (?:that|this|the|my)(?: last)? (?:request|command|action|process|query)",
)
SMALLTALK = _any(
    r"^(?:morning|evening|afternoon|mornin)(?: flux| all| everyone)?\W*$",
    r"^(?:many |a million )?(?:thanks?|thank (?:you|u)|thx|ty|cheers|ta)\b(?!.*\b(?:add|schedule|set|create|book|make|put|remind|change|move|delete|cancel)\b)",
    r"^(?:hi|hello|hey|hiya|howdy|greetings|yo|sup|good (?:morning|evening|afternoon|night|day))\b[ ,!.]*(?:flux|there|you|again|how are (?:you|things)|friend|everyone|buddy|to you)*\W*$",
    r"^(?:good ?)?bye\b|\bbye\W*$|^see (?:you|ya)|^(?:take care|good ?night|signing off|farewell|later(?:s)?!?$|catch you later|talk to you later|ttyl|so long|cya)",
    r"\b(?:that|this)(?:'?s| is| will be|'?ll be| would be)(?: it| all)\b|\bi am (?:all )?done\W*$|(?:don'?t|do not) need (?:any|help with any)(?:thing)?(?: help)?(?: else| more)|nothing else|that is all i need",
    r"\b(?:how are you|how(?:'s| is) it going|how (?:are|is) (?:things|life|your day)|what'?s up|how do you do|how have you been|how (?:was|is) your)\b",
    r"\bjokes?\b|\b(?:make me laugh|something funny|fun(?:ny)? fact|(?:\w+ )?fact about|sing (?:me|a song)|tell me a (?:story|riddle))",
    r"\b(?:are|r) (?:you|u) (?:a |an )?(?:really )?(?:(?:bot|robot|human|real|ai|computer|machine|person|alive|program)\b)|you(?:'?re| are| r)? a (?:real )?(?:person|bot|robot|human)|are you really",
    r"\b(?:who|what)(?:'s| is| was| are)? (?:made|created|built|designed|programmed|your (?:maker|creator|name|country|origin|hobb\w+|favou?rite|boss))|what are you\b|who are you\b|whom? do you (?:work|report)|do i control you|take orders from|who do you",
    r"\b(?:where (?:are|were|was|do) (?:you|it you|u)|how old (?:are|will) you|when (?:were you|is your birthday)|do you have (?:any )?(?:pets?|hobbies|friends|feelings|kids)|which pets|your hobbies|your origin|meaning (?:of|in|to) life|is there meaning)",
    r"^(?:i )?(?:really )?appr(?:e|i)ci?[ae]ciate|^i appre?c|\bappreciate (?:it|your|the|that)|^(?:you(?:'?re| are)|ur) (?:great|awesome|the best|amazing|so|very|welcome|nice|sweet|funny|helpful)|^(?:well done|good (?:job|work|one)|nice (?:one|work)|love you|i love you|lol|haha+|wow|sorry|congrats|my (?:bad|pleasure)|happy (?:birthday|new year|easter))\b",
    r"^(?:ah )?that'?s (?:a )?(?:nice|funny|sweet|great|good) one|great help|^what about this joke|was really helpful",
)
HELP = _any(
    r"^(?:help|\?+|/help|sos|menu|commands?)(?: me)?(?: please| out)?\W*$",
    r"what (?:else )?(?:(?:can|could|do) (?:you|u) (?:do|help|offer)|(?:can|could) i (?:do here|ask|say))|what(?:'s| is| are) (?:you|your) (?:able|capab|commands|functions|purpose|good for)|(?:tell me|know) what (?:\w+ ){0,5}(?:can help|you can (?:do|help))",
    r"how (?:do|does|can|should) (?:i|you|this|it|flux|we)(?: \w+)? (?:use|work|see|set|add|create|change|delete|snooze|get started|begin|start|turn|link|export|connect|pause)\b.*\b(?:this|it|you|flux|reminders?|alarms?|tasks?|calendar|goals?|app|bot|work|plan|time ?zone|settings|language|name)",
    r"how does (?:this|it|that|flux) work|(?:need|want|give me|some) (?:some )?help (?:with|using|on|managing|me with)|help me (?:with (?:a problem|my|the|managing|this)|manage|understand|out)|help managing|i'?m (?:lost|stuck|confused)|can you update an event",
)
DELETE = _any(
    r"^(?:skip|leave out) (?!(?:it|this|that|rope|to|school)\b)\S+",
    r"^(?:(?:and|also|go|identify|find)\b.{0,60}\b)?(?:delete|remove|erase|cancel|clear|scrap|scratch|wipe|discard|dismiss|unschedule|drop|nix|kill|trash|axe|void|un-?set|get rid of|take off|do away with|disable|deactivate|cross (?:off|out)|throw out|eliminate)\b",
    r"\b(?:delete|remove|erase|cancel|get rid of|discard)\b.{0,50}\b" + THING + r"\b",
    r"\b" + THING + r"\b.{0,60}\b(?:be |are |is |was |get )?(?:cancell?ed|deleted|removed|erased|cleared)\b",
    r"\b(?:no longer|don'?t|do not|won'?t|not)(?: \w+)? (?:need|want|require|have)\b.{0,60}\b(?:"
    + THING
    + r"|any ?more|no more)\b",
    r"\bno longer (?:need|want|have)\b",
    r"\b(?:take|strike|knock|pull)\b.{1,60}\boff (?:of )?(?:my|the|our)?\b",
    r"^(?:turn|shut|switch) (?:\S+ ){1,4}off\W*$|^(?:turn|shut|switch) off (?:the |my |all |all my |this |that )?(?:\S+ ){0,3}(?:alarms?|reminders?|alerts?|timers?)|^stop (?:the |my |all |all my )?(?:\S+ ){0,2}(?:alarms?|reminders?|timers?)",
)
RESCHEDULE = _any(
    r"^(?:bring|pull) .{1,40}\b(?:forward|earlier|up to)\b|\b(?:moved|changed|pushed|brought forward|put back) to .{0,20}\d|^(?:i )?can'?t (?:make|do) .{1,40}\binstead\W*$|^make (?:it|the \S+|my \S+) (?:earlier|later|shorter|longer)\b",
    r"^(?:change|move|re-?schedule|postpone|push|shift|delay|bump|update|modify|edit|adjust|reset|extend|re-set|swap|switch|rename|alter|revise|put off|bring forward|prolong|lengthen|shorten|correct|amend|relocate|advance|replace|defer)\b(?! (?:chapters?|sections?|for|notes|vocab\w*|unit|the (?:chapter|notes|section)) ?)",
    r"\b(?:change|move|re-?schedule|postpone|push back|shift|delay|update|modify|edit|adjust|alter|swap)\b.{0,60}\b(?:"
    + THING
    + r"|that|it|time|date|one)\b",
    r"\b"
    + THING
    + r"\b.{0,60}\b(?:be |been |got |get |was |is )(?:changed|moved|re-?scheduled|postponed|pushed|updated|delayed|extended|shifted)",
    r"^(?:make|set|put|have) (?:it|that|this|them|those|the time|the date)\b.{0,30}(?:\d|am\b|pm\b|noon|day\b|tomorrow|tonight|week|earlier|later|longer|shorter|instead|to be|reminder|for the)",
    r"^(?:we (?:do|make it|try)|do|try|have) .{1,30}\binstead\b|^i(?: would|\'?d) rather (?:do|have|start|go|make)\b|^start time\b|^(?:make|fix|send|have) (?:the|my) (?:\S+ ){0,3}"
    + THING
    + r"\b.{0,40}\b(?:from|to|not|instead|in place of|earlier|later)\b|\bneed (?:my|the)\b.{1,50}\b(?:changed|moved|rescheduled|updated)\b|\bneeds? to (?:be|change|move)\b.{0,30}\b(?:from|to|tomorrow|\w+day|\d)",
    r"\b(?:instead of|rather than|in place of)\b.{0,40}(?:\d|day\b|tomorrow|today|tonight|morning|noon|night|week|am\b|pm\b)",
    r"\b(?:a (?:little|bit|few \w+|couple \w+ \w+)|an hour|\d+ (?:min\w*|hours?|days?|weeks?)|half an hour|slightly|much) (?:earlier|later)\b",
    r"\b(?:got|been|was) (?:moved|changed|rescheduled|postponed|pushed)(?: \w+)? to\b|\bwould like (?:it|that|this) (?:set|moved|changed|scheduled|to be)",
    r"^add (?:\S+ ){1,4}(?:minutes?|hours?|days?) to (?:my|the|this|that|it)\b|^add \w+(?: and \w+)* to (?:\S+ ){0,3}(?:reminder|meeting|event|appointment|alarm)\b",
)
SNOOZE = _any(
    r"^(?:ask|ping|nudge|bug|try) me (?:again )?(?:tomorrow|tonight|later|in the (?:morning|evening)|this (?:afternoon|evening))\W*$",
    r"\bsnooz\w*\b",
    r"^(?:remind|ask|ping|nudge|bug|wake) me (?:again|later|in a (?:bit|while|minute))\b",
)
QUERY = _any(
    r"\b(?:do|did|does|have|has|am|are|is|was|were|will)\b.{0,30}\b(?:i|we|you|there|my|any|anything|something)\b.{0,60}\b(?:"
    + THING
    + r"|scheduled|planned|booked|due|coming up|going on|free|busy|available|on for|mark|plans)\b",
    r"^(?:do|did) i (?:have|need|got)\b|^(?:did|have|had) i (?:already |even )?(?:do|done|take|taken|go|gone|call|called|finish\w*|miss\w*|make|made|pay|paid)\b|^show (?:me )?(?:this|next) (?:week|month)|^(?:todo|to-do|to do)s? ?list?\W*$|^(?:am i|are we|is \w+) (?:free|busy|available|booked)|^have i (?:got|set|any|made|added)|^is there (?:anything|something|any)|^(?:any|got any)(?:thing)?\b.{0,60}(?:"
    + THING
    + r"|on|planned|today|tomorrow|week)",
    r"^(?:what|which|when|where|how (?:many|much|long)|who|whose|at what time|what time|what day)(?:'?s|'?re|'?ll)?\b.{0,80}\b(?:my|i|our|we|"
    + THING
    + r")\b.{0,60}",
    r"^(?:what|how)(?:'?s| is| does| do)? (?:\w+ ){0,3}(?:today|tomorrow|the day|my (?:day|week)|(?:this|next) week|on (?:for )?(?:today|tomorrow|\w+day)|look like|coming up|up next|left|next)\b",
    r"^(?:show|list|display|read|view|see|pull up|bring up|open|find|search|look up|look for|check|get|tell|fetch|play|go (?:through|though|over)|recite|review|print|locate|let me (?:see|know)|count|describe|run through|name)\b.{0,80}\b(?:"
    + THING
    + r"|my day|my week|today|tomorrow|my next)\b",
    r"\b(?:want|need|like|love|possible|wish|wondering|wonder|curious)\b.{0,20}\b(?:see|know|view|hear|read|find out|check|look at)\b.{0,80}\b(?:"
    + THING
    + r"|todo|to-do|remember)\b",
    r"^(?:i (?:want|need|would like) to know|retrieve|how do i see)\b.{0,60}\b"
    + THING
    + r"\b|^my (?:alarms?|reminders?|agenda|tasks|events|meetings)\W*$",
    r"^(?:i want|i need|give me|get me) (?:all )?(?:the|my|all my|a list of)(?: \w+){0,4} (?:reminders|alarms|tasks|events|meetings|appointments|schedule|agenda)\b",
    r"\b(?:items|things|what|which) (?:\w+ ){0,4}(?:i )?(?:want(?:ed)?|need(?:ed)?|supposed|have) to (?:remember|do|be reminded)\b|\bmy list of (?:reminders|tasks)\b|^(?:/today|/week|agenda|today'?s? (?:plan|agenda|tasks)|my (?:agenda|schedule|day|week|tasks|plan|goals?|progress|streak))\W*$",
    r"^remind me (?:what|when|where|who|which|how)\b|^remind me (?:of|about) (?:all )?(?:the|my) (?:\w+ ){0,2}(?:alarms|reminders|appointments|meetings|events|tasks)\b(?! (?:to|on|at|with))|^when(?:'?s| is| are| was| will| does| do)\b.{0,40}\b(?:my|"
    + THING
    + r")\b|^how (?:am i doing|did i do|many (?:tasks|things) (?:are )?left|is my (?:goal|plan|week|streak))",
)
PAUSE = _any(
    r"^(?:i'?m|i am|im) (?:\w+ )?(?:sick|ill|poorly|unwell|off sick|away)\b(?! of\b)|^(?:be )?quiet(?: please)?\W*$|^(?:i'?ll|i will) be away\b|^give me a break\W*$",
    r"^(?:pause|hold|suspend|mute|freeze|silence|resume|un-?pause)\b(?!.*\b(?:music|song|video|podcast|bank|account|card|lights?)\b)",
    r"^(?:i'?m|i am|i'?ll be|i will be|we'?re|we are)(?: \w+)? (?:on|going on) (?:holiday|vacation|leave|a break|a trip)\b|^(?:holiday|vacation|quiet) (?:mode|from|until|till)",
    r"\b(?:stop|don'?t|do not|no) (?:bother|remind|message|messag|nudg|ping|contact|text|notify|remind|reminders)\w*(?: me)?\b.{0,20}\b(?:until|till|for|this week|today|tomorrow)\b|^(?:leave me alone|take a break from reminders|i need a break)\b|^i'?m back\b",
)
SETTINGS = _any(
    r"^(?:/?settings|preferences|options|my (?:settings|profile|account))\W*$|^(?:open|show|change|update|edit|adjust)(?: me)? (?:my |the )?(?:settings|preferences|profile|time ?zone|language|wake[ -]?(?:up )?time|bed ?time|sleep (?:hours|times?|window)|work(?:ing)? hours|phone number|quiet hours|lead time|notification settings)\b(?!.{0,20}\b(?:alert|alarm|reminder))",
    r"^(?:i'?m|i am|i'?ve (?:moved|arrived|landed)|i have moved)(?: now| currently| back)?(?: in| to) (?!a\b|an\b|the (?:middle|mood|gym|office|car)|my\b|bed\b|trouble|love|pain|need|charge|town)[a-z .]{3,25}\W*$|^my (?:time ?zone|phone(?: number)?|number|name|bed ?time|wake[ -]?up time|working hours|language) (?:is|are|has|changed)\b|^call me [a-z]+\W*$",
    r"^(?:turn|switch) (?:on|off) (?:the )?(?:calls?|whatsapp|push|phone calls|morning brief|evening review|notifications|reminders)\b|^(?:don'?t|do not|stop|never) (?:call|phone|ring)(?:ing)? me\b|^(?:enable|disable) (?:calls?|whatsapp|push|notifications|the morning brief|the evening review)|^remind me (?:\d+|ten|five|fifteen) minutes (?:earlier|before every|ahead)",
    r"^i(?: usually| normally| now| always)* (?:get up|wake up|go to bed|go to sleep|work)(?: at| from| around)? \d|^no (?:phone )?calls\b|^set (?:my |the )?(?:time ?zone|bed ?time|wake[ -]?up time|language)\b",
)
SAYS_DONE = re.compile(r"\b(?:done|did|finished|completed?|sorted|nailed|smashed|crushed|took|taken)\b")
NO_REMINDER = re.compile(
    r"^(?:please )?(?:(?:don'?t|do not|no need to|never) (?:remind|nag|ping|nudge|bother|disturb|message|text|notify)(?: me)?|(?:stop|quit) (?:reminding|nagging|pinging|nudging|bothering|messaging|texting|notifying)(?: me)?"
    r"|no (?:more )?(?:reminders?|messages?|nudges?|notifications?|pings?))(?: (?:to|about|for|of) (?!(?:now|today|tomorrow|the (?:rest|next)|this|an?|until|till)\b)(?P<what>.+?)| .*)?\W*$"
)
MODIFY_GOAL = _any(
    r"\b(?:change|modify|adjust|adapt|rework|redo|edit|update|tweak|rethink|pause|drop|quit|abandon|stop|end|cancel|delete|remove)\b.{0,30}\b(?:my|the|this|that) (?:\S+ ){0,3}(?:goals?|plan)\b(?! (?:reminder|meeting))",
    r"^(?:i(?:'m| am| want to| think i'?ll|'ll)? )?(?:giv(?:e|ing) up on|abandon(?:ing)?) (?!smoking|sugar|coffee|alcohol|meat|drinking)\S+",
    r"\b(?:make|have) (?:my|the|this|that) (?:\S+ ){0,2}(?:plan|goal) (?:\S+ )?(?:easier|harder|lighter|shorter|longer|simpler|slower|gentler)\b|\b(?:plan|goal) is (?:too|way too) \w+",
)
# Domains Flux has nothing to do with; only where nothing speaks of reminders or the calendar.
FOREIGN = _any(
    r"\b(?:weather|forecast|rain(?:ing|y)?|snow(?:ing|y)?|temperature|humid\w*|storm\w*|sunny|cloudy|hail|windy|degrees|haboob|blizzard|chill(?:y|ier)|freezing|tornado|fog(?:gy)?|umbrella)\b",
    r"^play\b|\b(?:song|songs|music|playlist|album|artist|spotify|youtube|netflix|radio|podcast|audiobook|soundtrack|tune|volume|pandora|itunes|deezer|last ?fm)\b",
    r"\b(?:out of (?:6|5|six|five|10)|stars? (?:to|for)|rating(?: of)?|rate (?:this|the|it|my|\w+)|points to|\d points|value of \d)\b",
    r"\b(?:restaurants?|table for|reservations?|reserve|cinema|theatres?|theaters?|showtimes?|movie (?:times|schedule|listings)|tickets?|bistro|brasserie|tavern|gastropub|diner|serves?|spas?|brewery|tee time|pub (?:in|for)|eatery|takeaway|steakhouse|pizzeria|food truck|cuisine)\b",
    r"\b(?:credit (?:card|score|limit)|bank|balance|apr|401k|mortgage|insurance|interest rate|routing number|pin number|direct deposit|paycheck|transactions?|checking account|savings account|visa|mastercard|w2|taxes|tax (?:refund|return)|loan|refund|rewards points|income|salary|get paid|payday|account number|my bill|phone bill|bill due|price (?:to|of)|tip on|average|my internet|data on|gbp|dollars?|expired?|spending|fraud|charged)\b",
    r"\b(?:translate|translation|how (?:do|would|can) (?:you|i|one|they) say|in (?:spanish|french|german|italian|chinese|japanese)|synonym|antonym|definition of|define|meaning of|spell)\b",
    r"\b(?:recipes?|ingredients?|calories|nutrition(?:al)?|cook time|substitute|how long (?:do|should) i cook|how do (?:i|you) (?:make|cook|bake))\b",
    r"\b(?:flight (?:status|number)|carry-?on|luggage|plug (?:type|converter|adapter)|vaccin\w*|rental car|car rental|uber|taxi|cab|lyft|directions? to|traffic|route to|distance|how far|travel (?:alert|advisory)|boarding|hotels?|airbnb|exchange rate|currency|convert|dollars? (?:is|in|to)|euros?|rupies|rupees|yen)\b",
    r"\b(?:mpg|miles per gallon|gas (?:type|mileage|station|price)|oil (?:change|level)|my car|rent a car|tires?|tyre|out of gas|windshield|jump start|engine)\b",
    r"\b(?:lights?|lamps?|vacuum|thermostat|hoover|socket|robot cleaner|coffee machine|smart (?:plug|home|speaker)|speaker|brightness|heating|air conditioning)\b(?!.*\b(?:show|festival)\b)",
    r"\b(?:news|headlines|stock|shares|nasdaq|dow jones|capital of|president of|population|election|score of|highest|largest|tallest|who (?:is|was|won|invented|wrote)|what is the (?:best|most|average|capital|name)|square root|times \d|plus \d|divided by|how (?:tall|old|big|deep|high|expensive|much (?:is|does|do)) )",
    r"\byour (?:name|accent|voice|volume|speed|language|gender)\b|\bfactory settings\b|\bvolume\b|\b(?:email|e-mail|inbox|tweet|facebook|instagram|twitter|whatsapp message|text message|post (?:on|to)|contacts?)\b",
    r"\b(?:find (?:me )?(?:a|an|the|some|someone|movies?|show|schematics)|search (?:for|the)|look(?:ing)? (?:for|up)|google|website|amazon|ebay|videos? of|reviews?|buy me|order me|flip a coin|roll (?:a|the) dice|coin toss|activities|where(?:'s| is) my phone|find my phone|whisper|battery|power mode|laptop|wifi|bluetooth|screen|nintendo|schematics)\b",
)
ABOUT_FLUX = re.compile(
    r"\b(?:remind|reminders?|alarms?|alerts?|calend[ae]r|agenda|schedule|appointments?|meetings?|to-?do|tasks?|wake me|events?)\b"
)
CREATE = _any(
    r"\b(?:be reminded|remind(?:ing)? me|nudge|poke|prod|buzz|shout at) (?:me )?(?:\S+ ){0,6}?(?:to|about|that)\b|\b(?:get|have|possible to get|want) a (?:reminder|nudge) (?:to|about|for)\b",
    r"\b(?:remind|reminds|reming|remeber|alert|notify|nudge|ping|alarm|text|call) (?:me|us|him|her|them|my|the|everyone|everybody|our|myself|[a-z]+) (?:\S+ ){0,6}?(?:to|of|about|that|at|on|in|every|when|tomorrow|today|tonight|for|before|by|if|daily|once|each|next|this|not|again|as|i)\b",
    r"\bremind me\b|\bremind\b.{1,30}\b(?:to|about|that)\b|\bremember to\b|^don'?t (?:let me )?forget\b|\bdon'?t let me forget\b|^note to self\b|^remember\b",
    r"^(?:set|create|add|make|schedule|book|put|plan|arrange|organi[sz]e|start|enter|insert|log|note|pencil|mark|block|reserve|save|record|open|send|give|get|fix|setup|include|new|place|indicate|input|do|need|i need|establish|generate|write|turn on|activate|enable|repeat|throw|slot|drop)\b.{0,80}\b(?:reminders?|remind|alarms?|alerts?|events?|meetings?|appointments?|appontment|tasks?|to-?do|calend[ae]r|calandar|schedule|agenda|timers?|notifications?|entry|item|list|reminding|reminded)\b",
    r"^(?:schedule|add|create|book|set up|setup|set|arrange|plan|make|put|pencil in|block (?:off|out)?|mark|organi[sz]e|enter|reserve|fit in|squeeze in|find (?:\w+ ){0,3}(?:minutes?|hours?|time))\b",
    r"^(?:todo|to do|task|reminder|new task|alarm|event|appointment|meeting|alert)s?\b\s*:? ",
    r"\b(?:wake|get) (?:me|us) (?:up )?(?:at|by|in|tomorrow|every|around|on)\b|\bwake ?(?:me )?up (?:call|alarm|at|time|tomorrow)\b|^wake (?:me|us) up\b|^(?:please )?(?:stop|ring|buzz) me (?:at|in)\b",
    r"\b(?:need|want|like|have)\b.{0,12}\b(?:a|an|the|to set|to create|to add|to make|to schedule|to book|to put|to plan|my|weekly|daily|another|new|\d)\b.{0,40}\b(?:reminder|alarm|alert|event|meeting|appointment|reminders|alarms|calendar)s?\b",
    r"\b(?:on|to|in|into|for) (?:my|the|our) (?:calend[ae]r|calandar|schedule|agenda|to-?do list|list|todo|planner)\b",
)
TASK_VERBS = (
    r"(?:call|phone|ring|text|buy|pay|pick up|drop off|drop|collect|return|renew|submit|send|email|clean|wash|water|walk|feed|take|bring|fix|repair|order"
    r"|cook|bake|mow|vacuum|iron|fold|pack|unpack|print|sign|file|mail|post|book|cancel|confirm|check|charge|change|replace|refill|finish|complete|prepare|prep|write|draft|review"
    r"|read|study|practi[sc]e|meet|visit|see|go|get|do|make|give|invite|ask|tell|thank|congratulate|apply|register|enrol|enroll|sort|organi[sz]e|tidy|declutter|dust|sweep|mop|empty|put|hang|paint|plant|rake|shovel"
    r"|stretch|run|jog|swim|cycle|lift|work out|workout|gym|yoga|meditate|journal|pray|floss|brush|shower|shave|nap|sleep|eat|drink|rehearse|record|edit|upload|download|wash up|hand in|turn in|reply|respond|follow up|look into|research|chase|deal with|spend|lock|brainstorm|outline|proofread|revise|memori[sz]e|trim|weed|wrap|unsubscribe|clear|restock|refuel|top up|fill|polish|defrost|decorate|measure|assemble|repot|prune|draw|sketch|hike|log|track|compare|discuss|donate|drive|fetch|stop by|swing by|pop|nip|turn off|switch off|backup|back up|update|install|transfer|deposit|withdraw|invest|budget|plan|schedule|set up|hoover|pickup|attend|join|watch|start|begin|leave|move|babysit|buy|grab)"
)
# Errands that people name by a noun alone.
TASK_NOUN = re.compile(
    r"^(?:(?:the|my|some|kids'?|weekly) )*(?:laundry|dishes|washing up|groceries|grocery shopping|food shop|shopping|dentist|doctors?|gp|vet|haircut|homework"
    r"|hoovering|vacuuming|ironing|bins?|trash|rubbish|recycling|meds|medication|pills|tablets|vitamins|physio|therapy|optician|barber|school run|taxes|tax return|rent"
    r"|invoices?|timesheet|expenses|mot|bedtime routine|skincare|inbox|cleaning|dusting|gardening|weeding|washing)(?: run| appointment| time)?\W*$",
    _LIST,
)
TASK_START = re.compile(rf"^{TASK_VERBS}\b(?! (?:me|you|us)\b)", _LIST)


def names_errand(title: str) -> bool:
    """Whether a title alone is clearly something to do: a verb of errands, or a noun people put on lists."""
    return bool(TASK_START.match(title) or TASK_NOUN.match(title))


# Beginnings of a sentence that says something about a time without asking for a task.
NO_TASK = re.compile(
    r"^(?:maybe|perhaps|possibly|not|too|it|that|this|nothing|never|go back|there|we|you|he|she|they|"
    r"i(?: can'?t| cannot| won'?t| couldn'?t| don'?t| didn'?t| am not|'?m not| think| feel| guess| hope| wonder| forgot| was| like| love| hate))\b",
    _LIST,
)
GOAL = _any(
    r"\b(?:my|a|new|another|big) (?:new )?goal\b(?! (?:reminder|meeting))|^goal\s*:|\bhelp me (?:to )?(?:become|learn|get|lose|build|improve|save|stop|quit|reach|achieve|run|train|start|write|read|find|be|develop|master|prepare|study|practi[sc]e|eat|sleep)\b|\bi (?:dream of|wish i could|aim to|aspire to)\b|\b(?:new year'?s? )?resolution\b",
)
GOAL_DEEDS = re.compile(
    r"^(?:to )?(?:finally |just |really |regularly )*(?:"
    r"(?:write|bake|cook|draw|sing|paint|dance|stretch|cycle|swim|read|walk|knit|sew|garden|journal|run|climb|train|play) (?:more|again|regularly)|learn(?: (?!about the|from|where|when))|master\b|relearn|teach myself|get (?:fit|fitter|in (?:better )?shape|into shape|into [a-z]+ing|healthy|healthier|stronger|better|good|organi[sz]ed|rid of|promoted|out of debt|a (?:new |better )?(?:job|degree|promotion)|over|(?:more|less) (?:sleep|rest|exercise|energy|done|out|fit|active|organi[sz]ed|confident|fresh air|sun|steps|time|from)|back (?:in(?:to)?|to)|my (?:life|finances|weight|sleep)|up earlier|certified|abs|started with)"
    r"|lose (?:some |a few |a bit of )?(?:weight|\d|belly|fat|pounds|kilos)|gain (?:weight|muscle|\d)|build (?!the|a (?:shed|fence|table|desk))|become\b|improve\b|train for|prepare for (?:a|my|the) (?:\w+ )?(?:marathon|exam|exams|race|interview|test|certification|competition|triathlon|driving test)"
    r"|study for|pass (?:my|the|a)\b|write (?:a|my|an?) (?:\w+ )?(?:book|novel|blog|thesis|dissertation|memoir|song|album|screenplay|short story)|finish (?:my|writing my|the) (?:\w+ )?(?:book|novel|thesis|dissertation|degree|album|side project|phd)"
    r"|read (?:more|\d+ books|a book (?:a|every|per)|every|one book)|quit\b|stop (?:smoking|drinking|procrastinat\w+|eating|biting|being|wasting|vaping|snacking|worrying|scrolling)|give up\b|cut (?:down|back|out)"
    r"|save (?:money|more|up|\d|£|\$|€|for (?!later))|pay off|meditate(?: more| regularly| daily)?$|meditate (?:more|regularly|daily|every)|eat (?:healthier|better|healthy|more|less|clean)|drink (?:more|less)|sleep (?:better|more|earlier)|wake up earlier|go to bed earlier"
    r"|exercise(?: more| regularly| daily)?|work ?out (?:more|regularly)|start (?:running|exercising|meditating|journal\w+|a (?:business|blog|podcast|company|youtube channel|side hustle|garden|family)|going to|working out|writing|learning|saving|investing|swimming|cycling|yoga|my own)"
    r"|practi[sc]e (?:more|regularly)|be (?:more|less|a better|able to|happier|healthier|fitter|kinder|fluent)|declutter my (?:house|home|life|flat)|speak\b|play (?:the )?(?:guitar|piano|violin|drums|chess|tennis better|an instrument)|cook (?:more|at home)|spend (?:less|more)"
    r"|walk (?:more|10|ten)|run (?:a |an |my first |my |the )?(?:\w+ )?(?:\d+ ?k\b|5 ?km|10 ?km|marathon|half|mile|race|ultra|triathlon|faster|further|more)|do (?:a|my first|more|the) (?:\w+ )?(?:marathon|triathlon|push-?ups?|pull-?ups?|yoga|splits|ironman|handstand)|do more|swim (?:a|\d|more|better)|cycle (?:to work|more|\d)|bike (?:to work|more)"
    r"|launch|find (?:a (?:new |better )?(?:job|partner|girlfriend|boyfriend|hobby|flat)|love|balance|more time)|reduce|climb|manage my (?:stress|time|money|finances)|develop|make more (?:friends|money|time)|make friends|travel more|complete a (?:marathon|triathlon|course|degree)|grow my|organi[sz]e my (?:life|finances|house)|reach|achieve|increase|overcome|stay (?:fit|healthy|sober)|lower my|live (?:healthier|a)|hike|bench press|squat|deadlift|journal(?: more| daily)?$|volunteer more|call my (?:parents|family) more|get started)"
    r"",
    _LIST,
)
