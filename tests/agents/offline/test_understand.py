"""Messages understood by rules alone: intents and slots in own words, and what no text may do."""

import subprocess
import sys
from datetime import datetime
from time import thread_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.offline.understand import INTENTS, Understanding, understand

ZONE = "Europe/London"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(ZONE))  # a Wednesday

SAID = {
    "CREATE": """call mum tomorrow 6pm|remind me to water the ferns on sunday|gym mon wed fri at 7|dentist thursday 3pm|buy oat milk|
        I need to return the drill|don't let me forget the passports on friday|wake me up at 6|put lunch with Ravi in my calendar for monday at noon|
        stretch every morning at 6:30|ok, remind me to ring the bank at 4|can you set a reminder for the parcel tomorrow|
        remind me to cancel the gym on friday|take vitamins daily at 8am|I want to run tomorrow at 7|pay the gas bill by friday""",
    "GOAL": """I want to run a 10k|learn italian|get fit|I'd like to lose 4 kg by june|help me write a novel|quit smoking|I want to read more|
        my goal is to sleep better|train for a marathon|save money for a trip|I want to learn the cello in 6 weeks|become a better cook|
        I want to meditate every day|build a habit of journaling|improve my french""",
    "QUERY": """what's on today|what do I have tomorrow|show my reminders|when is my next meeting|am I free on friday|do I have anything tonight|
        list my tasks for this week|how am I doing|how many reminders do I have left|what's next""",
    "RESCHEDULE": """move the run to friday 6pm|change my alarm to 7|postpone the dentist|make it 5pm|can you push the meeting to next week|
        remind me at 9 instead of 8|could we do thursday instead|I'd rather do it in the evening|reschedule tomorrow's lesson to thursday""",
    "DELETE": """cancel the dentist|delete all reminders for tomorrow|remove the yoga class|I no longer need the alarm|get rid of the parcel reminder|
        please clear my calendar for friday""",
    "DONE": "done|did it|I finished the report|mark the laundry as done|I've done my homework|finished my run",
    "ON_IT": "on it|on my way|starting now|doing it now",
    "SNOOZE": "snooze|snooze for 10 minutes|please snooze it|remind me again",
    "PAUSE": "pause until monday|I'm on holiday until Sunday|stop reminding me until friday|resume|I'm on vacation",
    "SETTINGS": "settings|I'm in Tokyo|change my time zone to Berlin|turn off calls|call me Sam|my phone number is +44 7700 900123",
    "AFFIRM": "yes|yep|looks good|perfect|sounds great|that works|sure, go ahead|yes please",
    "NEGATE": "no|nope|no thanks|not really|not now|that's wrong|I don't want that",
    "CANCEL": "stop|cancel|never mind|forget it|please stop",
    "SMALLTALK": "thanks!|hi|good morning|how are you|tell me a joke|are you a robot|bye|thank you so much",
    "HELP": "help|what can you do|how does this work|how do I change my time zone",
    "OTHER": "what's the weather like|play some jazz|who won the match|translate cat into french|book me a table for 4|banana|tomorrow|maybe tomorrow|I can't do that today|change your name to Bob",
}  # fmt: skip
CASES = [(phrase.strip(), intent) for intent, phrases in SAID.items() for phrase in phrases.split("|")]


def hear(text: str) -> Understanding:
    return understand(text, NOW, ZONE)


@pytest.mark.parametrize(("phrase", "intent"), CASES)
def test_an_intent_is_understood(phrase: str, intent: str) -> None:
    assert hear(phrase).intent == intent


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Remind me to water the ferns on Sunday", "water the ferns"),
        ("call mum tomorrow 6pm", "call mum"),
        ("could you please add a reminder for the school fair next Tuesday at 3?", "the school fair"),
        ("gym mon wed fri at 7am for 45 min", "gym"),
        ("Tomorrow at noon I need to pick up the cake", "pick up the cake"),
        ("remind me to set the table at 6", "set the table"),
        ('schedule "quarterly review" for friday at 10', "quarterly review"),
        ("book club on thursday evening", "book club"),
        ("remind me on 31 February to pay the rent", "pay the rent"),
        ("wake me up at 6", "wake up"),
    ],
)
def test_a_title_comes_out_clean(text: str, title: str) -> None:
    heard = hear(text).slots["title"]
    assert heard.removeprefix("the ") == title.removeprefix("the ")


def test_who_and_where_are_kept_beside_the_title() -> None:
    slots = hear("schedule lunch with Ravi and Mo at Nando's on monday at noon").slots
    assert (slots["title"], slots["people"], slots["place"]) == ("lunch", ["Ravi", "Mo"], "Nando's")
    assert slots["full_title"] == "lunch with Ravi and Mo at Nando's"


@pytest.mark.parametrize(
    ("text", "title"),
    [("move my run to friday 6pm", "run"), ("cancel the dentist", "dentist"), ("mark the laundry as done", "laundry"), ("I finished the report", "report"), ("make it 5pm", "")],
)  # fmt: skip
def test_what_is_changed_is_named(text: str, title: str) -> None:
    assert hear(text).slots["title"] == title


def test_several_tasks_in_one_message_become_items() -> None:
    items = hear("buy milk, call Ann at 5pm and then book the dentist tomorrow").slots["items"]
    assert [item["title"] for item in items][:2] == ["buy milk", "call Ann"]
    assert [item["when"] is None for item in items] == [True, False, False]


def test_a_list_of_lines_is_several_tasks() -> None:
    items = hear("remind me to:\n- buy stamps\n- water the plants tomorrow\n- ring Jo at 6pm").slots["items"]
    assert [item["title"] for item in items] == ["buy stamps", "water the plants", "ring Jo"]


@pytest.mark.parametrize(
    "text", ["lunch with Ann and Bob tomorrow", "buy bread and butter", "call Ann, my sister, at 5pm"]
)
def test_one_task_is_not_cut_at_every_and(text: str) -> None:
    assert "items" not in hear(text).slots


def test_a_recurring_task_carries_its_rule_and_length() -> None:
    slots = hear("yoga every tuesday at 6pm for 45 minutes").slots
    assert (slots["title"], slots["recurrence"], slots["duration_minutes"]) == (
        "yoga",
        "FREQ=WEEKLY;BYDAY=TU",
        45,
    )


def test_an_impossible_date_is_passed_on_as_a_problem() -> None:
    slots = hear("remind me on 31 February to pay the rent").slots
    assert slots["when"] is None
    assert "February 31" in slots["problem"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=600))
def test_no_text_breaks_the_understanding(text: str) -> None:
    assert hear(text).intent in INTENTS


def test_a_text_of_ten_thousand_characters_is_answered() -> None:
    assert hear("remind me to water the plants tomorrow at 5pm. " * 220).intent in INTENTS


def test_understanding_needs_neither_a_graph_nor_a_model() -> None:
    code = (
        "import sys, agents.offline.understand; "
        "heavy = {'litellm', 'langgraph', 'langchain_core', 'sqlalchemy', 'telegram', 'twilio'} & set(sys.modules); "
        "print(*sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_thousands_of_spaces_mean_one_and_cost_nothing() -> None:
    now = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    begun = thread_time()
    wide = understand(f"call mum{' ' * 1900}tomorrow at 6pm", now, "Europe/Berlin")
    assert wide == understand("call mum tomorrow at 6pm", now, "Europe/Berlin")
    assert thread_time() - begun < 0.3  # it took seconds where every gap was tried at every place
