"""Intents, titles and lists in many moods: terse, polite, rambling, rude, dictated."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agents.offline.goals import goals_in
from agents.offline.understand import understand
from reminders.rules.when import When

ZONE = "Europe/London"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(ZONE))  # a Wednesday

SAID = {
    "CREATE": """do the laundry tomorrow|do my homework at 6|laundry|dentist|this evening call dad|first thing monday call the bank
        |um so basically I must not forget the thing with the car on thursday at 8|mind reminding me to lock the door at 11pm?
        |it would be great if you could remind me to breathe at noon|can i get a nudge at 4 to drink water|shout at me at 6 to leave work
        |- laundry|* call mum|tomorrow: call bank, post parcel, buy stamps|1) call mum 2) pay rent 3) book dentist|https://example.com/read
        |block 30 min for email every day at 9|dentist on diwali|revise chapter 3 tomorrow|booked the dentist for friday 3pm
        |see the dentist tomorrow at 3|drop off the kids at 8pm|throw out the rubbish at 8pm|thanks, call mum at 5|clear the table at 7pm""",
    "DONE": """yep did it|all done thanks|took my pills|I've taken my vitamins|went to the gym|called mum|dishes done|the laundry is done
        |ran 5k this morning|finished the report an hour ago|paid the rent""",
    "MISSED": "I didn't do the run|i did not go to the gym|forgot the run|I missed yoga|haven't done the dishes|never got round to calling mum",
    "DELETE": """don't remind me about the gym|stop reminding me to drink water|skip the gym tomorrow|no more reminders about the bins
        |I don't need the milk reminder anymore""",
    "PAUSE": "don't remind me|stop reminding me|no reminders this weekend|I'm ill|quiet please|I'm off sick today",
    "RESCHEDULE": """bring the call forward to 2|meeting moved to 4|can't make 3pm, do 5 instead|make the run shorter|push dentist back an hour
        |actually make it 6""",
    "MODIFY_GOAL": "I want to change my goal|give up on the marathon|make my plan easier|pause my running plan|drop the spanish goal",
    "QUERY": "did I do the run|have i taken my pills|show me this week|todo list|anything on tonight?|what did i miss yesterday",
    "SETTINGS": "I work 9 to 5|no calls please|set my timezone to Berlin|my bedtime is 11",
    "SNOOZE": "ask me tomorrow|remind me again in an hour|snooze 20",
    "SMALLTALK": "morning!|cheers mate|you're great",
    "GOAL": "get fit|I'd like to read more|help me sleep better|lose 5 kg by june",
    "OTHER": "i was late again|the sky is blue|e|12345|...",
}  # fmt: skip
CASES = [(phrase.strip(), intent) for intent, phrases in SAID.items() for phrase in phrases.split("|")]

TITLES = """
    hey so I was thinking about everything and anyway can you remind me to ring the vet tomorrow at ten => ring the vet
    could you possibly be so kind as to remind me to book the train on saturday => book the train
    Please, could you remind me, if possible, to send the invoice on Monday? => send the invoice
    i wanna be reminded to take my vitamins every morning at 8 => take my vitamins
    gotta pick up jonas 3.15pm => pick up jonas
    kindly remind me to submit the form by EOD => submit the form
    rent due on the 1st => rent
    call dad later today => call dad
    dentist fri 2pm 🦷 => dentist 🦷
    reply to bob@example.com at 4 => reply to bob@example.com
    take the 5pm train to leeds on friday => take the 5pm train to leeds
    renew passport (expires 14 may) => renew passport
    spend 15 minutes tidying tomorrow => tidying
    <b>hi</b> tomorrow at 5 => <b>hi</b>
    recuérdame comprar leche mañana a las 5 => comprar leche
"""

LISTS = """
    call mum at 5, gym at 7 and buy milk => call mum Wed 17:00 | gym Wed 19:00 | buy milk -
    dentist tomorrow at 10 and haircut at 2 => dentist Thu 10:00 | haircut Thu 14:00
    dentist tomorrow 10am, haircut friday 2pm, pay rent => dentist Thu 10:00 | haircut Fri 14:00 | pay rent -
    tomorrow: call bank, post parcel => call bank Thu | post parcel Thu
    today i need to call the bank and post the parcel => call the bank Wed | post the parcel Wed
    laundry, dishes, hoovering => laundry - | dishes - | hoovering -
    1. laundry 2. dishes => laundry - | dishes -
    remind me to call mum at 5 and to pay rent tomorrow => call mum Wed 17:00 | pay rent Thu
    cook pasta and clean the kitchen tonight => cook pasta night | clean the kitchen night
    gym monday, swim thursday, run friday => gym Mon | swim Thu | run Fri
    meds at 8am and 8pm => meds Thu 08:00 | meds Wed 20:00
    walk the dog at 7pm; take out bins at 8pm => walk the dog Wed 19:00 | take out bins Wed 20:00
"""
ONE = """buy milk, eggs and bread|call mum and dad|lunch with ann, bob and carl on friday|fish and chips friday|read war and peace
    |pay rent, electricity and water bills on the 1st|watch tom and jerry tonight|clean between 2 and 4|book train to york and back on friday"""


def rows(table: str) -> list[tuple[str, str]]:
    lines = (line.strip() for line in table.strip().splitlines())
    return [(said.strip(), heard.strip()) for said, _, heard in (line.partition(" => ") for line in lines)]


def _time(when: When | None) -> str:
    if when is None:
        return "-"
    return (
        when.part or f"{when.first_local:%a %H:%M}" if when.part or when.timed else f"{when.first_local:%a}"
    )


@pytest.mark.parametrize(("phrase", "intent"), CASES)
def test_an_intent_is_understood_in_many_moods(phrase: str, intent: str) -> None:
    assert understand(phrase, NOW, ZONE).intent == intent


@pytest.mark.parametrize(("text", "title"), rows(TITLES))
def test_a_title_is_what_was_asked_for_and_nothing_around_it(text: str, title: str) -> None:
    assert understand(text, NOW, ZONE).slots["title"] == title


@pytest.mark.parametrize(("text", "items"), rows(LISTS))
def test_a_list_is_cut_where_a_task_begins(text: str, items: str) -> None:
    expected = [item.strip() for item in items.split("|")]
    found = understand(text, NOW, ZONE).slots["items"]
    shown = [f"{item['title']} {_time(item['when'])}" for item in found]
    assert shown == expected


@pytest.mark.parametrize("text", [text.strip() for text in ONE.split("|")])
def test_one_task_stays_one(text: str) -> None:
    assert "items" not in understand(text, NOW, ZONE).slots


def test_of_fifty_tasks_the_first_ten_are_taken_and_the_rest_is_counted() -> None:
    slots = understand(", ".join(f"call person{number:02d}" for number in range(50)), NOW, ZONE).slots
    assert (len(slots["items"]), slots["more"]) == (10, 40)


def test_goals_in_one_message_are_told_apart() -> None:
    text = "my goals: 1. quit smoking 2. learn guitar and run a marathon, lose 5 kg; read more books"
    assert goals_in(text)[:3] == ["quit smoking", "learn guitar", "run a marathon"]
    assert goals_in("buy milk, call mum and pay rent") == []
    assert len(goals_in("\n".join(f"- learn skill{number}" for number in range(50)))) == 50
