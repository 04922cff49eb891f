"""What a goal asks for in plain figures, computed: kilos, books and money by the week, and the time that is left."""

from __future__ import annotations

import re
from datetime import date

from agents import wording

_KILOS = re.compile(r"\b(\d{1,3}(?:[.,]\d+)?) ?(kg|kilos?|kilograms?|lbs?|pounds|stone)\b", re.IGNORECASE)
_PER_KILO = {"k": 1.0, "l": 2.205, "p": 2.205, "s": 0.1575}
_SAFE = 0.5  # kilograms a week that last, and that no doctor frowns at
_LOSE = re.compile(r"\b(?:los\w+|drop|shed|weigh|slim|take off)\b", re.IGNORECASE)
_BOOKS = re.compile(r"\b(\d{1,3}) (?:\w+ )?books\b", re.IGNORECASE)
_WEEKS_A_BOOK = 3  # at half an hour on most evenings
_MONEY = re.compile(
    r"(?P<sign>[€$£])\s?(?P<first>\d[\d.,]*)(?P<k1> ?k)?|\b(?P<second>\d[\d.,]*)(?P<k2> ?k)? ?(?P<name>euros?|eur|€|dollars?|usd|\$|pounds|gbp|£)",
    re.IGNORECASE,
)
_SAVES = re.compile(r"\b(?:sav\w+|put aside|pay off|debts?|fund|deposit)\b", re.IGNORECASE)
_WEEKS = 6


def honest_note(goal: str, starts_on: date, deadline: date | None) -> str:
    """One or two sentences of figures; "" where the words hold none."""
    weeks = max(1, ((deadline - starts_on).days + 1) // 7) if deadline else 0
    return _weight(goal, weeks) or _books(goal, weeks) or _money(goal, weeks)


def _weight(goal: str, weeks: int) -> str:
    found = _KILOS.search(goal)
    if found is None or not _LOSE.search(goal) or _SAVES.search(goal):
        return ""
    letter, wanted = found[2][0].lower(), float(found[1].replace(",", "."))
    name = {"k": "kg", "s": "stone"}.get(letter, "lb")
    pace = _SAFE * _PER_KILO[letter]
    needs, planned = max(1, round(wanted / pace)), min(_WEEKS, weeks or _WEEKS)
    each = "Half a kilo" if letter == "k" else f"About {pace:.2g} {name}"
    text = f"{each} a week is a pace that lasts: {found[1]} {name} take about {wording.count(needs, 'week')}"
    if needs <= planned:
        return f"{text}."
    here = f"{min(wanted, pace * planned):.2g} {name}"
    return f"{text}. The {wording.count(planned, 'week')} of this plan are good for {here}, and nobody rushes you."


def _books(goal: str, weeks: int) -> str:
    found = _BOOKS.search(goal)
    if found is None or int(found[1]) < 3:
        return ""
    count, needs = int(found[1]), int(found[1]) * _WEEKS_A_BOOK
    text = f"Half an hour on most evenings is a book in about three weeks: {count} books take about {needs} weeks."
    return (
        f"{text} {wording.capital(wording.count(weeks, 'week'))} would mean {count / weeks:.1g} a week."
        if 0 < weeks < needs
        else text
    )


def _money(goal: str, weeks: int) -> str:
    found = _MONEY.search(goal)
    if found is None or not weeks or not _SAVES.search(goal):
        return ""
    figure = (found["first"] or found["second"]).rstrip(".,").replace(",", "").replace(".", "")
    sum_of = int(figure) * (1000 if found["k1"] or found["k2"] else 1)
    unit = found["sign"] or found["name"]
    each = -(-sum_of // weeks)
    said = f"{unit}{each:,}" if len(unit) == 1 else f"{each:,} {unit}"
    return f"That is {said} a week for {wording.count(weeks, 'week')}."


def time_left(starts_on: date, deadline: date) -> str:
    """What the deadline means for the plan, in one sentence."""
    days = (deadline - starts_on).days + 1
    when = f"{deadline:%a} {deadline.day} {deadline:%b}" + (f" {deadline.year}" if days > 180 else "")
    if days == 1:
        return f"Only {when} is left for it: one block and no ramp."
    if days <= 7:
        return f"Only {wording.count(days, 'day')} until {when}: no slow ramp, just a block on most of them."
    if days <= 7 * _WEEKS:
        return f"It ends on {when}, as you said: {wording.count(-(-days // 7), 'week')}."
    return f"{wording.count(days // 7, 'week')} until {when}: this plan is the first six of them."
