"""The eleven things Flux asks at the start: the question, its likely answers, and what to say when unsure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.nodes import onboarding_answers as answers
from agents.reply import Option, in_rows
from agents.turn import TurnContext
from storage.vocabulary import ONBOARDING_TOPICS

Record = Callable[[TurnContext, str], str | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """`record` stores an answer and returns the echo, or None when it was not understood."""

    name: str
    question: str
    likely: tuple[str, ...]  # button labels, each a complete answer if typed
    hint: str
    record: Record
    why: str  # the answer to "why do you ask?"
    default: str | None = None  # offered when somebody skips what planning cannot do without
    why_needed: str = ""


_TOPICS = (
    Topic(
        "name",
        "What should I call you?",
        (),
        "Just a first name or nickname is fine.",
        answers.name,
        "Only so that I don't have to call you nothing at all.",
    ),
    Topic(
        "wake_time",
        "When do you usually get up?",
        ("06:00", "06:30", "07:00", "08:00"),
        "Type a time, like 6:45 or half six.",
        answers.wake_time,
        "So that I never wake you, and can use your first hour well.",
        default="07:00",
        why_needed="I need a rough time so that I never wake you.",
    ),
    Topic(
        "bed_time",
        "And when do you usually go to bed?",
        ("22:00", "22:30", "23:00", "00:00"),
        "Type a time, like 22:45 or half eleven at night.",
        answers.bed_time,
        "So that I stay quiet at night.",
        default="23:00",
        why_needed="I need a rough time so that I stay quiet at night.",
    ),
    Topic(
        "work",
        "When do you work or study? I keep those hours free of tasks.",
        ("Mon-Fri 9-17", "Mon-Fri 8-16", "It varies", "No fixed hours"),
        "Type hours and days, like: 9 to 5 mon-fri.",
        answers.work,
        "So that nothing lands in the middle of your work.",
    ),
    Topic(
        "chronotype",
        "Are you more of a morning or an evening person?",
        ("Morning", "Evening", "Somewhere between", "Not sure"),
        "Morning, evening, or somewhere between?",
        answers.chronotype,
        "Hard things go where you have the most energy.",
    ),
    Topic(
        "timezone",
        "Which city are you in, so that my times are your times?",
        ("London", "Berlin", "New York", "Los Angeles"),
        "Type the nearest big city, an offset like UTC+2, or what your clock shows right now.",
        answers.timezone,
        "Without it a 7 o'clock reminder could come in the middle of your night.",
        default="UTC",
        why_needed="Without it a 7 o'clock reminder could come in the middle of your night.",
    ),
    Topic(
        "places",
        "Which places matter in your week?",
        ("Home and work", "Home only", "Home, work and gym", "None"),
        "Type them with commas, like: home, office, gym.",
        answers.places,
        "So that a reminder can be tied to a place.",
    ),
    Topic(
        "commitments",
        "Is anything fixed every week that I should plan around?",
        ("Nothing fixed",),
        "Type them like: yoga tue 18:00 60 min; choir thursdays 7pm.",
        answers.commitments,
        "So that I never plan on top of them.",
    ),
    Topic(
        "phone",
        "If a reminder goes unseen I can follow up by WhatsApp or a call. What is your number?",
        (),
        "With the country code please, like +49 170 1234567.",
        answers.nothing,  # onboarding_phone takes this one
        "It is only for reminders that nobody answered, and you may skip it.",
    ),
    Topic(
        "consent",
        "When you miss a reminder here, how may I reach you?",
        ("WhatsApp and calls", "WhatsApp only", "Calls only", "Neither"),
        "WhatsApp, calls, both or neither?",
        answers.consent,
        "I only use another channel when you allow it.",
    ),
    Topic(
        "first_goal",
        "Last one: what would you like to get done in the next six weeks?",
        ("Run 5 km", "Read more", "Learn Spanish", "Sleep better"),
        "A sentence is enough, like: run 5 km without stopping.",
        answers.first_goal,
        "That is what the first plan will be about.",
    ),
)
TOPICS = {topic.name: topic for topic in _TOPICS}

OTHER, SKIP, BACK = Option("Other", "other"), Option("Skip", "skip"), Option("Back", "back")


def counter(ctx: TurnContext, name: str) -> str:
    """ "3/11": its place among what this person is asked."""
    left_out = no_consent_needed(ctx)
    asked = [one for one in ONBOARDING_TOPICS if one == name or one != "consent" or not left_out]
    return f"{asked.index(name) + 1}/{len(asked)}"


def no_consent_needed(ctx: TurnContext) -> bool:
    """Whether the number was left out: consent makes sense only for a proved one."""
    progress = ctx.profile().onboarding
    return not ctx.user.phone_verified and "phone" in (*progress.answered, *progress.skipped)


def question(ctx: TurnContext, name: str) -> tuple[str, list[list[Option]]]:
    """The words and the buttons of a topic for this person."""
    topic = TOPICS[name]
    labels = list(topic.likely)
    if name == "name" and ctx.turn.message.display_name:
        known = answers.clean_name(ctx.turn.message.display_name)
        labels = [known] if known and len(known) <= 30 else []
    first = name == ONBOARDING_TOPICS[0]
    control = [OTHER] * bool(labels) + [SKIP] + [BACK] * (not first)
    text = f"{counter(ctx, name)} {topic.question}"
    if not labels:
        text = f"{text}\n{topic.hint}"
    return text, [*in_rows([Option(label) for label in labels], 2), control]
