"""What a push service's refusals mean: the table by HTTP status."""

from __future__ import annotations

from channels.messages import ChannelError
from channels.refusals import Refusal, gone, permanent, seconds_of, temporary

TOO_LARGE = 413
_KEYS = "check VAPID_PRIVATE_KEY: browsers that subscribed with another key must subscribe again"
TABLE: dict[int, Refusal] = {
    400: permanent("the browser's service could not read it"),
    401: permanent("the browser's service does not trust Flux", _KEYS),
    403: permanent("the browser's service does not trust Flux", _KEYS),
    404: gone("the browser is not subscribed any more"),
    410: gone("the browser is not subscribed any more"),
    TOO_LARGE: permanent("the notification was too large"),
    429: temporary("the browser's service asks for a pause"),
}
_BROKEN = temporary("the browser's service is out of order")
_ELSE = permanent("the browser's service did not accept it")


def error_for(status: int, retry_after: str | None = None) -> ChannelError:
    """The error for a refused notification; any 5xx may pass."""
    row = TABLE.get(status) or (_BROKEN if status >= 500 else _ELSE)
    return row.error(str(status), seconds_of(retry_after))
