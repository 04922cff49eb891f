"""Changing course in words: moved, taken off, renamed, ticked off, and every one of it taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reminders.plans import TaskDraft, schedule_tasks
from storage.goals import save_goal
from storage.tables import Goal, Task, User
from storage.vocabulary import GoalStatus, TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, clock: str, month: int = 3) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def plan(talk: Talk, title: str, *moments: datetime, goal: UUID | None = None, rule: str = "") -> UUID:
    """Put tasks into the diary; several are a series."""
    series = uuid4() if len(moments) > 1 else None
    drafts = [
        TaskDraft(
            title, one, 15, goal_id=goal, series_id=series, recurrence_rule=rule or None, original_at=one
        )
        for one in moments
    ]
    with talk.database.service() as session:
        return schedule_tasks(session, session.get_one(User, talk.user_id), drafts, talk.now)[0].id


@pytest.fixture
def week(talk: Talk) -> Talk:
    """Wednesday 11 March, 10:00: a run on Mondays and Thursdays, yoga, the dentist, a call."""
    plan(
        talk,
        "Easy run",
        *(at(day, "07:30") for day in (12, 16, 19, 23, 26)),
        rule="FREQ=WEEKLY;BYDAY=MO,TH",
    )
    plan(talk, "Call mum", at(12, "18:00"))
    plan(talk, "Dentist", at(13, "11:00"))
    plan(talk, "Yoga", at(14, "10:00"))
    return talk


def pending(talk: Talk, title: str = "") -> list[str]:
    with talk.database.service() as session:
        rows: Sequence[Task] = session.scalars(
            select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        ).all()
    return [
        f"{row.scheduled_at.astimezone(BERLIN):%a %d %H:%M}" + ("" if title else f" {row.title}")
        for row in rows
        if title in ("", row.title)
    ]


# ------------------------------------------------------------------ moves


@pytest.mark.parametrize(
    ("said", "title", "then"),
    [
        ("move the dentist to Friday 3pm", "Dentist", "Fri 13 15:00"),
        ("postpone the dentist by a week", "Dentist", "Fri 20 11:00"),
        ("move the dentist an hour later", "Dentist", "Fri 13 12:00"),
        ("bring yoga forward by a day", "Yoga", "Fri 13 10:00"),
        ("push back yoga half an hour", "Yoga", "Sat 14 10:30"),
        ("can we do yoga on Sunday at 11am instead", "Yoga", "Sun 15 11:00"),
        ("make the call to mum 7pm", "Call mum", "Thu 12 19:00"),
    ],
)
def test_a_move_to_a_free_moment_is_made_at_once(week: Talk, said: str, title: str, then: str) -> None:
    assert week.say(said).startswith("Moved: ")
    assert pending(week, title) == [then]
    week.tap("Undo")
    assert pending(week, title) != [then]


@pytest.mark.parametrize(
    ("said", "day", "hours"),
    [
        ("move yoga to Sunday", "Sun 15 Mar", range(8, 22)),
        ("move tomorrow's run to the evening", "Thu 12 Mar", range(17, 23)),
        ("bring the dentist forward", "Fri 13 Mar", range(7, 11)),
    ],
)
def test_a_rough_time_brings_three_times_with_reasons(week: Talk, said: str, day: str, hours: range) -> None:
    week.say(said)
    offers = [label for label in week.labels if label.startswith(day)]
    assert 2 <= len(offers) <= 3
    assert all(int(label[-5:-3]) in hours for label in offers)
    assert all(f"{label} - " in week.text for label in offers)
    assert pending(week) == pending(week)


def test_the_usual_hour_of_another_day_is_among_the_offers(week: Talk) -> None:
    week.say("move yoga to Sunday")
    assert "Sun 15 Mar 10:00" in week.labels


def test_a_time_that_is_taken_is_refused_by_name_and_near_ones_are_offered(week: Talk) -> None:
    said = week.say("move the dentist to Thursday 6pm")
    assert "Thu 12 Mar 18:00 doesn't work: Call mum is there." in said
    assert all(label.startswith("Thu 12 Mar") for label in week.labels[:3])


def test_nothing_moves_into_sleep(week: Talk) -> None:
    assert "asleep" in week.say("move yoga to Saturday 2am")
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_of_a_series_it_is_asked_and_just_this_one_leaves_the_rest(week: Talk) -> None:
    week.say("move my run to Friday 8am")
    assert week.labels[:2] == ["Just this one", "All future"]
    week.say("just this one")
    assert pending(week, "Easy run") == [
        "Fri 13 08:00",
        "Mon 16 07:30",
        "Thu 19 07:30",
        "Mon 23 07:30",
        "Thu 26 07:30",
    ]


def test_all_future_of_a_weekday_leaves_the_other_weekday(week: Talk) -> None:
    week.say("move my Monday run to Tuesday from now on")
    week.tap("Tue 17 Mar 07:30")
    assert "all later ones with it" in week.text
    assert pending(week, "Easy run") == [
        "Thu 12 07:30",
        "Tue 17 07:30",
        "Thu 19 07:30",
        "Tue 24 07:30",
        "Thu 26 07:30",
    ]
    week.say("undo")
    assert "and one more is back too" in week.text
    assert "Mon 16 07:30" in pending(week, "Easy run")


def test_from_now_on_needs_no_question(week: Talk) -> None:
    week.say("from now on run at 9am")
    assert {when[-5:] for when in pending(week, "Easy run")} == {"09:00"}


def test_today_and_tomorrow_mean_just_that_one(week: Talk) -> None:
    week.say("move tomorrow's run to 9am")
    assert pending(week, "Easy run")[:2] == ["Thu 12 09:00", "Mon 16 07:30"]


def test_it_is_what_was_spoken_of_last(week: Talk) -> None:
    week.say("move call mum to Saturday")
    week.say("actually make it 7pm")
    assert pending(week, "Call mum") == ["Thu 12 19:00"]
    week.say("change it to Sunday 5pm")
    assert pending(week, "Call mum") == ["Sun 15 17:00"]
    week.say("rename it to call dad")
    assert pending(week, "Call dad") == ["Sun 15 17:00"]


def test_seven_alone_is_asked_about(week: Talk) -> None:
    week.say("move yoga to Sunday 11am")
    week.say("actually make it 7")
    assert week.labels[:2] == ["Sun 15 Mar 07:00", "Sun 15 Mar 19:00"]


def test_which_one_is_answered_by_name_and_the_time_said_before_holds(week: Talk) -> None:
    plan(week, "Call dad", at(15, "18:00"))
    week.say("move the call to Monday 5pm")
    assert "Which one" in week.text
    week.say("dad")
    assert pending(week, "Call dad") == ["Mon 16 17:00"]


def test_an_answer_that_names_nothing_is_asked_about_once_and_then_left(week: Talk) -> None:
    plan(week, "Call dad", at(15, "18:00"))
    week.say("move the call to Monday 5pm")
    assert "I couldn't tell" in week.say("the blue one")
    assert not week.labels or "Leave it" in week.labels
    assert "everything stays" in week.say("the green one")
    assert week.labels == []


def test_everything_of_a_day_moves_together_and_goes_home_together(week: Talk) -> None:
    before = pending(week)
    said = week.say("push everything tomorrow by an hour")
    assert "Easy run: Thu 12 Mar 08:30" in said
    assert pending(week) == before
    week.say("yes")
    assert pending(week)[:2] == ["Thu 12 08:30 Easy run", "Thu 12 19:00 Call mum"]
    week.say("put it back")
    assert pending(week) == before


def test_two_change_places(week: Talk) -> None:
    week.say("swap the dentist and yoga")
    week.tap("Yes, move them")
    assert pending(week)[2:4] == ["Fri 13 11:00 Yoga", "Sat 14 10:00 Dentist"]
    week.say("undo")
    assert pending(week)[2:4] == ["Fri 13 11:00 Dentist", "Sat 14 10:00 Yoga"]


def test_an_empty_day_has_nothing_to_move(week: Talk) -> None:
    assert "Nothing is planned there" in week.say("push everything today by an hour")
    assert "Nothing is planned there" in week.say("I can't make it tonight")


def test_a_day_on_which_it_is_not_is_named(week: Talk) -> None:
    assert "There is no Yoga on that day" in week.say("move Monday's yoga to Sunday")


def test_a_new_task_that_sounds_like_a_new_name_is_a_new_task(week: Talk) -> None:
    assert "Thu 12 Mar 17:00 - Call mum to ask" in week.say("call mum to ask about dinner tomorrow at 5pm")
    week.say("ok")
    assert len(pending(week)) == 9


# ------------------------------------------------------------------ taking off


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("cancel the dentist on Friday", ["Fri 13 11:00 Dentist"]),
        ("skip the next run", ["Thu 12 07:30 Easy run"]),
        ("skip this week's runs", ["Thu 12 07:30 Easy run"]),
        ("take yoga off my list", ["Sat 14 10:00 Yoga"]),
        ("cancel everything on Friday", ["Fri 13 11:00 Dentist"]),
    ],
)
def test_one_is_taken_off_at_once_and_comes_back(week: Talk, said: str, gone: list[str]) -> None:
    before = pending(week)
    assert week.say(said).startswith("Taken off")
    assert [one for one in before if one not in pending(week)] == gone
    week.say("undo")
    assert pending(week) == before


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("delete all my tasks", 8),
        ("cancel everything tomorrow", 2),
        ("cancel the dentist and yoga", 2),
        ("skip next week's runs", 2),
    ],
)
def test_more_than_one_is_asked_first(week: Talk, said: str, count: int) -> None:
    before = pending(week)
    week.say(said)
    assert week.labels == [f"Yes, take off {count}", "Keep them"]
    assert pending(week) == before
    week.say("yes")
    assert len(pending(week)) == len(before) - count
    week.say("undo")
    assert pending(week) == before


def test_a_month_keeps_the_rest_of_the_series(week: Talk) -> None:
    week.say("remove all the runs in April")
    assert len(pending(week, "Easy run")) == 5
    assert "Enjoy the break" not in week.say("don't remind me of yoga any more")
    assert pending(week, "Yoga") == []


def test_a_number_is_a_line_of_what_was_listed_last(week: Talk) -> None:
    week.say("what's on tomorrow?")
    week.say("move 2 to Friday 5pm")
    assert pending(week, "Call mum") == ["Fri 13 17:00"]
    week.say("what's on tomorrow?")
    week.say("cancel 1")
    week.say("just this one")
    assert pending(week, "Easy run")[0] == "Mon 16 07:30"


def test_each_part_of_an_and_has_its_own_day(week: Talk) -> None:
    week.say("cancel call mum tomorrow and the dentist")
    assert week.labels == ["Yes, take off 2", "Keep them"]
    assert "One at a time" in week.say("move call mum to Friday and yoga to Sunday")


def test_a_series_dropped_for_good_goes_without_a_question(week: Talk) -> None:
    assert "all 5 of Easy run" in week.say("drop the run for good")
    assert pending(week, "Easy run") == []


def test_what_is_not_there_brings_what_is(week: Talk) -> None:
    assert "I don't find that" in week.say("cancel the opera on Thursday")
    assert "Keep it" in week.labels
    week.say("keep it")
    assert len(pending(week)) == 8


def test_skipping_a_day_without_it_asks_for_the_next(week: Talk) -> None:
    assert "There is no Easy run on that day" in week.say("skip Friday's run")
    week.say("yes")
    assert pending(week, "Easy run")[0] == "Mon 16 07:30"


# ------------------------------------------------------------------ undo


def test_undo_steps_back_one_change_at_a_time_and_ends(week: Talk) -> None:
    before = pending(week)
    week.say("postpone the dentist by a week")
    week.say("cancel yoga")
    week.say("rename call mum to call dad")
    assert week.say("what did I change?").splitlines()[1] == "- renamed Call mum to Call dad"
    assert "called Call mum again" in week.say("undo")
    assert "Yoga is Sat 14 Mar 10:00 again" in week.say("/undo")
    assert "Dentist is Fri 13 Mar 11:00 again" in week.say("put it back")
    assert pending(week) == before
    assert "nothing more" in week.say("undo")


def test_a_button_takes_back_its_own_change_and_only_once(week: Talk) -> None:
    week.say("cancel yoga")
    shown = week.replies[-1]
    week.tap("Undo")
    assert "belongs to an older message" in week.tap("Undo", of=shown)
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_a_capture_is_taken_back(week: Talk) -> None:
    week.say("buy milk tomorrow at 5pm")
    week.say("ok")
    assert "Buy milk is off your list" in week.say("undo")
    assert pending(week, "Buy milk") == []


def test_a_time_taken_meanwhile_is_not_booked_twice(week: Talk) -> None:
    week.say("cancel yoga")
    week.say("brunch on Saturday at 10:00")
    week.say("ok")
    plan(week, "Other", at(20, "12:00"))
    week.say("what did I change?")
    week.say("cancel brunch")
    week.say("undo")
    week.say("undo")  # the brunch itself
    assert "Yoga is Sat 14 Mar 10:00 again" in week.say("undo")


def test_what_was_not_just_now_is_named_before_it_is_undone(week: Talk) -> None:
    week.say("cancel yoga")
    week.now += timedelta(hours=5)
    assert "took off Yoga" in week.say("undo")
    assert pending(week, "Yoga") == []
    week.say("yes")
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_a_kept_change_stays_and_a_day_later_nothing_is_undone(week: Talk) -> None:
    week.say("cancel yoga")
    week.now += timedelta(hours=5)
    week.say("undo")
    assert "stays as it is" in week.tap("Keep it")
    week.now += timedelta(days=1)
    assert "nothing more" in week.say("undo")
    assert pending(week, "Yoga") == []


# ------------------------------------------------------------------ goals


@pytest.fixture
def goals(week: Talk) -> Talk:
    with week.database.service() as session:
        run = save_goal(session, week.user_id, "Run 5 km", week.now, goal_id=uuid4())
        spanish = save_goal(session, week.user_id, "Learn Spanish", week.now, goal_id=uuid4())
        session.flush()
        ids = run.id, spanish.id
    plan(week, "Hill run", at(17, "07:30"), at(24, "07:30"), at(31, "07:30"), goal=ids[0])
    plan(week, "Spanish: new words", at(18, "12:30"), at(25, "12:30"), goal=ids[1])
    return week


def status(talk: Talk, title: str) -> str:
    with talk.database.service() as session:
        return str(session.scalars(select(Goal.status).where(Goal.title == title)).one())


@pytest.mark.parametrize("said", ["give up on Spanish", "I want to stop the Spanish goal", "quit Spanish"])
def test_giving_up_asks_first_tells_how_many_and_can_be_undone(goals: Talk, said: str) -> None:
    assert "Its 2 coming tasks would go" in goals.say(said)
    assert status(goals, "Learn Spanish") == GoalStatus.ACTIVE
    assert "2 coming tasks taken off" in goals.say("yes")
    assert status(goals, "Learn Spanish") == GoalStatus.ABANDONED
    assert pending(goals, "Spanish: new words") == []
    goals.say("undo")
    assert status(goals, "Learn Spanish") == GoalStatus.ACTIVE
    assert len(pending(goals, "Spanish: new words")) == 2


def test_a_goal_reached_early_is_complete(goals: Talk) -> None:
    goals.say("finish the running goal early, I did it")
    assert "well done" in goals.say("yes")
    assert status(goals, "Run 5 km") == GoalStatus.COMPLETED
    assert pending(goals, "Hill run") == []


def test_a_goal_rests_for_a_while_and_goes_on(goals: Talk) -> None:
    assert "2 tasks taken off" in goals.say("pause my running goal for two weeks")
    assert pending(goals, "Hill run") == ["Tue 31 07:30"]
    assert "3 tasks ahead" in goals.say("resume running")
    assert len(pending(goals, "Hill run")) == 3


def test_a_rest_without_an_end_makes_room_and_resuming_brings_it_all_back(goals: Talk) -> None:
    goals.say("pause my running goal")
    goals.tap("Until I say")
    assert status(goals, "Run 5 km") == GoalStatus.PIPELINE
    goals.say("resume running")
    assert status(goals, "Run 5 km") == GoalStatus.ACTIVE
    assert len(pending(goals, "Hill run")) == 3


def test_a_goal_that_was_given_up_is_planned_again_only_with_a_yes(planned: Talk) -> None:
    planned.say("looks good")
    planned.say("give up on running")
    planned.say("yes")
    planned.now += timedelta(days=2)
    assert "Run 5 km goes on" in planned.say("start running again")
    assert (starts(planned), status(planned, "Run 5 km")) == ([], GoalStatus.ABANDONED)
    planned.say("looks good")
    assert len(starts(planned)) > 6
    assert status(planned, "Run 5 km") == GoalStatus.ACTIVE


def test_which_goal_is_answered_by_name(goals: Talk) -> None:
    goals.say("cancel my goal")
    assert sorted(goals.labels) == ["Learn Spanish", "Leave it", "Run 5 km"]
    assert "Stop Run 5 km?" in goals.say("the running one")
    assert "stays as it is" in goals.say("no")


def test_a_wish_for_a_goal_of_that_name_gives_nothing_up(goals: Talk) -> None:
    with goals.database.service() as session:
        save_goal(session, goals.user_id, "Quit smoking", goals.now, goal_id=uuid4())
    assert "Stop Quit smoking?" not in goals.say("I want to quit smoking")


# ------------------------------------------------------------------ ticking off


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("mark the run done", ["Easy run"]),
        ("I did the run and the call", ["Call mum", "Easy run"]),
        ("done with 2", ["Call mum"]),
        ("I finished my run", ["Easy run"]),
    ],
)
def test_what_was_named_is_done(week: Talk, said: str, done: list[str]) -> None:
    week.now = at(12, "12:00")
    week.say(said)
    with week.database.service() as session:
        titles = session.scalars(select(Task.title).where(Task.status == TaskStatus.DONE)).all()
    assert sorted(titles) == done


# ------------------------------------------------------------------ places


@pytest.mark.parametrize(
    ("said", "title", "trigger"),
    [
        ("remind me when I leave home to take the keys", "Take the keys", "away_from_home"),
        ("when I get to the office, mail Tom", "Mail Tom", "at_office"),
        ("next time I'm at the supermarket buy eggs", "Buy eggs", "at_supermarket"),
        ("buy milk on the way home", "Buy milk", "away_from_work"),
        ("water the plants once I'm back home", "Water the plants", "at_home"),
    ],
)
def test_a_task_for_a_place_waits_for_it(talk: Talk, said: str, title: str, trigger: str) -> None:
    assert "I can't see where you are, so I'll ask you" in talk.say(said)
    talk.say("ok")
    with talk.database.service() as session:
        task = session.scalars(select(Task)).one()
    assert (task.title, task.trigger_type, task.location_trigger) == (title, "location", trigger)
    assert task.wakes_at == task.scheduled_at
    assert task.scheduled_at > talk.now


@pytest.mark.parametrize("said", ["remind me to call mum when I'm done", "what's on when I get home?"])
def test_what_only_sounds_like_a_place_is_none(talk: Talk, said: str) -> None:
    assert "I can't see where you are" not in talk.say(said)


def test_a_place_is_asked_for_its_task_and_learned(talk: Talk, user_of: Any) -> None:
    talk.say("remind me when I get to the allotment")  # no place that anybody knows
    talk.say("leave it out")
    talk.say("remind me when I get home")
    talk.say("to water the plants")
    talk.say("ok")
    assert "home" in user_of(talk).profile["locations"]


def test_saying_where_one_is_brings_what_waited_there(talk: Talk) -> None:
    talk.say("when I get to the office, mail Tom")
    talk.say("ok")
    assert "it's time for: Mail Tom" in talk.say("I'm at the office now")
    assert talk.labels == ["Done", "Not yet", "Not today"]


def test_a_task_for_a_place_is_taken_off_and_comes_back(talk: Talk) -> None:
    talk.say("remind me when I leave home to take the keys")
    talk.say("ok")
    assert "Take the keys, when you leave home" in talk.say("cancel the keys")
    talk.now += timedelta(hours=3)
    talk.say("undo")
    talk.say("yes")
    assert len(pending(talk, "Take the keys")) == 1


# ------------------------------------------------------------------ plans


@pytest.fixture
def planned(talk: Talk) -> Talk:
    """A plan on the table."""
    talk.say("I want to run 5 km")
    while "Looks good" not in talk.labels:
        talk.tap(talk.labels[0])
    return talk


def starts(talk: Talk) -> list[datetime]:
    with talk.database.service() as session:
        return list(
            session.scalars(
                select(Task.scheduled_at).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
            )
        )


def test_an_approved_plan_can_be_taken_back(planned: Talk) -> None:
    planned.say("looks good")
    assert len(starts(planned)) > 6
    assert "the plan is on the table again" in planned.say("undo")
    assert (starts(planned), status(planned, "Run 5 km")) == ([], GoalStatus.ABANDONED)


def test_a_changed_plan_starts_from_what_runs_keeps_its_goal_and_can_be_taken_back(planned: Talk) -> None:
    planned.say("looks good")
    before = starts(planned)
    planned.say("make my running goal easier")
    assert "→" in planned.text
    assert starts(planned) == before
    planned.say("looks good")
    with planned.database.service() as session:
        assert len(session.scalars(select(Goal)).all()) == 1
    changed = starts(planned)
    planned.say("looks good")  # a second time there is nothing to approve
    assert starts(planned) == changed
    assert len(changed) == len(set(changed))
    planned.say("undo")
    assert starts(planned) == before


def test_what_came_in_between_is_seen_before_the_plan_is_saved(planned: Talk) -> None:
    found = re.search(r"1\. .* (\d\d:\d\d),", planned.text)
    assert found is not None
    plan(planned, "Dentist", *(at(day, found[1]) for day in range(12, 20)))  # every morning of that week
    assert "something has changed since" in planned.say("looks good")
    planned.say("looks good")
    moments = starts(planned)
    assert len(moments) > 6 + 8
    assert len(moments) == len(set(moments))
