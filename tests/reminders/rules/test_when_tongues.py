"""Times in other languages, from one Wednesday morning; English texts are left alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from reminders.rules.when import read_when
from reminders.rules.when.tongues import tongue_of

ZONE = "Europe/Berlin"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(ZONE))  # a Wednesday
SAID = {
    "German": """morgen um 18 Uhr Zahnarzt => 12 18:00 => Zahnarzt | übermorgen um halb sechs Anna anrufen => 13 17:30 => Anna anrufen
        | Zahnarzt am Montag um 9:30 => 16 09:30 => Zahnarzt | in 2 Stunden Wäsche => 11 11:10 => Wäsche | heute Abend um 8 Anna anrufen => 11 20:00 => Anna anrufen""",
    "Spanish": """mañana a las 5 dentista => 12 17:00 => dentista | llamar a mamá mañana a las 9 de la noche => 12 21:00 => llamar a mamá
        | reunión el lunes a las 10:30 => 16 10:30 => reunión | comprar leche hoy a las cinco y media => 11 17:30 => comprar leche | dentro de dos horas basura => 11 11:10 => basura""",
    "French": """demain à 9h dentiste => 12 09:00 => dentiste | appelle mon frère demain à 18h30 => 12 18:30 => appelle mon frère
        | rendez-vous lundi prochain à 14h => 16 14:00 => rendez-vous | dans 2 heures sortir les poubelles => 11 11:10 => sortir les poubelles""",
    "Italian": """domani alle 5 dentista => 12 17:00 => dentista | riunione lunedì alle 10:30 => 16 10:30 => riunione
        | tra due ore lavatrice => 11 11:10 => lavatrice | stasera alle 9 cena con Anna => 11 21:00 => cena con Anna""",
    "Portuguese": """amanhã às 9h dentista => 12 09:00 => dentista | reunião segunda-feira às 10:30 => 16 10:30 => reunião
        | amanhã às 5 da tarde ligar para a mãe => 12 17:00 => ligar para a mãe""",
    "Turkish": """yarın saat 5'te dişçi => 12 17:00 => dişçi | yarın sabah 9'da toplantı => 12 09:00 => toplantı
        | 2 saat sonra annemi ara => 11 11:10 => annemi ara | pazartesi saat 10:30 doktor => 16 10:30 => doktor""",
    "Dutch": "morgen om 9 uur tandarts => 12 09:00 => tandarts | maandag om half elf kapper => 16 10:30 => kapper",
}
CASES = [
    (name, *(part.strip() for part in row.split(" => ")))
    for name, rows in SAID.items()
    for row in rows.split(" | ")
]


@pytest.mark.parametrize(("tongue", "text", "moment", "rest"), CASES)
def test_a_time_in_another_language_is_understood(tongue: str, text: str, moment: str, rest: str) -> None:
    reading = read_when(text, NOW, ZONE)
    assert reading.when is not None
    assert reading.when.first_local is not None
    assert reading.when.first_local.strftime("%d %H:%M") == moment
    left = text
    for start, end in sorted(reading.span, reverse=True):
        left = left[:start] + left[end:]
    assert " ".join(left.split()) == rest
    found = tongue_of(text)
    assert found is not None
    assert found.name == tongue


def test_a_weekly_series_in_another_language() -> None:
    when = read_when("jeden Montag um 19 Uhr Yoga", NOW, ZONE).when
    assert when is not None
    assert when.rrule == "FREQ=WEEKLY;BYDAY=MO"


@pytest.mark.parametrize(
    "text",
    [
        "watch la la land tomorrow",
        "die hard movie night friday",
        "lunch at la mesa tomorrow at 1",
        "call martina on sunday",
        "remind me to buy pain au chocolat",
        "dentist 5pm",
        "study german verbs",
        "",
    ],
)
def test_english_is_not_taken_for_another_language(text: str) -> None:
    assert tongue_of(text) is None


def test_a_french_my_is_no_monday() -> None:
    assert read_when("je veux appeler mon frère", NOW, ZONE).when is None
