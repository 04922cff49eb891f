"""Which push endpoints may be called: endpoints are user input, and must not lead into our own network.

Checked by name when a subscription is saved and before each send, and by address when the connection is made (in
`channels.push_http`), so that a name that resolves to something else the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

# The push services of the browsers: Chrome and Edge on Android, Firefox, Safari, Edge on Windows.
SERVICES = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
SERVICE_DOMAINS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
LONGEST_URL = 2048
# Global by the registry, yet they carry an IPv4 address that need not be: NAT64, 6to4, Teredo.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def endpoint_problem(url: str, extra_hosts: Collection[str] = ()) -> str | None:
    """Why this endpoint is refused, or None. `extra_hosts`: "push.example.org", or "127.0.0.1:8090" for http too."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not a URL"
    host = parts.hostname or ""
    if not host or len(url) > LONGEST_URL or any(ord(c) <= 32 or ord(c) > 126 or c == "\\" for c in url):
        return "not a URL"
    if parts.username is not None or parts.password is not None:
        return "has credentials"
    if _is_local(parts, extra_hosts):
        return None
    if parts.scheme != "https" or port not in (None, 443):
        return "not https on port 443"
    if host in SERVICES or host.endswith(SERVICE_DOMAINS) or host in extra_hosts:
        return None
    return "not a known push service"


def endpoint_allowed(url: str, extra_hosts: Collection[str] = ()) -> bool:
    """Whether a browser's subscription with this endpoint may be saved and called."""
    return endpoint_problem(url, extra_hosts) is None


def address_is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, seen through IPv4-in-IPv6 forms of it."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return address_is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


def _is_local(parts: SplitResult, extra_hosts: Collection[str]) -> bool:
    """Whether an entry `host:port` names this very host and port; such entries allow http, for tests."""
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme in ("http", "https") and f"{parts.hostname}:{port}" in extra_hosts
