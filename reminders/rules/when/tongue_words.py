"""What people of other languages say about time, phrase by phrase, in the grammar's own English.

Words are written without accents. N stands for a number in digits or words; in the English, {n} for that number,
{h} and {m} for hours and minutes, {before} for the hour before. The first phrase that fits a place is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its numbers, its phrases, and the small words that give it away."""

    name: str
    numbers: tuple[str, ...]  # one to twelve
    phrases: tuple[tuple[str, str], ...]
    sure: frozenset[str]  # words that are nothing in English, about time above all
    small: frozenset[str]  # the commonest other words


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _pairs(table: str) -> tuple[tuple[str, str], ...]:
    """ "morgen frueh = tomorrow morning | ..." as pairs."""
    rows = (row.partition(" = ") for row in re.split(r"\s\|\s", table))
    return tuple((left.strip(), right.strip()) for left, _, right in rows)


def _named(words: str, english: tuple[str, ...], before: str = "") -> tuple[tuple[str, str], ...]:
    return tuple((before + word, name) for word, name in zip(words.split(), english, strict=True))


def _words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


GERMAN = Tongue(
    "German",
    _words("ein[se]? zwei drei vier funf sechs sieben acht neun zehn elf zwolf"),
    _pairs(
        r"""in N stunden? = in {n} hour | in ein(?:er|em) (?:halben )?stunde = in 1 hour | in N minuten? = in {n} minute | in N tag(?:en)? = in {n} day
        | in einer woche = in 1 week | in N wochen = in {n} week | (?:um )?halb N = at {before}:30 | (?:um )?viertel nach N = quarter past {n} | (?:um )?viertel vor N = quarter to {n}
        | (?:um )?N uhr (\d\d)\b = at {h}:{m} | (?:um )?N uhr (?:morgens|fruh) = at {h} am | (?:um )?N uhr (?:abends|nachmittags) = at {h} pm | (?:um )?N uhr = at {h} o'clock
        | um N[:.](\d\d) = at {h}:{m} | um N = at {n} | gegen N(?: uhr)? = around {n} | ubermorgen = day after tomorrow | heute abend = this evening | heute (?:morgen|fruh) = this morning
        | heute nachmittag = this afternoon | heute mittag = today noon | heute nacht = tonight | morgen (?:fruh|vormittag) = tomorrow morning | morgen abend = tomorrow evening
        | morgen nachmittag = tomorrow afternoon | morgen mittag = tomorrow noon | heute = today | am morgen = in the morning | morgen = tomorrow | am abend = in the evening
        | jeden tag = every day | taglich = every day | jeden morgen = every morning | jeden abend = every evening | jeden = every | jede woche = every week
        | (?:am )?wochenende = this weekend | nachsten? woche = next week | nachste[nsr]? = next | mittags = at noon | morgens = in the morning | abends = in the evening | mitternacht = midnight"""
    )
    + _named("montags? dienstags? mittwochs? donnerstags? freitags? samstags? sonntags?", _WEEK, "(?:am )?")
    + _named("januar februar marz april mai juni juli august september oktober november dezember", _MONTHS),
    _set(
        "mochte erinnere heute morgen ubermorgen uhr stunde stunden minuten woche wochen abend fruh jeden taglich mittags abends morgens montag dienstag mittwoch donnerstag freitag samstag sonntag halb viertel wochenende nachste nachsten"
    ),
    _set(
        "ich mochte will nicht und mit uhr bitte mein meine meinen der das den dem ein eine einen fur ist auf erinnere erinner mich zum zur beim muss anrufen"
    ),
)
DUTCH = Tongue(
    "Dutch",
    _words("een twee drie vier vijf zes zeven acht negen tien elf twaalf"),
    _pairs(
        r"""over N uur = in {n} hour | over N minuten = in {n} minute | over N dagen = in {n} day | (?:om )?half N = at {before}:30 | (?:om )?kwart over N = quarter past {n}
        | (?:om )?kwart voor N = quarter to {n} | (?:om )?N uur = at {h} o'clock | om N[:.](\d\d) = at {h}:{m} | om N = at {n} | overmorgen = day after tomorrow | vanavond = this evening
        | vanmiddag = this afternoon | vanochtend = this morning | morgenochtend = tomorrow morning | morgenavond = tomorrow evening | morgenmiddag = tomorrow afternoon | vandaag = today
        | morgen = tomorrow | elke dag = every day | elke = every | volgende week = next week | volgende = next | (?:dit )?weekend = this weekend | middernacht = midnight"""
    )
    + _named("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag", _WEEK, "(?:op )?"),
    _set(
        "herinner vandaag morgen overmorgen vanavond vanmiddag morgenochtend uur minuten dagen maandag dinsdag woensdag donderdag vrijdag zaterdag zondag elke kwart volgende"
    ),
    _set("om ik wil niet het een mijn voor naar graag moet herinner bellen van kun je"),
)
SPANISH = Tongue(
    "Spanish",
    _words("una? dos tres cuatro cinco seis siete ocho nueve diez once doce"),
    _pairs(
        r"""(?:dentro de|en) N horas? = in {n} hour | (?:dentro de|en) N minutos = in {n} minute | (?:dentro de|en) N dias? = in {n} day | (?:dentro de|en) N semanas? = in {n} week
        | a las? N y media = at {n}:30 | a las? N y cuarto = at {n}:15 | a las? N menos cuarto = quarter to {n} | a las? N[:.h](\d\d)(?: ?h)? = at {h}:{m} | a las? N = at {n} | sobre las N = around {n}
        | pasado manana = day after tomorrow | manana por la manana = tomorrow morning | manana por la tarde = tomorrow afternoon | manana por la noche = tomorrow evening
        | (?:de|por|en) la manana = in the morning | (?:de|por|en) la tarde = in the afternoon | (?:de|por|en) la noche = in the evening | esta tarde = this afternoon | esta noche = tonight
        | esta manana = this morning | hoy = today | manana = tomorrow | todos los dias = every day | cada dia = every day | todas las semanas = every week | todos los = every | cada = every
        | (?:la )?(?:proxima semana|semana que viene) = next week | (?:este )?fin de semana = this weekend | al mediodia = at noon | mediodia = noon | medianoche = midnight"""
    )
    + _named("lunes martes miercoles jueves viernes sabados? domingos?", _WEEK, "(?:el |los )?")
    + tuple(
        (rf"(\d{{1,2}}) de {name}", rf"{{d}} {english}")
        for name, english in _named(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            _MONTHS,
        )
    ),
    _set(
        "quiero recuerdame hoy manana pasado tarde noche dentro horas minutos semana semanas dias lunes martes miercoles jueves viernes sabado domingo mediodia medianoche proxima febrero junio agosto septiembre octubre noviembre diciembre"
    ),
    _set(
        "las quiero por favor para el los una mi es yo tengo que recuerdame recordar llamar comprar cita del al necesito ir y las ayudame gracias"
    ),
)
FRENCH = Tongue(
    "French",
    _words("une? deux trois quatre cinq six sept huit neuf dix onze douze"),
    _pairs(
        r"""dans N ?h(?:eures?)?\b = in {n} hour | dans N minutes? = in {n} minute | dans N jours? = in {n} day | dans N semaines? = in {n} week | dans une demi-heure = in 30 minute
        | pendant N ?h(?:eures?)?\b = for {n} hour | (?:a |vers )?N ?h(?:eures?)? et demie = at {h}:30 | (?:a |vers )?N ?h(?:eures?)? et quart = at {h}:15 | (?:a )?N heures? moins le quart = quarter to {n}
        | (?:a |vers )?N ?h(?:eures?)? ?(\d\d)\b = at {h}:{m} | (?:a |vers )?N ?h(?:eures?)? du matin = at {h} am | (?:a |vers )?N ?h(?:eures?)? (?:du soir|de l'apres-midi) = at {h} pm
        | (?:a |vers )?N ?h(?:eures?)?\b = at {hh}:00 | apres-demain = day after tomorrow | demain matin = tomorrow morning | demain soir = tomorrow evening | demain apres-midi = tomorrow afternoon
        | demain midi = tomorrow noon | ce soir = this evening | ce matin = this morning | cet apres-midi = this afternoon | cette nuit = tonight | aujourd'hui = today | demain = tomorrow
        | (?:tous les|chaque) jours? = every day | chaque matin = every morning | chaque soir = every evening | toutes les semaines = every week | (?:tous les|chaque) = every
        | (?:la )?semaine prochaine = next week | (?:ce )?week-end = this weekend | a midi = at noon | midi = noon | minuit = midnight"""
    )
    + tuple(
        pair
        for name, english in _named(
            "lundis? mardis? mercredis? jeudis? vendredis? samedis? dimanches?", _WEEK, "(?:le )?"
        )
        for pair in ((f"{name} prochain", f"next {english}"), (name, english))
    )
    + tuple(
        (rf"(?:le )?(\d{{1,2}}) {name}", rf"{{d}} {english}")
        for name, english in _named(
            "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre", _MONTHS
        )
    ),
    _set(
        "voudrais rappelle demain soir matin aujourd dans heures heure jours semaine lundi mardi mercredi jeudi vendredi samedi dimanche prochain prochaine apres midi minuit chaque tous"
    ),
    _set(
        "ce je veux voudrais pas et avec pour le les une mon ma mes est rappelle moi rappeler chez du dois acheter appeler s'il vous plait faire merci aide"
    ),
)
ITALIAN = Tongue(
    "Italian",
    _words("un[ao]? due tre quattro cinque sei sette otto nove dieci undici dodici"),
    _pairs(
        r"""(?:tra|fra) un'ora = in 1 hour | (?:tra|fra) N or[ae] = in {n} hour | (?:tra|fra) N minuti = in {n} minute | (?:tra|fra) N giorni = in {n} day | (?:tra|fra) N settimane = in {n} week
        | all[e'] ?N e mezz[ao] = at {n}:30 | alle N e un quarto = at {n}:15 | alle N meno un quarto = quarter to {n} | alle N[:.](\d\d) = at {h}:{m} | alle (?:ore )?N = at {n} | verso le N = around {n}
        | dopodomani = day after tomorrow | domani mattina = tomorrow morning | domani sera = tomorrow evening | domani pomeriggio = tomorrow afternoon | stasera = this evening | stamattina = this morning
        | oggi pomeriggio = this afternoon | (?:di|del) mattin[ao] = in the morning | (?:di|del) pomeriggio = in the afternoon | di sera = in the evening | oggi = today | domani = tomorrow
        | ogni giorno = every day | tutti i giorni = every day | ogni = every | (?:la )?(?:prossima settimana|settimana prossima) = next week | (?:questo )?fine settimana = this weekend
        | a mezzogiorno = at noon | mezzogiorno = noon | mezzanotte = midnight"""
    )
    + _named("lunedi martedi mercoledi giovedi venerdi sabato domenica", _WEEK, "(?:di )?"),
    _set(
        "voglio vorrei ricordami oggi domani dopodomani stasera stamattina mattina pomeriggio alle ore minuti giorni settimana settimane lunedi martedi mercoledi giovedi venerdi sabato domenica ogni mezzogiorno mezzanotte tra prossima"
    ),
    _set(
        "voglio non per il gli una mio mia sono che ricordami devo chiamare dal dalla appuntamento andare comprare vorrei grazie aiutami di"
    ),
)
PORTUGUESE = Tongue(
    "Portuguese",
    _words("uma? duas tres quatro cinco seis sete oito nove dez onze doze"),
    _pairs(
        r"""(?:daqui a|em) N horas? = in {n} hour | (?:daqui a|em) N minutos = in {n} minute | (?:daqui a|em) N dias = in {n} day | (?:daqui a|em) N semanas? = in {n} week
        | as N e meia = at {n}:30 | as N ?h(?:oras?)? da (?:tarde|noite) = at {h} pm | as N ?h(?:oras?)? da manha = at {h} am | as N ?[:h](\d\d) = at {h}:{m} | as N ?h(?:oras?)?\b = at {hh}:00 | as N = at {n}
        | depois de amanha = day after tomorrow | amanha de manha = tomorrow morning | amanha a tarde = tomorrow afternoon | amanha a noite = tomorrow evening | hoje a noite = tonight
        | hoje a tarde = this afternoon | (?:da|de|pela) manha = in the morning | (?:da|de|pela) tarde = in the afternoon | (?:da|de|pela) noite = in the evening | esta noite = tonight
        | hoje = today | amanha = tomorrow | todos os dias = every day | todo dia = every day | toda = every | cada = every | (?:na )?(?:proxima semana|semana que vem) = next week
        | (?:neste )?fim de semana = this weekend | (?:ao )?meio[- ]dia = at noon | meia[- ]noite = midnight"""
    )
    + _named(
        "segunda(?:.feira)? terca(?:.feira)? quarta(?:.feira)? quinta(?:.feira)? sexta(?:.feira)? sabado domingo",
        _WEEK,
        "(?:na |no )?",
    ),
    _set(
        "quero hoje amanha depois noite tarde horas minutos semana segunda terca quarta quinta sexta feira sabado domingo todos daqui proxima"
    ),
    _set(
        "quero nao com meu minha preciso lembre lembra ligar para comprar dentista os uma do da na favor tenho que ir obrigado ajuda"
    ),
)
TURKISH = Tongue(
    "Turkish",
    _words("bir iki uc dort bes alti yedi sekiz dokuz on onbir oniki"),
    _pairs(
        r"""N saat sonra = in {n} hour | N dakika sonra = in {n} minute | N gun sonra = in {n} day | N hafta sonra = in {n} week | (?:saat )?N bucuk(?:ta)? = at {n}:30
        | (?:saat )?N[:.](\d\d)(?:'?[dt][ae])?\b = at {h}:{m} | saat N(?:'?[dt][ae])?\b = at {n} | N'[dt][ae]\b = at {n} | obur gun = day after tomorrow | yarin sabah = tomorrow morning
        | yarin aksam = tomorrow evening | yarin ogleden sonra = tomorrow afternoon | bu aksam = this evening | bu sabah = this morning | bu gece = tonight | bugun = today | yarin = tomorrow
        | her gun = every day | her sabah = every morning | her aksam = every evening | her hafta = every week | her = every | (?:gelecek|onumuzdeki) hafta = next week | haftaya = next week
        | hafta sonu = this weekend | ogle(?:n|yin) = at noon | gece yarisi = midnight"""
    )
    + _named("pazartesi sali carsamba persembe cuma cumartesi pazar", _WEEK),
    _set(
        "istiyorum hatirlat bugun yarin saat dakika hafta gun sabah aksam gece ogle ogleden pazartesi sali carsamba persembe cuma cumartesi sonra bucuk haftaya obur"
    ),
    _set(
        "istiyorum icin ve bana hatirlat doktor ara aramayi annemi bir randevu disci lutfen almak gitmek toplanti var tesekkurler yardim et"
    ),
)
TONGUES = (GERMAN, SPANISH, FRENCH, ITALIAN, PORTUGUESE, TURKISH, DUTCH)
