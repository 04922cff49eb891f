"""Tasks as a person asked for them, kept between turns as plain JSON, and turned into drafts of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from agents import wording
from agents.offline.lexicons import names_errand
from agents.state import Json
from agents.turn import TurnContext
from reminders.plans import TaskDraft
from reminders.rules.diary import HORIZON
from reminders.rules.places import when_words
from reminders.rules.recurrence import MAX_OCCURRENCES, ended_rule, ends, expand, monthly_words
from storage.vocabulary import TriggerType

_LONGEST = timedelta(days=730)  # of a series that counts, or ends on a day
_ALTERNATE = 2
_SEEN = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Wish:
    """One task to capture: `at` is the (first) moment in UTC as ISO text, "" while unknown; `rule` an RRULE or ""."""

    title: str
    at: str = ""
    minutes: int = 30
    rule: str = ""
    description: str = ""
    after: str = (
        ""  # while `at` is unknown: the stretch (ISO, UTC) in which it should be, and the part of the day
    )
    before: str = ""
    part: str = ""
    place: str = ""  # what it waits for ("away_from_home"); `at` is then when it is first asked about

    @property
    def moment(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None

    def starting(self, at: datetime) -> Wish:
        return replace(self, at=at.astimezone(UTC).isoformat())

    def as_json(self) -> Json:
        return asdict(self)


def with_added(wishes: Sequence[Wish], what: str) -> list[Wish]:
    """ "And eggs" goes with the milk; "and call dad" is a task of its own."""
    *before, last = wishes
    if what.casefold().startswith("with "):
        return [*before, replace(last, title=f"{last.title} {what}"[:120])]
    if names_errand(what.casefold()):
        return [
            *wishes,
            Wish(wording.capital(what)[:120], after=last.after, before=last.before, part=last.part),
        ]
    return [*before, replace(last, title=f"{last.title} and {what}"[:120])]


def occurrences(ctx: TurnContext, wish: Wish) -> list[datetime]:
    """The moments (UTC) a wish stands for: one, or six weeks of a series; none before now."""
    first = wish.moment
    if first is None:
        return []
    if not wish.rule:
        return [first]
    local = first.astimezone(ctx.zone).replace(tzinfo=None)
    until = (ctx.local_now + HORIZON).replace(tzinfo=None)
    return [at for at in expand(wish.rule, local, ctx.zone, until) if at > ctx.now]


def drafts(
    ctx: TurnContext, wishes: Sequence[Wish], key: UUID, goal_id: UUID | None = None
) -> list[TaskDraft]:
    """Rows for these wishes; the ids follow from `key`, so writing them twice writes them once."""
    made: list[TaskDraft] = []
    for number, wish in enumerate(_counted_out(ctx, wish) for wish in wishes):
        series = uuid5(key, f"series-{number}") if wish.rule else None
        for at in occurrences(ctx, wish):
            made.append(
                TaskDraft(
                    id=uuid5(key, f"{number}-{at.isoformat()}"),
                    title=wish.title,
                    description=wish.description,
                    scheduled_at=at,
                    duration_minutes=wish.minutes,
                    goal_id=goal_id,
                    recurrence_rule=wish.rule or None,
                    trigger_type=TriggerType.LOCATION if wish.place else TriggerType.TIME,
                    location_trigger=wish.place or None,
                    series_id=series,
                    original_at=at if wish.rule else None,
                )
            )
    return made


def _counted_out(ctx: TurnContext, wish: Wish) -> Wish:
    """ "Ten times" as the day of the tenth: the rows of a long series are written bit by bit, and each must know the end."""
    if "COUNT=" not in wish.rule or wish.moment is None:
        return wish
    local = wish.moment.astimezone(ctx.zone).replace(tzinfo=None)
    every = expand(wish.rule, local, ctx.zone, local + _LONGEST)
    return replace(wish, rule=ended_rule(wish.rule, every[-1])) if every else wish


def first_weekly(ctx: TurnContext, weekdays: Sequence[int], at: time) -> datetime:
    """The next moment (UTC) at that local time on one of these weekdays."""
    today = ctx.local_now.date()
    days = (today + timedelta(days=offset) for offset in range(8))
    moments = (
        datetime.combine(day, at, ctx.zone).astimezone(UTC) for day in days if day.weekday() in weekdays
    )
    return next(moment for moment in moments if moment > ctx.now)


def says_wish(ctx: TurnContext, wish: Wish) -> str:
    """Thu 12 Mar 18:00 - Call mum (15 min)"""
    if wish.place:
        return f"{wish.title}, {when_words(wish.place)}"
    moments = occurrences(ctx, wish)
    if not moments:
        return f"{wish.title} ({wording.length(wish.minutes)})"
    when = wording.moment(moments[0], ctx.zone)
    text = f"{when} - {wish.title} ({wording.length(wish.minutes)})"
    if not wish.rule:
        return text
    every = _all_occurrences(ctx, wish)
    cadence = _cadence(ctx, wish.rule, every)
    if not ends(wish.rule):
        return f"{text}\n{cadence}, until you say stop"
    if len(every) >= MAX_OCCURRENCES:
        return f"{text}\n{cadence}, for a long time"
    last = every[-1].astimezone(ctx.zone)
    return f"{text}\n{cadence}, {wording.count(len(every), 'time')} until {last:%a} {last.day} {last:%b}"


def _all_occurrences(ctx: TurnContext, wish: Wish) -> list[datetime]:
    """Also those behind the six weeks that have rows: enough of them to say how often it comes."""
    first = wish.moment or ctx.now
    local = first.astimezone(ctx.zone).replace(tzinfo=None)
    span = _LONGEST if ends(wish.rule) else _SEEN
    return [at for at in expand(wish.rule, local, ctx.zone, local + span) if at > ctx.now]


def _cadence(ctx: TurnContext, rule: str, moments: Sequence[datetime]) -> str:
    local = [at.astimezone(ctx.zone) for at in moments]
    if "FREQ=MONTHLY" in rule:
        return f"{monthly_words(rule, local[0].date())} at {local[0]:%H:%M}"
    names = wording.days([f"{at:%A}" for at in local])
    gaps = {(later.date() - earlier.date()).days for earlier, later in pairwise(local)}
    gap = gaps.pop() if len(gaps) == 1 else 0
    if gap and gap % 7 == 0:
        names = {7: "", 14: "every other "}.get(gap, f"every {gap // 7} weeks on ") + names
    elif gap > 1:
        names = "every other day" if gap == _ALTERNATE else f"every {gap} days"
    return f"{wording.capital(names)} at {local[0]:%H:%M}"
