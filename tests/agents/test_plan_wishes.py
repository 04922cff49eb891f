"""Sentences about a plan of four tasks, and what each asks for: an operation, a question back, or nothing at all."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.outputs import GoalPlannerOutput, ProposedTask
from agents.plans.edits.operations import EditKind as K
from agents.plans.edits.operations import PlanEdit
from agents.plans.edits.words import parse_edit, read_wish

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def task(title: str, minutes: int = 20, **more: Any) -> ProposedTask:
    return ProposedTask(title=title, duration_minutes=minutes, **({"week_range": (1, 6)} | more))


TASKS = [
    task("Easy run", 15, times_per_week=3, day_part="morning", week_range=(1, 3)),
    task("Easy run", 25, times_per_week=3, day_part="morning", week_range=(4, 6)),
    task("Loosen up", 10, times_per_week=1, day_part="evening"),
    task("Read about form", 30, scheduled_days=["Sunday"], suggested_time="10:00"),
    task("Weekly review", 10, scheduled_days=["Friday"], day_part="evening"),
]


def plan(series: int) -> GoalPlannerOutput:
    """The first so many series."""
    return GoalPlannerOutput(
        goal_feasible_in_6_weeks=True, plan_summary="A plan.", proposed_tasks=TASKS[: series + 1]
    )


FOUR = plan(4)


def edit(kind: K, series: int = 0, **more: Any) -> PlanEdit:
    return PlanEdit(kind, series, **more)


SENTENCES: list[tuple[str, list[PlanEdit]]] = [
    # several in one message
    ("no Sundays, and make 2 shorter", [edit(K.NOT_ON, weekdays=(SUN,)), edit(K.EASIER, 2)]),
    ("2 to the evening, 1 to the morning", [edit(K.MOVE, 2, part="evening"), edit(K.MOVE, 1, part="morning")]),
    ("please make the first one 25 minutes and the second one on Sundays",
     [edit(K.MINUTES, 1, count=25), edit(K.MOVE, 2, weekdays=(SUN,))]),
    ("no sundays, 15 minutes each, and fewer days",
     [edit(K.NOT_ON, weekdays=(SUN,)), edit(K.MINUTES, count=15), edit(K.FEWER_DAYS)]),
    ("not before 6pm with 20 minutes each", [edit(K.NOT_BEFORE, at=time(18)), edit(K.MINUTES, count=20)]),
    ("make 2 harder and 1 easier", [edit(K.HARDER, 2), edit(K.EASIER, 1)]),
    ("make 1 and 2 shorter", [edit(K.EASIER, 1), edit(K.EASIER, 2)]),
    ("1 and 2 in the evening", [edit(K.MOVE, 1, part="evening"), edit(K.MOVE, 2, part="evening")]),
    ("move 1 to tuesday and thursday, drop 2", [edit(K.MOVE, 1, weekdays=(TUE, THU)), edit(K.DROP, 2)]),
    ("can it be 20 minutes every day", [edit(K.MINUTES, 1, count=20), edit(K.DAYS, 1, count=7)]),
    ("20 minutes each day", [edit(K.MINUTES, 1, count=20)]),
    ("a bit less each day", [edit(K.EASIER)]),
    ("start with 10 minutes", [edit(K.MINUTES_TIMES, 1, count=67)]),
    ("can you cut task one to fifteen minutes", [edit(K.MINUTES, 1, count=15)]),
    # agreement with a condition
    ("looks good but make it 20 minutes", [edit(K.MINUTES, 1, count=20)]),
    ("perfect except Sundays", [edit(K.NOT_ON, weekdays=(SUN,))]),
    ("great, but easier please", [edit(K.EASIER)]),
    ("ok but not on mondays or tuesdays", [edit(K.NOT_ON, weekdays=(MON, TUE))]),
    # relative times
    ("an hour later", [edit(K.LATER, count=60)]),
    ("2 an hour later", [edit(K.LATER, 2, count=60)]),
    ("make the run half an hour earlier", [edit(K.EARLIER, 1, count=30)]),
    ("everything 30 minutes earlier", [edit(K.EARLIER, count=30)]),
    ("push 2 back an hour", [edit(K.LATER, 2, count=60)]),
    ("bring 2 forward by 30 minutes", [edit(K.EARLIER, 2, count=30)]),
    ("2 is too late", [edit(K.EARLIER, 2)]),
    ("run later", [edit(K.LATER, 1)]),
    # lengths
    ("half as long", [edit(K.MINUTES_TIMES, count=50)]),
    ("make 1 half as long", [edit(K.MINUTES_TIMES, 1, count=50)]),
    ("double it", [edit(K.MINUTES_TIMES, count=200)]),
    ("halve 2", [edit(K.MINUTES_TIMES, 2, count=50)]),
    ("30% shorter", [edit(K.MINUTES_TIMES, count=70)]),
    ("5 minutes longer", [edit(K.MINUTES_BY, 1, count=5)]),
    ("add 10 minutes to 2", [edit(K.MINUTES_BY, 2, count=10)]),
    ("cut 2 by 5 minutes", [edit(K.MINUTES_BY, 2, count=-5)]),
    ("cut it to 10 minutes", [edit(K.MINUTES, 1, count=10)]),
    ("reduce the run to 10 minutes", [edit(K.MINUTES, 1, count=10)]),
    ("the run should be 25 minutes", [edit(K.MINUTES, 1, count=25)]),
    ("half an hour", [edit(K.MINUTES, 1, count=30)]),
    ("at most 20 minutes each", [edit(K.AT_MOST, count=20)]),
    ("2 no longer than 5 minutes", [edit(K.AT_MOST, 2, count=5)]),
    ("shorten 1", [edit(K.EASIER, 1)]),
    ("less time on 3", [edit(K.EASIER, 3)]),
    ("the last one longer", [edit(K.HARDER, 4)]),
    ("longer sessions", [edit(K.HARDER)]),
    ("Easy run easier", [edit(K.EASIER, 1)]),
    # how often
    ("twice as often", [edit(K.DAYS_TIMES, 1, count=200)]),
    ("half the days", [edit(K.DAYS_TIMES, 1, count=50)]),
    ("make 2 twice a week", [edit(K.DAYS, 2, count=2)]),
    ("three times a week instead of 2", [edit(K.DAYS, 1, count=3)]),
    ("I want to run 5 days a week", [edit(K.DAYS, 1, count=5)]),
    ("4x a week", [edit(K.DAYS, 1, count=4)]),
    ("every other day", [edit(K.DAYS, 1, count=3)]),
    ("not every day", [edit(K.FEWER_DAYS, 1)]),
    ("one less day", [edit(K.FEWER_DAYS)]),
    ("one day less for the run", [edit(K.FEWER_DAYS, 1)]),
    ("too often", [edit(K.FEWER_DAYS)]),
    ("add a day", [edit(K.MORE_DAYS, 1)]),
    ("run every evening", [edit(K.DAYS, 1, count=7), edit(K.MOVE, 1, part="evening")]),
    # days
    ("nothing on weekends", [edit(K.NOT_ON, weekdays=(SAT, SUN))]),
    ("only weekdays", [edit(K.NOT_ON, weekdays=(SAT, SUN))]),
    ("weekend only", [edit(K.NOT_ON, weekdays=(MON, TUE, WED, THU, FRI))]),
    ("tuesdays instead of mondays", [edit(K.SWAP_DAY, weekdays=(TUE,), away=(MON,))]),
    ("not mondays, rather tuesdays", [edit(K.SWAP_DAY, weekdays=(TUE,), away=(MON,))]),
    ("Sundays are family time", [edit(K.NOT_ON, weekdays=(SUN,))]),
    ("I work late on Thursdays", [edit(K.NOT_ON, weekdays=(THU,))]),
    ("monday doesn't work", [edit(K.NOT_ON, weekdays=(MON,))]),
    ("keep sundays free", [edit(K.NOT_ON, weekdays=(SUN,))]),
    ("any day but Sunday", [edit(K.NOT_ON, weekdays=(SUN,))]),
    ("every day except Sundays", [edit(K.MOVE, 1, weekdays=(MON, TUE, WED, THU, FRI, SAT))]),
    ("I'm free on Tuesdays", [edit(K.MOVE, 1, weekdays=(TUE,))]),
    ("mon wed fri", [edit(K.MOVE, 1, weekdays=(MON, WED, FRI))]),
    ("run on mondays and thursdays at 18:30", [edit(K.MOVE, 1, weekdays=(MON, THU), at=time(18, 30))]),
    ("move 2 to the evenning on tuesdya", [edit(K.MOVE, 2, weekdays=(TUE,), part="evening")]),
    # times
    ("the run to 6:30am", [edit(K.MOVE, 1, at=time(6, 30))]),
    ("all mornings", [edit(K.MOVE, part="morning")]),
    ("run in my lunch break", [edit(K.MOVE, 1, part="noon")]),
    ("I'd rather run after work", [edit(K.MOVE, 1, part="evening")]),
    ("everything except 2 in the evening", [edit(K.MOVE, n, part="evening") for n in (1, 3, 4)]),
    ("what about evenings?", [edit(K.MOVE, part="evening")]),
    ("not before 8", [edit(K.NOT_BEFORE, at=time(8))]),
    ("only after 6pm", [edit(K.NOT_BEFORE, at=time(18))]),
    ("nothing after 9", [edit(K.NOT_AFTER, at=time(21))]),
    ("no later than 8pm", [edit(K.NOT_AFTER, at=time(20))]),
    ("no mornings", [edit(K.NOT_BEFORE, at=time(12))]),
    # weeks
    ("skip week 3", [edit(K.SKIP_WEEKS, weeks=(3,))]),
    ("I'm away in weeks 2 and 3", [edit(K.SKIP_WEEKS, weeks=(2, 3))]),
    ("week 3 off please", [edit(K.SKIP_WEEKS, weeks=(3,))]),
    ("skip the last week", [edit(K.SKIP_WEEKS, weeks=(6,))]),
    ("make it 4 weeks", [edit(K.WEEKS, count=4)]),
    ("start 3 days later", [edit(K.START_LATER, count=3)]),
    ("delay by a fortnight", [edit(K.START_LATER, count=14)]),
    # which tasks
    ("swap 1 and 2", [edit(K.SWAP, 1, other=2)]),
    ("drop 2 and 3", [edit(K.DROP, 2), edit(K.DROP, 3)]),
    ("keep only 1", [edit(K.DROP, n) for n in (2, 3, 4)]),
    ("only the run", [edit(K.DROP, n) for n in (2, 3, 4)]),
    ("only 1 in the evening", [edit(K.MOVE, 1, part="evening")]),
    ("call 1 Morning jog", [edit(K.RENAME, 1, title="Morning jog")]),
    ('rename the second to "Stretch it"', [edit(K.RENAME, 2, title="Stretch it")]),
    ("add a stretch on Fridays", [edit(K.ADD, weekdays=(FRI,), title="Stretch")]),
    ("add yoga twice a week", [edit(K.ADD, title="Yoga", per_week=2)]),
    ("add a 10 minute walk every evening", [edit(K.ADD, part="evening", count=10, title="Walk", per_week=7)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "edits"), SENTENCES)
def test_a_sentence_becomes_its_operations(text: str, edits: list[PlanEdit]) -> None:
    assert parse_edit(text, FOUR) == edits


@pytest.mark.parametrize(
    ("text", "day", "after"),
    [
        ("start next Monday", "next Monday", False),
        ("no Sundays, and start next Monday", "next Monday", False),
        ("start after my holiday on the 12th", "12th", True),
        ("don't start before the 20th", "20th", False),
        ("can we start tomorrow", "tomorrow", False),
        ("begin on 1 April", "1 April", False),
    ],
)
def test_a_first_day_is_read_as_one(text: str, day: str, after: bool) -> None:
    wish = read_wish(text, FOUR)
    assert (wish.start, wish.after) == (day, after)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("every day except never", "Every day and never"),
        ("mornings at 9pm", "21:00 is not in the morning"),
        ("fewer days, all seven days", "Fewer days and every day"),
        ("easier and harder", "Easier and harder"),
        ("8 days a week", "A week has seven days"),
        ("twice a week on Mon, Wed and Fri", "2 days a week, or Monday, Wednesday and Friday"),
        ("nothing on weekdays and nothing on weekends", "no day of the week"),
        ("not before 8pm and nothing after 7pm", "leaves no hour"),
        ("drop everything", "nothing would be left"),
        ("drop 1, 2, 3 and 4", "nothing would be left"),
        ("600 minutes", "from 5 minutes to 8 hours"),
        ("8 weeks", "six weeks at most"),
        ("skip week 1, 2, 3, 4, 5 and 6", "no week would be left"),
        ("move 9 to Monday", "There is no 9"),
        ("drop 7", "There is no 7"),
        ("rename 2 to Easy run", "called Easy run already"),
        ("add a weekly review", "Weekly review is in the plan already"),
        ("merge 1 and 2", "can't make one task of two"),
        ("every other week", "go by the week"),
        ("loosen up right after the run", "can't tie one task to another"),
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(text: str, names: str) -> None:
    wish = read_wish(text, FOUR)
    assert names in wish.problem
    assert not wish.edits


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("yes but later", ("Later in the day", "Start a week later")),
        ("too much", ("Shorter", "Fewer days", "Start a week later")),
        ("that's a lot", ("Shorter", "Fewer days", "Start a week later")),
        ("more", ("Longer", "More days")),
        ("give me a rest week", ("Skip week 2", "Skip week 3", "Skip week 4")),
        ("six weeks is too long", ("Only 2 weeks", "Only 3 weeks", "Only 4 weeks")),
        ("drop one", ("Drop 1", "Drop 2", "Drop 3", "Drop 4")),
        ("7am", ("1 at 07:00", "2 at 07:00", "3 at 07:00", "4 at 07:00")),
        ("perfect except 2", ("Other times for 2", "2 shorter", "2 fewer days", "Drop 2")),
        ("the run", ("Other times for 1", "1 shorter", "1 fewer days", "Drop 1")),
    ],
)
def test_two_readings_are_offered_and_each_reads_one_way(text: str, choices: tuple[str, ...]) -> None:
    wish = read_wish(text, FOUR)
    assert wish.choices == choices
    for choice in choices:
        chosen = read_wish(choice, FOUR)
        assert chosen.edits or chosen.times is not None
        assert not chosen.problem


@pytest.mark.parametrize(
    "text",
    [
        "yes", "no", "hmm", "not yes", "ok?", "maybe tomorrow", "why mondays?", "what does 2 mean?", "show me the plan again",
        "the first version was better", "go with version 2", "undo", "call mum tomorrow 6pm", "remind me to run at 8pm",
        "run tomorrow at 6", "skip the run today", "I'm away until Friday", "I'm on holiday until Sunday", "is monday free?",
        "call grandma every Sunday at 5pm", "gym on mondays at 6", "I want to meditate 10 minutes a day", "delete my account",
        "it takes me 20 minutes to get there", "add dentist on Friday at 3pm", "I did the run", "don't remind me on Sundays",
        "what do I have on Monday", "cancel the dentist",
    ],
)  # fmt: skip
def test_words_about_something_else_change_nothing(text: str) -> None:
    assert parse_edit(text, FOUR) == []


def test_with_one_task_nothing_needs_to_be_named() -> None:
    assert parse_edit("7am", plan(1)) == [edit(K.MOVE, 1, at=time(7))]
    assert parse_edit("not so early", plan(1)) == [edit(K.LATER, 1)]
    assert parse_edit("dentist on Friday at 3pm", plan(1)) == []
    assert parse_edit("I get up at 6", plan(1)) == []
    assert "only task" in read_wish("drop the run", plan(1)).problem
    assert read_wish("other times", plan(1)).times == 0


def test_what_was_said_besides_is_not_lost() -> None:
    wish = read_wish("no Sundays and call mum tomorrow 6pm", FOUR)
    assert wish.edits == (edit(K.NOT_ON, weekdays=(SUN,)),)
    assert wish.unread == ("call mum tomorrow 6pm",)


words = st.sampled_from([text for text, _ in SENTENCES])


@given(st.lists(words, min_size=1, max_size=4), st.sampled_from([", ", " and ", "; ", " but ", " "]))
def test_any_chain_of_wishes_is_read_without_an_error(chain: list[str], between: str) -> None:
    wish = read_wish(between.join(chain), FOUR)
    assert all(0 <= one.series <= 4 for one in wish.edits)
    assert not (wish.edits and wish.problem)
