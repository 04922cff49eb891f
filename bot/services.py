"""The composition root: everything a process needs, built once from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from redis import Redis
from rq import Queue

from bot.clock import Clock, build_clock
from channels.messages import Channel, PhoneVerifier
from channels.simulator import PhoneStore, SimulatedChannel
from channels.switchboard import Switchboard
from reminders.dispatch import Dispatcher
from reminders.wakeups import RqWakeups, Wakeups
from storage.database import Database
from storage.vocabulary import ChannelName

if TYPE_CHECKING:
    from agents.model import LanguageModel
    from bot.settings import Settings

CHAT_QUEUE = "chat"
LADDER_QUEUE = "ladder"


@dataclass
class Services:
    """What doors and jobs work with. Tests build one with another clock, other channels, other wake-ups."""

    settings: Settings
    clock: Clock
    database: Database
    redis: Redis
    switchboard: Switchboard
    wakeups: Wakeups
    enqueue: Callable[[str, str], None]  # (job function, argument): hand a stored event to a worker
    verifier: PhoneVerifier | None
    phones: PhoneStore | None  # the simulator's memory; None in production

    @cached_property
    def model(self) -> LanguageModel:
        from bot.models import build_model  # noqa: PLC0415 - only workers talk; the web process stays light

        return build_model(self.settings)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        settings = self.settings
        return Dispatcher(
            self.database,
            self.switchboard,
            self.wakeups,
            lead_minutes=settings.reminder_lead_minutes,
            window_minutes=settings.escalation_window_minutes,
            grace_minutes=settings.miss_grace_minutes,
        )


def build(settings: Settings) -> Services:
    """Everything for this process. Nothing connects before it is first used."""
    redis = Redis.from_url(settings.redis_url)
    clock = build_clock(settings.app_env, redis)
    database = Database(settings.database_url)
    simulated = settings.app_env != "production"
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        switchboard=Switchboard(
            _real_channels(settings, database), _simulated_channels(redis) if simulated else {}
        ),
        wakeups=RqWakeups(redis, clock.to_real),
        enqueue=_enqueue_with(redis),
        verifier=_verifier(settings, redis) if settings.twilio_verify_service_sid or simulated else None,
        phones=PhoneStore(redis) if simulated else None,
    )


def _enqueue_with(redis: Redis) -> Callable[[str, str], None]:
    queue = Queue(CHAT_QUEUE, connection=redis)

    def enqueue(function: str, argument: str) -> None:
        queue.enqueue(function, argument, job_timeout=120, result_ttl=0, failure_ttl=86_400)

    return enqueue


def _simulated_channels(redis: Redis) -> dict[str, Channel]:
    names = (ChannelName.TELEGRAM, ChannelName.WHATSAPP, ChannelName.CALL, ChannelName.PUSH)
    return {name: SimulatedChannel(name, redis) for name in names}
