"""VAPID keys: how this installation proves to push services who it is."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

SCALAR_BYTES = 32


def generate_vapid_keys() -> tuple[str, str]:
    """A new pair: raw private key (43 characters of base64url) and uncompressed public point (87 characters)."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - once in an installation's life

    key = ec.generate_private_key(ec.SECP256R1())
    scalar = key.private_numbers().private_value.to_bytes(SCALAR_BYTES, "big")
    return _encoded(scalar), _point(key)


def public_key_of(private_key: str) -> str:
    """The public key browsers subscribe with. Raises ValueError when the private key is not one."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the web process asks rarely

    scalar = base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4))
    if len(scalar) != SCALAR_BYTES:
        raise ValueError("a VAPID private key is 32 bytes in base64url")
    return _point(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))


def _point(key: EllipticCurvePrivateKey) -> str:
    numbers = key.public_key().public_numbers()
    return _encoded(
        b"\x04" + numbers.x.to_bytes(SCALAR_BYTES, "big") + numbers.y.to_bytes(SCALAR_BYTES, "big")
    )


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
