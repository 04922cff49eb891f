"""Every setting of an installation, read once from the environment and `.env`; the only reader of the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.home import KEY_FILE, VAPID_FILE, default_home, kept_secret_key, kept_vapid_keys
from storage.embedded import published

MINIMUM_KEY_BYTES = 32  # HS256 wants a key as long as its digest


class SettingsError(Exception):
    """A setting that cannot be used: one line that names the variable and shows no secret."""


def _starts_with(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        if value and not value.startswith(schemes):
            raise ValueError(f"must begin with {' or '.join(schemes)}")
        return value

    return AfterValidator(check)


def _words(value: Any) -> Any:
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


def _prefixes(found: tuple[str, ...]) -> tuple[str, ...]:
    """Country codes, with or without their plus."""
    codes = tuple(one.removeprefix("+") for one in found)
    if not all(code.isascii() and code.isdigit() and len(code) <= 4 for code in codes):
        raise ValueError("must be country codes such as +49,+43")
    return tuple(f"+{code}" for code in codes)


def _ever_or_two_days(days: int) -> int:
    """A provider may repeat a message, and a person may take an answer back, within a day."""
    if days == 1:
        raise ValueError("must be at least 2, or 0 to keep them for ever")
    return days


Secret = Annotated[str, Field(repr=False)]
WebUrl = Annotated[str, _starts_with("http://", "https://"), AfterValidator(lambda url: url.rstrip("/"))]
DatabaseUrl = Annotated[Secret, _starts_with("postgresql://", "postgres://", "postgresql+psycopg://")]
RedisUrl = Annotated[Secret, _starts_with("redis://", "rediss://", "unix://")]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Prefixes = Annotated[Words, AfterValidator(_prefixes)]
Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
PerSecond = Annotated[float, Field(ge=0, le=10_000)]
Minutes = Annotated[float, Field(ge=0, le=1440)]
Count = Annotated[int, Field(ge=1)]
Cap = Annotated[int, Field(ge=0)]
KeptDays = Annotated[int, Field(ge=0, le=36_500), AfterValidator(_ever_or_two_days)]


class RunningInstallation(PydanticBaseSettingsSource):
    """The addresses a running `flux up` left in this home, for commands beside it; weaker than any other source."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the interface's signature
        return None, field_name, False  # this source answers as a whole, in __call__

    def __call__(self) -> dict[str, Any]:
        home = self.current_state.get("flux_home")
        found = published(Path(home) if home else default_home())
        return {name.lower(): value for name, value in found.items()}


class Settings(BaseSettings):
    """Frozen; field names are the variables' names in lower case. Raises SettingsError."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # The installation
    app_env: Literal["development", "test", "production"] = "development"
    flux_home: Folder = Field(default_factory=default_home)
    secret_key: Secret = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    web_host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    access: Literal["open", "pairing"] = "open"
    database_url: DatabaseUrl = ""
    database_statement_timeout_seconds: Annotated[float, Field(ge=1, le=3600)] = 30
    redis_url: RedisUrl = ""
    supabase_url: WebUrl = ""
    supabase_jwt_secret: Secret = ""

    # The ladder
    reminder_lead_minutes: Minutes = 10
    escalation_window_minutes: Annotated[float, Field(gt=0, le=240)] = 2
    miss_grace_minutes: Minutes = 60
    daily_calls_per_person: Cap = 6
    daily_calls: Cap = 500
    daily_whatsapp_per_person: Cap = 20
    daily_whatsapp: Cap = 5_000
    daily_whatsapp_people: Cap = 250
    sweep_interval_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 5
    chat_workers: Annotated[int, Field(ge=1, le=64)] = 1

    # Telegram
    telegram_bot_token: Secret = ""
    telegram_webhook_secret: Secret = ""
    telegram_api_base_url: WebUrl = "https://api.telegram.org"
    telegram_messages_per_second: PerSecond = 30

    # Twilio: WhatsApp, calls, phone verification
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = ""
    twilio_whatsapp_from: str = ""
    twilio_whatsapp_template_sid: str = ""
    twilio_whatsapp_buttons_sid: str = ""
    twilio_voice_from: str = ""
    twilio_whatsapp_messages_per_second: PerSecond = 80
    twilio_calls_per_second: PerSecond = 1
    twilio_machine_detection: bool = True
    twilio_verify_service_sid: str = ""
    otp_countries: Prefixes = ()
    twilio_webhook_base_url: WebUrl = ""
    twilio_api_base_url: WebUrl = ""

    # Web push
    vapid_private_key: Secret = ""
    vapid_public_key: str = ""
    vapid_claims_email: str = "admin@example.com"
    push_allowed_hosts: Words = ()

    # Language models
    openrouter_api_key: Secret = ""
    openrouter_base_url: WebUrl = "https://openrouter.ai/api/v1"
    openrouter_app_name: str = "Flux"
    openrouter_app_url: WebUrl = ""
    llm_model_orchestrator: str = "openrouter/openai/gpt-4o"
    llm_model_planner: str = "openrouter/anthropic/claude-sonnet-4"
    llm_model_small: str = "openrouter/openai/gpt-4o-mini"
    llm_fallback_orchestrator: str = "openrouter/anthropic/claude-sonnet-4"
    llm_fallback_planner: str = "openrouter/openai/gpt-4o"
    llm_fallback_small: str = "openrouter/anthropic/claude-3.5-haiku"
    monthly_token_soft_limit: Count = 500_000
    monthly_token_hard_limit: Count = 1_000_000
    max_conversation_messages: Annotated[int, Field(ge=2)] = 20
    max_conversation_tokens: Annotated[int, Field(ge=500)] = 8_000

    # Plans and patterns
    max_active_goals: Count = 3
    goal_sprint_weeks: Annotated[int, Field(ge=1, le=6)] = 6
    pattern_miss_threshold: Count = 3
    pattern_min_datapoints: Count = 3

    # How long what is finished is kept; 0 is for ever
    retention_inbound_days: KeptDays = 30
    retention_delivery_days: KeptDays = 180
    retention_messages_days: KeptDays = 730

    # Watching it run; both send data elsewhere and are off unless set
    sentry_dsn: Secret = ""
    sentry_environment: str = ""
    sentry_traces_sample_rate: Annotated[float, Field(ge=0, le=1)] = 0
    langchain_tracing_v2: bool = False
    langchain_api_key: Secret = ""
    langchain_project: str = "flux"
    langchain_endpoint: WebUrl = "https://api.smith.langchain.com"

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, RunningInstallation(settings_cls)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.secret_key:
            if self.production:
                raise _wrong("secret_key", "is required in production (32 bytes or more, random)")
            # Frozen is for everybody else: the key belongs to the settings from the start.
            self.__dict__["secret_key"] = kept_secret_key(self.flux_home)
        if len(self.secret_key.encode()) < MINIMUM_KEY_BYTES:
            raise _wrong("secret_key", f"must have at least {MINIMUM_KEY_BYTES} bytes")
        if bool(self.vapid_private_key) != bool(self.vapid_public_key):
            raise _wrong("vapid_public_key", "and VAPID_PRIVATE_KEY belong together: set both or neither")
        if self.monthly_token_hard_limit < self.monthly_token_soft_limit:
            raise _wrong("monthly_token_hard_limit", "must not be below MONTHLY_TOKEN_SOFT_LIMIT")
        return self

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def statement_timeout(self) -> timedelta:
        return timedelta(seconds=self.database_statement_timeout_seconds)

    @property
    def network_models(self) -> tuple[str, ...]:
        """Every network model that may be asked, each once; none without a key."""
        named = (self.llm_model_orchestrator, self.llm_model_planner, self.llm_model_small)
        spare = (self.llm_fallback_orchestrator, self.llm_fallback_planner, self.llm_fallback_small)
        return tuple(dict.fromkeys(filter(None, named + spare))) if self.openrouter_api_key else ()

    @property
    def public_url(self) -> str:
        """Where people and providers reach the web process, without a slash at the end."""
        return self.twilio_webhook_base_url or f"http://localhost:{self.port}"

    @property
    def own_secrets(self) -> tuple[str, ...]:
        """The files in FLUX_HOME this installation takes its secrets from: those that no variable sets."""
        files = {KEY_FILE: "secret_key" in self.model_fields_set, VAPID_FILE: bool(self.vapid_private_key)}
        return tuple(name for name, is_set in files.items() if not is_set)

    @cached_property
    def vapid_keys(self) -> tuple[str, str]:
        """(private, public) of web push: as set, else made once and kept in FLUX_HOME."""
        if self.vapid_private_key:
            return self.vapid_private_key, self.vapid_public_key
        from channels.push import generate_vapid_keys  # noqa: PLC0415 - 0.2 s that most processes never need

        return kept_vapid_keys(self.flux_home, generate_vapid_keys)


def _wrong(field: str, problem: str) -> ValueError:
    return ValueError(f"{field.upper()} {problem}")


def _one_line(error: ValidationError) -> str:
    """The first problem, led by the variable's name; the value is shown only where it is no secret."""
    first = error.errors()[0]
    problem = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return problem
    name = str(first["loc"][0])
    shown = is_public(name) and isinstance(first["input"], str | int | float)
    value = f" (it is {str(first['input'])[:60]!r})" if shown else ""
    return f"{name.upper()}: {problem[0].lower()}{problem[1:]}{value}"


def is_public(name: str) -> bool:
    """Whether a setting's value may be shown to people."""
    field = Settings.model_fields.get(name)
    return field is not None and field.repr


def export_to_libraries(settings: Settings) -> None:
    """Tell libraries that read the environment themselves: traces stay off unless asked for, nothing phones home."""
    os.environ["LANGCHAIN_TRACING_V2"] = str(settings.langchain_tracing_v2).lower()
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"]
    for words in ("INPUTS", "OUTPUTS", "METADATA"):  # the graph's state is the talk itself (bot/tracing.py)
        os.environ[f"LANGSMITH_HIDE_{words}"] = "true"
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else importing it fetches a price list
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # checkpoints hold plain data, never classes to rebuild
    if settings.langchain_tracing_v2:
        os.environ["LANGCHAIN_API_KEY"] = settings.langchain_api_key
        os.environ["LANGCHAIN_PROJECT"] = settings.langchain_project
        os.environ["LANGCHAIN_ENDPOINT"] = settings.langchain_endpoint


def environment_for_children(settings: Settings, changed: dict[str, str]) -> dict[str, str]:
    """The environment of a process we start: ours, with what this installation decided on top."""
    decided = {
        "FLUX_HOME": str(settings.flux_home),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "WEB_HOST": settings.web_host,
        "PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
    }
    return dict(os.environ) | decided | changed
