"""Whether a browser's push keys can be encrypted to at all: checked once on saving, not on every send."""

from __future__ import annotations

import base64
import binascii

# The curve P-256: y^2 = x^3 - 3x + b over the field of _P (FIPS 186-4, D.1.2.3).
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_POINT_BYTES = 65
_SECRET_BYTES = 16


def valid_p256dh(key: str) -> bool:
    """base64url of an uncompressed point that lies on P-256."""
    point = _decoded(key)
    if point is None or len(point) != _POINT_BYTES or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < _P and y < _P and (y * y - (x**3 - 3 * x + _B)) % _P == 0


def valid_auth(secret: str) -> bool:
    """base64url of 16 bytes."""
    decoded = _decoded(secret)
    return decoded is not None and len(decoded) == _SECRET_BYTES


def _decoded(text: str) -> bytes | None:
    if len(text) > 200:
        return None
    padded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
