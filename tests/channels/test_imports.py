"""What importing the channels costs: no provider library before it is needed."""

from __future__ import annotations

import subprocess
import sys

ALL = "telegram, telegram_updates, whatsapp, voice, voice_script, push, console, simulator, twilio_api"
HEAVY = (
    "telegram",
    "httpx",
    "urllib3",
    "twilio",
    "requests",
    "pywebpush",
    "py_vapid",
    "cryptography",
    "aiohttp",
)


def test_importing_every_channel_loads_no_provider_library() -> None:
    code = f"import sys; from channels import {ALL}; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
