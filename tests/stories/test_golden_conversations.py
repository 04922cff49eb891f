"""Every golden conversation, lived with the offline model: no hard rule broken, everything expected came true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.evaluation.living import Lived, live
from bot.evaluation.marks import Kind
from bot.evaluation.metering import Cost
from bot.evaluation.running import everybody_leaves
from bot.evaluation.scores import LEAST, failures, total
from bot.evaluation.script import Conversation, load
from bot.services import Services, build
from bot.settings import Settings
from storage.embedded import EmbeddedServers
from tests.conftest import cloned

TALKS = load()
_LIVED: list[Lived] = []


@pytest.fixture(scope="module")
def house(
    template: str, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """One house for all of them, in a database of its own."""
    for url in cloned(template):
        settings = Settings(
            flux_home=tmp_path_factory.mktemp("golden"),
            app_env="test",
            secret_key="g" * 32,
            database_url=url,
            redis_url=servers.urls["REDIS_URL"],
        )
        services = build(settings)
        yield services
        services.database.dispose()


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: f"{talk.theme}: {talk.title}")
def test_it_is_lived_as_it_is_written(talk: Conversation, house: Services) -> None:
    lived = live(house, talk)
    everybody_leaves(house)
    _LIVED.append(lived)
    broken = lived.failed(Kind.HARD, Kind.UNDERSTANDING)
    assert not broken, "\n".join([*failures(lived), "", *lived.transcript])


@pytest.mark.parametrize("kind", [Kind.PLAN, Kind.TONE])
def test_how_plans_look_and_how_replies_sound_is_good_enough(kind: Kind) -> None:
    """Over all conversations of this run; each of them may be less than perfect."""
    if len(_LIVED) < len(TALKS):
        pytest.skip("only over all conversations")
    _, everything = total((lived, Cost()) for lived in _LIVED)
    worst = [mark for lived in _LIVED for mark in lived.failed(kind)]
    rules = sorted({mark.rule for mark in worst})
    assert everything.share(kind) >= LEAST[kind], f"{everything.kept(kind)} kept; broken: {rules}"


def test_there_are_many_and_each_has_its_own_title() -> None:
    titles = [talk.title for talk in TALKS]
    assert len(titles) >= 60
    assert len(set(titles)) == len(titles)
    assert all(2 <= len(talk.steps) <= 16 for talk in TALKS)
