"""The evaluation itself: it reads what people write, sees what is wrong, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.evaluation import hard_rules, tone
from bot.evaluation.expectations import CHECKS
from bot.evaluation.hard_rules import Ruling, Wishes
from bot.evaluation.moments import WritingError, read_date, read_length, read_moment
from bot.evaluation.script import parse
from bot.evaluation.snapshot import Snapshot
from channels.messages import InboundKind
from storage.profile import Profile, SleepWindow
from tests.bot.evaluation_parts import BERLIN, NIGHT, NOW, entry, having

TALK = """
# a remark
=== A dentist in three words
who: Mika, Europe/Helsinki, sleeps 23:00-07:00, works Mon-Fri 9-17, morning person
at: Wed 11 Mar 2026 10:00
has: Tue 17 Mar 18:00 Yoga (60 min) weekly x6
goal: Read more
> dentist fri 3pm
| at the corner
    says: Fri 13 Mar 15:00
> [OK]
    task: Fri 13 Mar 15:00 Dentist
... until Fri 13 Mar 14:52
    question
> {forwarded} yes
> {voice note}
> {3 times} ha
"""


# ------------------------------------------------------------------ reading


def test_a_conversation_is_read_as_it_is_written() -> None:
    (talk,) = parse("capture", TALK)
    assert (talk.theme, talk.title) == ("capture", "A dentist in three words")
    assert talk.someone.zone == ZoneInfo("Europe/Helsinki")
    assert talk.someone.sleep == NIGHT
    assert talk.someone.work is not None
    assert talk.someone.work.days[-1] == "Friday"
    assert talk.start == datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
    assert (talk.planned[0].title, talk.planned[0].weeks) == ("Yoga", 6)
    assert [step.act for step in talk.steps] == ["say", "tap", "wait", "say", "say", "say"]
    assert talk.steps[0].text == "dentist fri 3pm\nat the corner"
    assert talk.steps[3].forwarded
    assert talk.steps[4].kind is InboundKind.VOICE_NOTE
    assert talk.steps[5].text == "hahaha"
    assert talk.steps[2].expectations[0].name == "question"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("at: Thu 11 Mar 2026 10:00", "is a Wed"),
        ("at: tomorrow", "not a time"),
        ("has: yoga", "write it as"),
        ("who: Mika, Europe/Helsinki, snores", "not a fact"),
        ("mood: bad", "not a line"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(line: str, says: str) -> None:
    with pytest.raises(WritingError, match="capture, line 2: .*" + says):
        parse("capture", f"=== A title\n{line}\n")


def test_the_page_about_it_shows_a_conversation_and_names_every_expectation() -> None:
    page = Path("docs/evaluation.md").read_text(encoding="utf-8")
    (example,) = [block for block in page.split("```") if block.strip().startswith("===")]
    (talk,) = parse("docs", example)
    assert talk.steps[0].expectations
    unnamed = [name for name in CHECKS if f"`{name}" not in page]
    assert unnamed == []


def test_a_date_without_a_year_is_the_next_one() -> None:
    assert read_date("Mon 4 Jan", NOW.date() + timedelta(days=290)).year == 2027
    assert read_moment("Sun 29 Mar 09:00", NOW.date(), BERLIN) == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert read_length("3 weeks") == timedelta(weeks=3)


# ------------------------------------------------------------------ hard rules


def broken(after: Snapshot, *, approved: bool = True, wishes: Wishes | None = None) -> set[str]:
    before = Snapshot(BERLIN, Profile(sleep_window=NIGHT))
    turn = Ruling(before, after, NOW, approved, wishes=wishes or Wishes())
    return {mark.rule for mark in hard_rules.judge(turn) if not mark.ok}


def test_a_good_plan_breaks_nothing() -> None:
    assert broken(having(entry("a", "2026-03-12T08:00"), entry("b", "2026-03-12T08:45"))) == set()


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        (("2026-03-12T08:00", "2026-03-12T08:44"), "nothing is booked twice"),
        (("2026-03-12T22:45",), "nothing lies in the person's sleep"),
        (("2026-03-12T03:00",), "nothing lies in the person's sleep"),
        (("2026-03-11T09:59",), "inside the horizon"),
        (("2026-03-12T08:00", "2026-04-23T08:00"), "inside the horizon"),
    ],
)
def test_a_bad_plan_is_seen(entries: tuple[str, ...], rule: str) -> None:
    found = broken(having(*(entry(str(place), local) for place, local in enumerate(entries))))
    assert any(one.startswith(rule) for one in found), found


def test_rows_nobody_agreed_to_are_seen_and_a_moved_one_is_none() -> None:
    assert "nothing is saved before the person agrees" in broken(
        having(entry("a", "2026-03-12T08:00")), approved=False
    )
    assert broken(having(entry("a", "2026-03-12T08:00", replaces="x")), approved=False) == set()


def test_a_forbidden_day_is_seen() -> None:
    on_thursday = having(entry("a", "2026-03-12T08:00"))
    assert broken(on_thursday, wishes=Wishes(not_on=frozenset({3})))
    assert broken(on_thursday, wishes=Wishes(only_on=frozenset({4})))


def test_four_goals_are_seen() -> None:
    goals = tuple((str(number), "Goal", "active") for number in range(4))
    assert "at most three active goals" in broken(having(goals=goals))


def test_a_series_that_drifts_over_the_clock_change_is_seen() -> None:
    steady = [entry(str(day), f"2026-03-{day}T08:00", goal="", series="s") for day in (28, 29, 30)]
    assert broken(having(*steady)) == set()
    drifted = [*steady[:2], replace(steady[2], at=steady[2].at + timedelta(hours=1))]
    assert "local times are as said, also over a clock change" in broken(having(*drifted))


def test_a_plan_whose_words_and_times_differ_is_seen() -> None:
    task = {"title": "Run", "start": "2026-03-30T06:00:00+00:00", "minutes": 20}
    placed = [{"title": "Run", "at": "08:00", "exceptions": [], "tasks": [task]}]
    state = {"goal_draft": {"output": {"x": 1}, "placed": placed, "version": 1}, "focus": {"kind": "plan"}}
    assert broken(having(state=state)) == set()
    placed[0]["at"] = "07:00"
    assert broken(having(state=state)) == {"local times are as said, also over a clock change"}


def test_a_reminder_at_night_or_with_another_time_is_seen() -> None:
    after = having(entry("a", "2026-03-12T08:00"))
    event = {"kind": "message", "text": "Run at 08:00, in 10 minutes.", "task_id": "a"}

    def found(at: str, **more: str) -> set[str]:
        marks = hard_rules.judge_reminders([event | {"at": at} | more], after)
        return {mark.rule for mark in marks if not mark.ok}

    assert found("2026-03-12T06:50:00+00:00") == set()
    assert found("2026-03-12T05:50:00+00:00") == {"nobody is woken"}
    assert found("2026-03-12T06:50:00+00:00", text="Run at 09:00.") == {"a reminder says the right time"}


def test_a_night_worker_sleeps_by_day() -> None:
    window = SleepWindow(start=time(9), end=time(16))
    noon = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)
    assert hard_rules.sleeps(window, noon, noon + timedelta(minutes=5), BERLIN)
    midnight = datetime(2026, 3, 12, 23, 0, tzinfo=UTC)
    assert not hard_rules.sleeps(window, midnight, midnight + timedelta(minutes=5), BERLIN)


# ------------------------------------------------------------------ tone


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("How are you? And your run?", "one question at most"),
        ("Is it right?\n\nI saved it.", "the question comes last"),
        ("You should have run.", "no guilt"),
        ("This has an 80 % success rate.", "no promise of success"),
        ("It is on 2026-03-12.", "nothing raw"),
        ("Hello None.", "nothing raw"),
        ("Hello <name 1>.", "nothing raw"),
        ("It is on 12 Mar at 08:00.", "a weekday with every date"),
        ("Great!! Well done!", "no shouting"),
        ("x" * 800, "short"),
    ],
)
def test_a_wrong_tone_is_heard(text: str, rule: str) -> None:
    found = {mark.rule for mark in tone.judge(tone.Spoken("hi", (text,)), None) if not mark.ok}
    assert rule in found


def test_a_right_tone_is_heard_and_what_the_person_wrote_is_theirs() -> None:
    good = 'Thu 12 Mar 08:00 - Run (20 min)\nIt overlaps with "None?".\n\nShall I put it in?'
    assert all(mark.ok for mark in tone.judge(tone.Spoken("run thu 8", (good,)), None))
    echoed = tone.Spoken("why did you forget me?", ("Noted: why did you forget me?",))
    assert all(mark.ok for mark in tone.judge(echoed, None))


def test_the_same_words_twice_are_heard() -> None:
    first = tone.Spoken("a", ("I didn't get that.",))
    again = tone.judge(replace(first, heard="b"), first)
    assert [mark.rule for mark in again if not mark.ok] == ["not the same words twice in a row"]
