"""The words Flux stores: every status, kind and name that more than one room must spell the same way."""

from enum import StrEnum


class TaskStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    MISSED = "missed"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"


class GoalStatus(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    PIPELINE = "pipeline"


class TriggerType(StrEnum):
    TIME = "time"
    LOCATION = "location"


class Stage(StrEnum):
    """How far the ladder has climbed for one task; `reminders.rules.life` is the only writer."""

    WAITING = "waiting"  # nothing sent yet
    REMINDED = "reminded"  # rung 1 begun: push and primary chat
    WHATSAPPED = "whatsapped"  # rung 2 begun
    CALLED = "called"  # rung 3 begun; the miss comes next
    ACKNOWLEDGED = "acknowledged"  # "on it": one question at start + duration
    ASKED = "asked"  # that question was put
    CLOSED = "closed"  # nothing more will happen by itself


class Rung(StrEnum):
    """One step of the ladder, and the non-ladder sends that leave through the same outbox."""

    REMIND = "remind"
    WHATSAPP = "whatsapp"
    CALL = "call"
    FOLLOW_UP = "follow_up"  # "did it work out?" after "on it"
    MISS_NOTE = "miss_note"  # the kind message after a miss
    PATTERN = "pattern"  # the question after three weekly misses
    ECHO = "echo"  # the reminder in the chat becomes the result of an answer given elsewhere
    NOTICE = "notice"  # once a day: that a channel which costs money rests until tomorrow
    HANG_UP = "hang_up"  # stops a call that rings although the answer is there


class DispatchStatus(StrEnum):
    PENDING = "pending"  # written, perhaps being sent
    DISPATCHED = "dispatched"
    FAILED = "failed"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # the provider must be asked before anything is repeated


class NoticeResponse(StrEnum):
    DONE = "done"
    RESCHEDULE = "reschedule"
    MISSED = "missed"
    NO_RESPONSE = "no_response"


class Answer(StrEnum):
    """What a person can say about one task; keys 1 to 4 everywhere."""

    DONE = "done"
    RESCHEDULE = "reschedule"
    MISSED = "missed"
    ON_IT = "on_it"
    SNOOZE = "snooze"


class ChannelName(StrEnum):
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    CALL = "call"
    PUSH = "push"
    CONSOLE = "console"
    API = "api"


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    SUMMARY = "summary"


class ContextType(StrEnum):
    ONBOARDING = "onboarding"
    GOAL = "goal"
    TASK = "task"
    RESCHEDULE = "reschedule"
    GENERAL = "general"


class PatternType(StrEnum):
    TIME_AVOIDANCE = "time_avoidance"
    COMPLETION_STREAK = "completion_streak"
    CATEGORY_PERFORMANCE = "category_performance"


class InboundState(StrEnum):
    RECEIVED = "received"  # stored by a door, not yet handled
    ANSWERED = "answered"  # effects and replies are committed, replies not all sent
    DONE = "done"
    FAILED = "failed"  # given up after retries; the person was told


class ErasureSource(StrEnum):
    """Who asked for an erasure."""

    PERSON = "person"
    OPERATOR = "operator"
    RESTORE = "restore"  # the database allows it; nobody writes it, as whoever a backup brings back keeps the old receipt


class DeletionState(StrEnum):
    """How far a provider's own deletion has come."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"  # given up after many tries; an operator has to look
    BY_HAND = "by_hand"  # the provider has no interface for it: docs/privacy.md says what to do


class Intent(StrEnum):
    ONBOARDING = "ONBOARDING"
    GOAL = "GOAL"
    NEW_TASK = "NEW_TASK"
    RESCHEDULE_TASK = "RESCHEDULE_TASK"
    MODIFY_GOAL = "MODIFY_GOAL"
    CLARIFY = "CLARIFY"


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    NEGOTIATING = "negotiating"
    ABANDONED = "abandoned"


class Chronotype(StrEnum):
    MORNING = "morning"
    EVENING = "evening"
    NEUTRAL = "neutral"


TAGS = (
    "Health",
    "Fitness",
    "Nutrition",
    "Mental Health",
    "Career",
    "Learning",
    "Financial",
    "Relationships",
    "Creativity",
    "Productivity",
    "Spirituality",
    "Home",
    "Travel",
    "Other",
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# The eleven onboarding topics, in order; zone, wake and bed are needed before planning.
ONBOARDING_TOPICS = (
    "name",
    "wake_time",
    "bed_time",
    "work",
    "chronotype",
    "timezone",
    "places",
    "commitments",
    "phone",
    "consent",
    "first_goal",
)
