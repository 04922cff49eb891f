"""Answers to a reminder, in many moods, and the payload of the buttons below it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.answers import (
    ACTIONS,
    TaskTap,
    format_tap,
    parse_answer,
    parse_bare,
    parse_tap,
    snooze_argument,
)
from storage.vocabulary import Answer

TASK = UUID("6f1d2c3b-4a59-4877-9695-a4b3c2d1e0f9")

SAID = {
    Answer.DONE: """1|1.|done|Done!|DONE|did it|yep finished|all done|I did it this morning|i'm done|just finished|finished it|
        nailed it|Already done|done 👍|👍|👍🏽|✅|💪|yes done, thanks|Ok done|it's done|that's done|completed|I've done it|done already|
        crushed it|phew, done|got it done|took care of it|done and dusted|mark it as done|all sorted|finally finished it|we did it|
        done for today|yes I did|check|did that yesterday|boom, done|just did it|I have finished|
        doneee|donr|finshed|did it!! so proud|done, felt great|finished it 5 mins ago|finished 10 minutes ago|took them|I took it|taken|
        done and done|yes boss done|one|option 1|👍 thanks|had it already""",
    Answer.ON_IT: """4|on it|I'm on it|on my way|omw|doing it now|starting now|working on it|just started|about to start|will do|
        I'll do it now|heading out now|almost done|nearly there|halfway there|ok, on it!|going now|I'll get on it right away|
        already on my way|wilco|getting ready|in progress|almost|so close|nearly|option 4|leaving now""",
    Answer.SNOOZE: """not yet|Not yet, sorry|in a bit|in a minute|later|later today|snooze|snooze for an hour|in 10 minutes|in half an hour|
        give me 20 minutes|remind me in an hour|ask me again later|remind me tonight|after work|hang on|one sec|not right now|
        haven't yet|i haven't done it yet|tonight|5 more minutes|I'll do it later|i'll do it tonight|snooze until tonight|
        not done yet|💤|give me a sec|in 5|in 10|gimme 10|5 more mins|10m|maybe later|busy|I'm in a meeting|driving|on the phone|
        starting in 5 minutes|let me finish this first|snooze 30|zzz|another 5 minutes""",
    Answer.RESCHEDULE: """2|reschedule|Reschedule it please|postpone it|move it|move it to tomorrow|tomorrow|another day|another time|
        can we do it tomorrow|let's do it tomorrow|push it to next week|bad time|pick another time|can't right now|
        not a good time|i'd rather do it tomorrow|on Friday instead|two|can we move it|i can't right now""",
    Answer.MISSED: """3|can't today|can't|I can't do it today|cannot today|not today|no, not today|skip|skip it|skip today|missed it|
        I missed it|forgot|I forgot about it|didn't do it|couldn't make it|too tired|too busy today|no time today|I'm sick today|
        won't make it|sorry, can't make it today|ran out of time|👎|pass|nope, didn't|not gonna happen|not feeling it|don't feel like it|I'm exhausted|too late now|
        it's too late|can't be bothered|I don't want to|three""",
}
CASES = [(phrase.strip(), answer) for answer, phrases in SAID.items() for phrase in phrases.split("|")]

NOT_ANSWERS = """no|yes|ok|nope|yeah|sure|hello|thanks|done with this app|I am done with running forever, new goal|5|12|0|
    call mum tomorrow 6pm|what did I miss|did it rain?|I want to finish a marathon|finish the report by friday|12345|1 2|
    remind me to skip rope|move 2 to the evening|no Sundays|is it done?|what's done|not sure|can't you help me|
    I did my homework with Anna and then we went out|cancel|stop|undo||   |🙂|👍👎|later bird gets the worm|tomorrow 6pm gym|done, but only half|
    did the run|half of it|at 6pm|around 7|tomorrow at 9|done? not yet|done, remind me of the next one at 5|this afternoon|after lunch"""


@pytest.mark.parametrize(("phrase", "answer"), CASES)
def test_an_answer_is_understood_in_many_moods(phrase: str, answer: Answer) -> None:
    assert parse_answer(phrase) == answer


@pytest.mark.parametrize("phrase", [phrase.strip() for phrase in NOT_ANSWERS.split("|")])
def test_what_is_no_answer_is_left_to_the_conversation(phrase: str) -> None:
    assert parse_answer(phrase) is None


@pytest.mark.parametrize(
    ("phrase", "argument"),
    [
        ("snooze", ""),
        ("in 10 minutes", "10"),
        ("in an hour", "60"),
        ("half an hour", "30"),
        ("tonight", "tonight"),
        ("remind me this evening", "tonight"),
        ("snooze until tomorrow", "tomorrow"),
        ("2h", "120"),
        ("in 5", "5"),
        ("gimme 10", "10"),
        ("snooze 30", "30"),
        ("5 more minutes", "5"),
        ("later", "60"),
        ("after work", "tonight"),
    ],
)
def test_a_snooze_in_words_says_how_long(phrase: str, argument: str) -> None:
    assert snooze_argument(phrase) == argument


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_answers(text: str) -> None:
    parse_answer(text)
    snooze_argument(text)
    parse_tap(text)


@given(
    st.uuids(),
    st.integers(0, 10**6),
    st.sampled_from(sorted(ACTIONS)),
    st.sampled_from(["", "10", "tonight", "1772697600a"]),
)
def test_a_tap_comes_back_as_it_was_sent(task_id: UUID, version: int, action: str, argument: str) -> None:
    tap = TaskTap(task_id, version, action, argument)
    data = format_tap(tap)
    assert len(data.encode()) <= 64
    assert parse_tap(data) == tap


@pytest.mark.parametrize(
    "data",
    [
        "",
        "t:",
        "c:1:ok",
        f"t:{TASK.hex}:1:explode",
        f"t:{TASK}:1:done",
        f"t:{TASK.hex}:x:done",
        f"t:{TASK.hex}:1:done:" + "9" * 17,
        f"t:{TASK.hex}:1:done\n",
        f"T:{TASK.hex}:1:done",
    ],
)
def test_a_foreign_payload_is_no_tap(data: str) -> None:
    assert parse_tap(data) is None


def test_a_payload_that_would_not_come_back_is_refused() -> None:
    with pytest.raises(ValueError, match="not a payload"):
        format_tap(TaskTap(TASK, 1, "explode"))
    with pytest.raises(ValueError, match="not a payload"):
        format_tap(TaskTap(TASK, 1, "snooze", "until the cows come home"))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yes", Answer.DONE),
        ("yep!", Answer.DONE),
        ("it went well", Answer.DONE),
        ("yes it did", Answer.DONE),
        ("really good, thanks", Answer.DONE),
        ("Great", Answer.DONE),
        ("no", Answer.MISSED),
        ("not really", Answer.MISSED),
        ("it didn't happen", Answer.MISSED),
        ("", None),
        ("?", None),
        ("yes, and remind me to buy milk", None),
        ("1h", None),
        ("it was raining", None),
    ],
)
def test_how_it_went_is_answered_in_few_words(said: str, answer: Answer | None) -> None:
    assert parse_bare(said, asked_how=True) == answer


@pytest.mark.parametrize(
    ("said", "minutes"), [("1h", "60"), ("10 min", "10"), ("in 20 minutes", "20"), ("half an hour", "30")]
)
def test_a_length_alone_behind_a_reminder_is_a_snooze(said: str, minutes: str) -> None:
    assert parse_bare(said, asked_how=False) == Answer.SNOOZE
    assert snooze_argument(said) == minutes


@pytest.mark.parametrize("said", ["yes", "no", "ok", "gym 1h", "10", ""])
def test_other_few_words_behind_a_reminder_are_no_answer(said: str) -> None:
    assert parse_bare(said, asked_how=False) is None
