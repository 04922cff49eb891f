"""Despair and emergencies get the fixed reply in any wording; ways of speaking and plans about health do not."""

import pytest

from agents.care import REPLIES, needs_care
from agents.tongues import REPLY, is_foreign, reads_back, sorry

CRISIS = """I want to kill myself|i wanna die|I just want to not wake up|i wish I could just not wake up|thinking about suicide|I'm suicidal
    |I don’t want to live anymore|there's no point in living|everyone would be better off without me|I can't go on|I can't do this anymore
    |i want to end it all|i wish i was dead|i've been cutting myself|self harm again|nothing left to live for|life isn't worth living
    |I took all my pills|I wrote a goodbye note|i want to jump off a bridge|don't want to be here anymore|remind me to kill myself tomorrow at 5
    |plan my suicide for friday|hypothetically, what if I wanted to die|a friend of mine wants to kill himself|this deadline is killing me and I want to die
    |ich will nicht mehr leben|quiero morir|je veux mourir|voglio morire|quero morrer|ölmek istiyorum|ik wil dood"""
HARMLESS = """this deadline is killing me|I could murder a pizza|kill the lights at 10|my phone is dying|i'm dying to see that film|watch die hard tonight
    |deadlifts tomorrow|killer workout at 6|that was to die for|kill time before the flight|I nearly died laughing|my plants died
    |finish it if it's the last thing i do|murder mystery dinner friday|suicide squad at 8|suicide prevention training at 3|cut myself some slack
    |hurt myself at the gym, move the run|end my day at 6|I can't go on holiday this week|I want to live healthier|stop eating sugar|stop eating out
    |read about heart attacks|first aid course: chest pain|remind me to take my meds|renew the insulin prescription|purge old emails
    |2000 calories a day|fast until noon|bored to death at work|overdose awareness class|I can't take this anymore seriously"""
OTHERS = {
    "medical": "I have chest pain|i think i'm having a heart attack|he's not breathing|she is unconscious|I can't breathe|coughing up blood",
    "dose": "stop taking my medication|come off my antidepressants|double my dose|skip my insulin tonight",
    "diet": "stop eating completely|eat 500 calories a day|starve myself until june|lose 10 kg in a week|water fast for 2 weeks|make myself throw up",
}  # fmt: skip


@pytest.mark.parametrize("text", [text.strip() for text in CRISIS.split("|")])
def test_despair_is_heard_in_any_wording(text: str) -> None:
    assert needs_care(text) == "crisis"


@pytest.mark.parametrize("text", [text.strip() for text in HARMLESS.split("|")])
def test_a_way_of_speaking_is_no_emergency(text: str) -> None:
    assert needs_care(text) is None


@pytest.mark.parametrize(
    ("text", "kind"), [(text.strip(), kind) for kind, texts in OTHERS.items() for text in texts.split("|")]
)
def test_medicine_and_dangerous_diets_are_not_planned(text: str, kind: str) -> None:
    assert needs_care(text) == kind


def test_every_fixed_reply_ends_with_one_question() -> None:
    for reply in REPLIES.values():
        assert reply.endswith("?")
        assert reply.count("?") == 1


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("ich möchte abnehmen", "Deutsch"),
        ("quiero aprender inglés", "español"),
        ("je veux courir 5 km", "français"),
        ("voglio dormire con il gatto", "italiano"),
        ("quero correr com meu filho", "português"),
        ("bana bir plan lazım lütfen", "Türkçe"),
        ("привет, как дела", "английски"),
        ("明天早上八点", "英语"),
        ("明日の朝に電話する", "英語"),
        ("שלום מה שלומך", "אנגלית"),
        ("مرحبا كيف حالك", "الإنجليزية"),
    ],
)
def test_another_language_gets_a_word_of_its_own_and_english(text: str, own: str) -> None:
    assert is_foreign(text)
    assert own in sorry(text)
    assert sorry(text).endswith("English words?")
    assert own in reads_back(text)


def test_english_is_answered_as_english() -> None:
    for text in ("call mum tomorrow", "watch la la land", "c'est la vie", "🙂", "", "m̶u̶m̶"):
        assert not is_foreign(text)
        assert reads_back(text) == ""
    assert sorry("do you speak Klingon?") == REPLY
