"""The composition root: everything a process needs, built once from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from sqlalchemy.exc import OperationalError

from bot.clock import Clock, build_clock
from bot.phone_limits import LimitedVerifier
from bot.send_failures import SendFailures
from bot.tracing import trace_without_words
from channels.messages import Channel, ChannelError, PhoneVerifier
from channels.push import PushChannel, Subscription
from channels.simulator import PhoneStore, SimulatedChannel, SimulatedVerifier
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from channels.twilio_api import TwilioApi, TwilioVerify
from channels.voice import VoiceChannel
from channels.whatsapp import WhatsAppChannel
from reminders.dispatch import Dispatcher
from reminders.house import House, attach
from reminders.rules.caps import Caps
from reminders.rules.ladder import Timing
from reminders.rules.patterns import Threshold
from reminders.throttle import Pace, Throttle
from reminders.wakeups import RqWakeups, Wakeups
from storage.database import Database
from storage.tables import PushSubscription
from storage.vocabulary import ChannelName

if TYPE_CHECKING:
    from agents.model import LanguageModel
    from bot.settings import Settings

CHAT_QUEUE = "chat"
STATUS_PATH = "/api/v1/webhooks/twilio/status"


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

    def __post_init__(self) -> None:
        """Every session plans with this installation's timing and can ring, also where nothing is ever dispatched."""
        attach(self.database, House(self._timing, self.wakeups, self._threshold, self._caps))

    @property
    def _timing(self) -> Timing:
        settings = self.settings
        return Timing(
            timedelta(minutes=settings.reminder_lead_minutes),
            timedelta(minutes=settings.escalation_window_minutes),
            timedelta(minutes=settings.miss_grace_minutes),
        )

    @property
    def _threshold(self) -> Threshold:
        settings = self.settings
        return Threshold(settings.pattern_miss_threshold, settings.pattern_min_datapoints)

    @property
    def _caps(self) -> Caps:
        settings = self.settings
        return Caps(
            settings.daily_calls_per_person,
            settings.daily_calls,
            settings.daily_whatsapp_per_person,
            settings.daily_whatsapp,
            settings.daily_whatsapp_people,
        )

    @cached_property
    def model(self) -> LanguageModel:
        from bot.model_watch import ModelWatch  # noqa: PLC0415 - only workers talk; the web process stays light
        from bot.models import build_model  # noqa: PLC0415 - likewise

        return build_model(self.settings, ModelWatch(self.redis))

    @cached_property
    def throttle(self) -> Throttle:
        """The pace of each provider, shared by all processes; simulated channels have none."""
        settings = self.settings
        telegram = settings.telegram_messages_per_second
        return Throttle(
            self.redis,
            {
                ChannelName.TELEGRAM: Pace(telegram, per_chat=1 if telegram else 0),
                ChannelName.WHATSAPP: Pace(settings.twilio_whatsapp_messages_per_second),
                ChannelName.CALL: Pace(settings.twilio_calls_per_second),
            },
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.database,
            self.switchboard,
            self.wakeups,
            self._timing,
            threshold=self._threshold,
            caps=self._caps,
            throttle=self.throttle,
        )


def build(settings: Settings) -> Services:
    """Everything for this process. Nothing connects before it is first used."""
    trace_without_words(settings)
    # One quick second try and no more: whoever waits on us hears "in a moment" sooner than redis-py gives up.
    redis = Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 1), socket_connect_timeout=2)
    clock = build_clock(settings.app_env, redis)
    database = Database(settings.database_url, statement_timeout=settings.statement_timeout)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        switchboard=build_switchboard(settings, database, redis),
        wakeups=RqWakeups(redis, clock.to_real),
        enqueue=_enqueue_with(redis),
        verifier=_verifier(settings, redis),
        phones=None if settings.production else PhoneStore(redis),
    )


def build_switchboard(settings: Settings, database: Database, redis: Redis) -> Switchboard:
    """A real channel for each provider that is configured, a simulated one for the rest outside production."""
    real: dict[str, Channel] = {ChannelName.PUSH: _push(settings, database)}
    if settings.telegram_bot_token:
        real[ChannelName.TELEGRAM] = TelegramChannel(
            settings.telegram_bot_token, settings.telegram_api_base_url
        )
    if api := build_twilio(settings):
        base = settings.twilio_webhook_base_url
        if settings.twilio_whatsapp_from:
            template = settings.twilio_whatsapp_template_sid or None
            real[ChannelName.WHATSAPP] = WhatsAppChannel(
                api,
                settings.twilio_whatsapp_from,
                template,
                base + STATUS_PATH if base else None,
                settings.twilio_whatsapp_buttons_sid or None,
            )
        if settings.twilio_voice_from and base:
            real[ChannelName.CALL] = VoiceChannel(
                api, settings.twilio_voice_from, base, detects_machines=settings.twilio_machine_detection
            )
    return Switchboard(real, {} if settings.production else _simulated(redis), SendFailures(redis))


def _simulated(redis: Redis) -> dict[str, Channel]:
    names = (ChannelName.TELEGRAM, ChannelName.WHATSAPP, ChannelName.CALL, ChannelName.PUSH)
    return {name: SimulatedChannel(name, redis) for name in names}


def build_twilio(settings: Settings) -> TwilioApi | None:
    """The Twilio account of this installation; None without one."""
    if not settings.twilio_account_sid:
        return None
    return TwilioApi(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_base_url or None
    )


def _push(settings: Settings, database: Database) -> PushChannel:
    def subscription(subscription_id: str) -> Subscription | None:
        try:
            with database.service() as session:
                row = session.get(PushSubscription, UUID(subscription_id))
                return (row.endpoint, row.p256dh, row.auth) if row else None
        except (
            OperationalError
        ):  # nothing was sent, and Postgres comes back: no reason to give the attempt up
            raise ChannelError("the subscription could not be read", code="database_away") from None

    private_key, _ = settings.vapid_keys
    return PushChannel(private_key, settings.vapid_claims_email, settings.push_allowed_hosts, subscription)


def _verifier(settings: Settings, redis: Redis) -> PhoneVerifier | None:
    """Twilio Verify, or the simulator's own SMS; in production without Verify no number can be proven."""
    api = build_twilio(settings)
    if api and settings.twilio_verify_service_sid:
        real = TwilioVerify(api, settings.twilio_verify_service_sid)
        return LimitedVerifier(real, redis, settings.secret_key, settings.otp_countries, SendFailures(redis))
    return None if settings.production else SimulatedVerifier(redis)


def _enqueue_with(redis: Redis) -> Callable[[str, str], None]:
    queue = Queue(CHAT_QUEUE, connection=redis)

    def enqueue(function: str, argument: str) -> None:
        queue.enqueue(function, argument, job_timeout=120, result_ttl=0, failure_ttl=86_400)

    return enqueue
