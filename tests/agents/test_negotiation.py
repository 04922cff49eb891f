"""A plan on the table: changed step by step, and gone back from; nothing is lost."""

from __future__ import annotations

import pytest

from tests.agents.on_table import Talk, cues, draft, on_table, rows, state

# ------------------------------------------------------------------ changes


def test_only_what_was_asked_for_changes(talk: Talk) -> None:
    on_table(talk)
    run, _ = cues(talk)
    said = talk.say("2 an hour later")
    assert "Tue 18:30 → Tue 19:30" in said
    assert cues(talk)[0] == run


def test_what_has_to_move_for_a_wish_is_said(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("2 on Monday at 7:30")
    assert "1. Easy run: Mon, Wed and Fri 07:30" in said
    assert "Easy run makes room for it" in said


def test_three_wishes_in_one_sentence_are_one_version(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("no Wednesdays, make 2 shorter, and start next Monday")
    assert "Version 2" in said
    assert "It starts on Mon 16 Mar" in said
    assert "2. Loosen up: 10 min → 5 min" in said
    assert all(2 not in weekdays for _, weekdays, _ in cues(talk))


@pytest.mark.parametrize("said", ["2 days max", "max 2 days", "2 days a week tops", "up to 2 days a week"])
def test_the_most_days_are_said_in_many_ways(talk: Talk, said: str) -> None:
    on_table(talk)
    talk.say(said)
    assert len(cues(talk)[0][1]) == 2


def test_a_sigh_around_a_wish_asks_for_nothing(talk: Talk) -> None:
    on_table(talk)
    said = talk.say("that's a lot. 2 days max and make it 10 min")
    assert "Not done" not in said
    assert "Version 2" in said


def test_a_wish_with_two_readings_is_asked_and_the_button_decides(talk: Talk) -> None:
    on_table(talk)
    assert "Later in the day, or a later start?" in talk.say("yes but later")
    assert rows(talk) == []
    assert "It starts on" in talk.tap("Start a week later")


def test_a_contradiction_changes_nothing(talk: Talk) -> None:
    on_table(talk)
    before = cues(talk)
    assert "pull in two directions" in talk.say("every day except never")
    assert cues(talk) == before
    assert draft(talk).version == 1


def test_a_time_in_the_night_is_refused_with_the_reason(talk: Talk) -> None:
    on_table(talk)
    assert "lies in your sleep, 23:00-07:00" in talk.say("move 1 to 3am")
    assert draft(talk).version == 1


def test_the_only_task_is_not_dropped(talk: Talk) -> None:
    on_table(talk)
    talk.say("drop 2")
    assert "nothing would be left" in talk.say("drop 1")
    talk.tap("Cancel the plan")
    assert state(talk)["goal_draft"] == {}


def test_other_times_are_really_free_and_one_tap_away(talk: Talk) -> None:
    talk.say("yoga every day at 12:30 for 60 min")
    talk.tap("OK")
    on_table(talk)
    talk.tap("Change times")
    shown = talk.tap("2. Loosen up")
    offers = [label for label in talk.labels if label != "Show the plan"]
    assert "Loosen up is on" in shown
    assert 1 <= len(offers) <= 3
    assert not any("12:30" in label for label in offers)
    said = talk.tap(offers[0])
    assert f"→ {offers[0]}" in said


def test_a_task_named_after_change_times_gets_its_offers(talk: Talk) -> None:
    on_table(talk)
    talk.tap("Change times")
    assert "Easy run is on" in talk.say("the run")
    assert "Mon, Wed and Fri 07:30 → Mon, Wed and Fri 18:30" in talk.say("in the evening")
    assert cues(talk)[1][2] == "18:30"  # where it was: the wish was about the run


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what does 2 mean?", "Loosen up, Tue 18:30"),
        ("why mondays?", "Easy run"),
        ("how long in total per week?", "55 min in the first week"),
        ("when does it end?", "in all"),
        ("can you explain", "We start so small"),
        ("what if I miss one?", "information, not failure"),
        ("did you save it?", "Not yet"),
        ("is that realistic?", "starts small on purpose"),
        ("what can I change?", "for example"),
    ],
)
def test_a_question_is_answered_and_changes_nothing(talk: Talk, question: str, answer: str) -> None:
    on_table(talk)
    assert answer in talk.say(question)
    assert talk.text.count("?") == 1 or talk.text.endswith("on Monday.")
    assert talk.result.requires_user_action == "approve_plan"
    assert draft(talk).version == 1


# ------------------------------------------------------------------ versions


def test_undo_and_redo_walk_through_the_versions_and_give_back_exactly_what_was(talk: Talk) -> None:
    on_table(talk)
    seen = [(draft(talk).output, cues(talk), draft(talk).starts_on)]
    for wish in ("no Wednesdays", "2 on Monday at 7:30", "twice as often", "start next Monday", "drop 2"):
        talk.say(wish)
        seen.append((draft(talk).output, cues(talk), draft(talk).starts_on))
    assert draft(talk).version == 6
    for version in range(5, 0, -1):
        talk.say("undo")
        assert draft(talk).version == version
        assert (draft(talk).output, cues(talk), draft(talk).starts_on) == seen[version - 1]
    assert "no earlier version" in talk.say("undo that")
    for version in range(2, 7):
        talk.say("redo")
        assert (draft(talk).output, cues(talk), draft(talk).starts_on) == seen[version - 1]
    assert "no later version" in talk.say("redo")


def test_a_version_is_called_back_by_its_number_and_is_no_approval(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    talk.say("fewer days")
    assert "Version 1, as it was before" in talk.say("the first version was better")
    assert "Version 3" in talk.say("go with version 3")
    assert "no version 9" in talk.say("version 9 please")
    assert rows(talk) == []


def test_a_button_of_an_older_version_is_explained_and_the_present_one_shown(talk: Talk) -> None:
    on_table(talk)
    old = talk.replies[-1]
    talk.say("easier")
    said = talk.tap("Looks good", of=old)
    assert "older message, so nothing changed" in said
    assert "(version 2)" in said
    assert rows(talk) == []


def test_a_dropped_plan_comes_back_with_undo(talk: Talk) -> None:
    on_table(talk)
    talk.say("easier")
    talk.say("forget it")
    assert state(talk)["goal_draft"] == {}
    assert "(version 2)" in talk.tap("Undo")
