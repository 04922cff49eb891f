"""Street addresses and postcodes, as they are written in a dozen countries."""

from __future__ import annotations

import re

from agents.privacy.identifiers import Kind, Span

_NUMBER = r"\d{1,5}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?"
_PROPER = r"(?:[A-ZÀ-ÖØ-Þ][\w'’]{1,30}\.?|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"
# Suffixes that say little by themselves ("10 minutes way") count after capitals only.
_SURE = r"(?:street|road|avenue|lane|boulevard|terrace|crescent|parkway|highway)"
_NAMED = r"(?:Street|Road|Rd|Avenue|Ave|Lane|Boulevard|Blvd|Terrace|Crescent|Parkway|Highway)"
_MAYBE = r"(?:St|Rd|Ave|Av|Ln|Blvd|Dr|Drive|Sq|Square|Ct|Court|Pl|Place|Way|Close|Gardens|Gdns|Mews|Row|Hill|Park|Walk|Grove|Rise|Quay|Wharf|Alley|Pkwy|Hwy|Ter|Cres)"
_POSTCODE = (
    r"(?:[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}\b|[A-Z]{2}\s\d{5}(?:-\d{4})?\b|[A-Z]\d[A-Z]\s?\d[A-Z]\d\b|(?:[A-Z]{1,2}-)?\d{4,5}\s+(?=[A-ZÀ-ÖØ-Þ][a-zà-ÿ]{2,})"
    r"|\b\d{4}\s?(?!AM\b|PM\b)[A-Z]{2}\b)"
)
_CITY = rf"{_PROPER}(?:\s{_PROPER}){{0,2}}"
_TAIL = (  # flat, postcode and city that follow a street
    r"(?:\s(?:NE|NW|SE|SW|N|S|E|W)\b)?"
    rf"(?:\s?,?\s(?:flat|apartment|apt\.?|unit|floor|suite|top)\s?#?\s?\w{{1,5}}\b)?"
    rf"(?:\s?,\s?{_CITY}){{0,2}}(?:\s?,?\s?{_POSTCODE}(?:{_CITY})?)?"
)
_AMOUNT = r"min|km|mile|time|x|of|more|lap|step|word|page|metre|meter|hour|day|week|month|pm|am"
_FLAT = r"(?:(?:flat|apartment|apt\.?|unit|suite)\s?#?\s?\w{1,5}\s?,?\s)?"
_ENGLISH = re.compile(
    rf"\b{_FLAT}{_NUMBER},?\s(?:{_PROPER}[\s-]){{1,4}}(?:{_MAYBE}\b\.?|(?i:{_SURE})\b){_TAIL}"
    rf"|\b{_FLAT}(?:{_PROPER}[\s-]){{1,4}}{_NAMED}\b\.?{_TAIL}"
    rf"|\b{_FLAT}{_NUMBER},?\s(?!(?i:{_AMOUNT})\w*\s)(?:[\w'’]{{2,30}}\s){{1,3}}(?i:{_SURE})\b{_TAIL}"
)
_GERMANIC = re.compile(
    rf"\b(?:[A-ZÀ-ÖØ-Þ][\w'’]{{1,30}}[\s-]){{0,3}}\w{{2,40}}(?i:straße|strasse|str\.|gasse|allee|platz|weg|ufer|damm|chaussee|straat|laan|plein|gracht|kade|gatan|vägen|gade|vej|veien|gata)\s{_NUMBER}\b{_TAIL}"
    rf"|\b(?:[A-ZÀ-ÖØ-Þ][\w'’]{{1,30}}[\s-]){{1,3}}(?:Straße|Strasse|Str\.|Gasse|Allee|Platz|Weg|Ufer|Damm)(?:\s{_NUMBER}\b)?{_TAIL}"
    rf"|\b[A-ZÀ-ÖØ-Þ]\w{{2,40}}(?:straße|strasse|gasse|gracht|straat)\b"
    rf"|\b(?:Am|An der|Im|In der|Auf der|Zum|Zur)\s(?!\w{{2,8}}(?:tag|abend|woch)\b|Morgen|Uhr)[A-ZÀ-ÖØ-Þ]\w{{2,30}}\s\d{{1,4}}\s?[a-z]?\b(?!:){_TAIL}"
)
_ROMANCE = re.compile(
    rf"\b(?:{_NUMBER},?\s(?:bis\s|ter\s)?)?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Ii]mpasse|[Aa]llée|[Cc]hemin|[Qq]uai)\s(?:(?:de|du|des|la|le|les|l['’]|d['’])\s?){{0,2}}{_PROPER}(?:[\s-]{_PROPER}){{0,3}}{_TAIL}"
    rf"|\b(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]aseo|[Cc]arrer|Via|Viale|[Pp]iazza|Corso|[Rr]ua|[Tt]ravessa|[Ll]argo)\s(?:(?:de|del|della|dei|da|do|dos|la|las|los)\s){{0,2}}{_PROPER}(?:\s{_PROPER}){{0,3}}(?:,?\s(?:n[.º°]?\s?)?\d{{1,4}}\b)?{_TAIL}"
)
_SLAVIC = re.compile(
    rf"\b(?:ul\.|ulica|ulitsa|ул\.|улица|cad\.|sok\.|mah\.)\s{_PROPER}(?:\s{_PROPER}){{0,2}}(?:,?\s(?:[Nn]o:?\s?)?\d{{1,4}}\b)?{_TAIL}|\b{_PROPER}(?:\s{_PROPER}){{0,2}}\s(?:[Cc]addesi|[Ss]okak|[Ss]okağı|[Uu]lica|[Uu]tca|[Kk]atu|ulice)(?:,?\s(?:[Nn]o:?\s?)?\d{{1,4}}\b)?{_TAIL}"
)
_BOX = re.compile(r"\b(?:p\.?\s?o\.?\s?box|postfach)\s\d{1,6}\b", re.IGNORECASE)
_ALONE = re.compile(  # a postcode without its street
    r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s\d[A-Za-z]{2}\b|\b[A-Z]{2}\s\d{5}(?:-\d{4})?\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"
    r"|\b(?:[A-Z]{1,2}-)?\d{5}\s(?!Steps|Words|Pages|Points|Euro|Dollar|Mile|Kilo|Calor|Time|Step)[A-ZÀ-ÖØ-Þ][a-zà-ÿ]{2,30}\b"
)
_CAPITAL_OR_DIGIT = re.compile(r"[A-ZÀ-ÖØ-Þ\d]|у")
_PATTERNS = (_ENGLISH, _GERMANIC, _ROMANCE, _SLAVIC, _BOX, _ALONE)


def streets_in(text: str) -> list[Span]:
    """Where addresses stand. Over-long matches only hide a city too."""
    if not _CAPITAL_OR_DIGIT.search(text):
        return []
    return [
        Span(found.start(), found.end(), Kind.PLACE)
        for pattern in _PATTERNS
        for found in pattern.finditer(text)
    ]
