"""Fresh processes: litellm stays away without a key, and with one nobody but the configured address is spoken to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.fakes.openai_server import OpenAIServer, says_json

_PROJECT = Path(__file__).resolve().parents[2]
_WITHOUT_KEY = """
import sys
from bot.settings import Settings
from bot.processes.workers import preload
from bot.models import build_model
import bot.inbound, bot.jobs, bot.processes.polling, bot.processes.scheduling, bot.up.supervisor, web.app
settings = Settings(secret_key="s" * 32)
preload(settings)
build_model(settings)
print([name for name in sys.modules if name.partition(".")[0] in ("litellm", "openai")])
"""
_WITH_KEY = """
import json, sys
seen = []

def note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = arguments[1] if event == "socket.connect" else arguments[:2]
        seen.append(list(address) if isinstance(address, tuple) else str(address))

sys.addaudithook(note)
from agents.briefs import ClassifierBrief
from agents.model import ModelRole, Question
from agents.outputs import ClassifierOutput
from bot.models import build_model
from bot.processes.workers import preload
from bot.settings import Settings
settings = Settings(secret_key="s" * 32, openrouter_api_key="sk-test", openrouter_base_url=sys.argv[1])
preload(settings)
preloaded = "litellm" in sys.modules
model = build_model(settings)
question = Question(ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput, correlation_id="4f2a")
tags = model.ask(question).tags
print(json.dumps({"preloaded": preloaded, "tags": tags, "seen": seen}))
"""


def run(code: str, home: Path, *arguments: str) -> str:
    env = {
        "PATH": os.environ["PATH"],
        "FLUX_HOME": str(home),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=_PROJECT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_no_process_without_a_key_imports_litellm(tmp_path: Path) -> None:
    assert run(_WITHOUT_KEY, tmp_path) == "[]"


def test_with_a_key_only_the_configured_address_is_contacted_and_it_is_told_who_asks(tmp_path: Path) -> None:
    with OpenAIServer([says_json({"tags": ["Travel"]})]) as server:
        told = json.loads(run(_WITH_KEY, tmp_path, server.url))
    host, _, port = server.url.removeprefix("http://").removesuffix("/v1").partition(":")
    assert told["tags"] == ["Travel"]
    assert told["preloaded"]
    assert told["seen"]
    assert all(address[0] == host and int(address[1]) == int(port) for address in told["seen"]), told["seen"]
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer sk-test"
    assert headers["x-title"] == "Flux"
    assert headers["x-correlation-id"] == "4f2a"
    assert "litellm.ai" not in headers["http-referer"]
