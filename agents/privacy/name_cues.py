"""The words around a name that say that it is one: whom one calls, what belongs to somebody, who is who."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = words(
    "dr doctor mr mrs ms miss mx prof professor sir madam lady pastor rabbi imam judge captain coach frau herr herrn senor senora sr sra "
    "mme mlle madame monsieur signor signora tante onkel oma opa tia tio abuela abuelo auntie aunty aunt uncle grandma grandpa granny gran"
)
RELATIONS = words(
    "sister brother mother father mum mom dad son daughter wife husband partner girlfriend boyfriend friend mate buddy bestie boss manager "
    "colleague coworker neighbour neighbor cousin niece nephew grandmother grandfather grandson granddaughter mother-in-law father-in-law sister-in-law "
    "brother-in-law stepson stepdaughter godson goddaughter teacher therapist dentist gp lawyer landlord landlady trainer tutor mentor client roommate "
    "flatmate fiance fiancee ex nanny babysitter dog cat pet baby kid child student twins physio psychologist hairdresser midwife"
)
CONTACT = words(
    "call ring phone text mail email e-mail message dm whatsapp facetime skype meet ask tell visit thank thanks invite remind congratulate "
    "contact ping nudge marry babysit calling ringing phoning texting mailing emailing meeting asking telling visiting inviting hug kiss "
    "named called anrufen besuchen llamar appeler hi hello hey hallo ciao bonjour hola dear"
)
TO_WHOM = words(
    "talk speak write reply apologise apologize introduce give send lend return letter email e-mail mail message call text present say hi sing "
    "talking speaking writing back belongs listen married engaged next spoke wrote sent gave"
)
PHRASES = frozenset(
    {
        "pick up",
        "drop off",
        "check on",
        "look after",
        "catch up",
        "wait for",
        "name is",
        "names is",
        "i am",
        "this is",
        "care of",
    }
)
# ... with.
TOGETHER = words(
    "dinner lunch brunch breakfast coffee tea drinks meeting call date chat appointment party trip weekend holiday out up talk talking speak stay "
    "staying play live living moved meet meets meeting game evening night"
)
GIFTS = words(
    "gift gifts present presents birthday cake party card flowers bouquet toast speech letter book song dinner lunch surprise cook bake buy knit "
    "wait ask vote pray something souvenir"
)
EVENTS = words(
    "birthday party wedding house place funeral graduation school recital game anniversary present gift kids mum mom dad wife husband flat "
    "number email laptop car dog cat homework appointment address phone baby christening shower visit concert exam farewell room desk"
)
PARTICLES = words("von van de der den la le di da al el bin ibn ben ter ten dos das del della mac mc st zu")
AND = frozenset({"and", "or", "und", "y", "et", "e"})
# Somebody only after a sure cue: months, seasons, places.
NEEDS_MORE = words(
    "april may june august summer autumn spring sydney milan jordan austin kenya india asia china israel georgia florence charlotte victoria virginia "
    "carolina santiago adelaide diego york chelsea dallas denver paris"
)
# What follows a first name written small and is no surname.
FOLLOWS = words(
    "about after again around asap back before because birthday cancel class coffee during early film for from game happy here home if in instead into is "
    "job late lesson maybe near on once pick project re regarding run see send since soon there till to trip until wait when while who why work write"
)
# "A letter from", and the small words before which only a known name is one.
SENT = words("letter call message email news package parcel hear borrow text")
WEAK = words("for from to of by fur von than like about see help at")
# What only people do; and "Tom here".
SPEAKS = words(
    "said says asked asks told called texted wrote wants invited replied emailed suggested thinks promised here"
)
