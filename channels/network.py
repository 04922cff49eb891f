"""Telling a request that was never sent from one whose answer is missing: only the first may simply be repeated."""

from __future__ import annotations

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


def never_arrived(error: requests.RequestException) -> bool:
    """Whether no connection was made; after that, the provider may have received the request."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    # requests wraps urllib3's MaxRetryError, and that carries why the last try failed.
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
