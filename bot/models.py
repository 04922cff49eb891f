"""Which language model speaks: the network's with the offline one behind it, or the offline one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.model import FallbackModel, LanguageModel
from agents.offline.model import OfflineModel

if TYPE_CHECKING:
    from bot.model_watch import ModelWatch
    from bot.settings import Settings


def build_model(settings: Settings, watch: ModelWatch | None = None) -> LanguageModel:
    """The offline model unless a key is set; litellm is imported only when it is first asked."""
    offline = OfflineModel()
    if not settings.openrouter_api_key:
        return offline
    from agents.litellm_model import Endpoint, LiteLLMModel, ModelTiers, Tier  # noqa: PLC0415 - only with a key
    from agents.network.breaker import Breaker  # noqa: PLC0415 - only with a key

    tiers = ModelTiers(
        orchestrator=Tier(settings.llm_model_orchestrator, settings.llm_fallback_orchestrator or None),
        planner=Tier(settings.llm_model_planner, settings.llm_fallback_planner or None),
        small=Tier(settings.llm_model_small, settings.llm_fallback_small or None),
    )
    endpoint = Endpoint(
        settings.openrouter_api_key,
        settings.openrouter_base_url,
        settings.openrouter_app_name,
        settings.openrouter_app_url,
    )
    if watch is None:
        return FallbackModel(LiteLLMModel(tiers, endpoint), offline)
    breaker = Breaker(on_open=watch.rests)
    return FallbackModel(LiteLLMModel(tiers, endpoint, breaker=breaker), offline, watch.fell_back)
