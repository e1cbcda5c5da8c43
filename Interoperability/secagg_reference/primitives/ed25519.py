"""Ed25519 with the strictness of section 5.

OpenSSL computes the equation without the cofactor and compares encodings; canonical encodings and
small order are checked here."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..encoding import lp_text
from .x25519 import CURVE_PRIME

GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def _low_order_y() -> frozenset[int]:
    """The y coordinates of the eight points of small order of edwards25519.

    They are 0, 1, -1, and those of order 8, where x^2 = -y^2 (doubling has to give the point
    (+-sqrt(-1), 0)), so that -x^2 + y^2 = 1 + d x^2 y^2 is 2y^2 = 1 - d y^4."""
    p = CURVE_PRIME
    d = -121665 * pow(121666, -1, p) % p
    root_of_minus_one = pow(2, (p - 1) // 4, p)

    def square_root(a: int) -> int | None:
        for candidate in (root := pow(a, (p + 3) // 8, p), root * root_of_minus_one % p):
            if candidate * candidate % p == a:
                return candidate
        return None

    result = {0, 1, p - 1}
    discriminant = square_root((1 + d) % p)
    assert discriminant is not None
    for sign in (1, -1):
        y = square_root((-1 + sign * discriminant) * pow(d, -1, p) % p)
        if y is not None:
            result |= {y, p - y}
    assert len(result) == 5
    return frozenset(result)


LOW_ORDER_Y: Final = _low_order_y()


def public_key_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, label: str, message: bytes) -> bytes:
    """Signs `LP(label) || message` (section 5)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(lp_text(label) + message)


def verifies(public_key: bytes, signature: bytes, label: str, message: bytes) -> bool:
    """Whether a signature of `LP(label) || message` is accepted (section 5)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        return False
    for encoded in (public_key, signature[:32]):
        y = int.from_bytes(encoded, "little") & (2**255 - 1)
        if y >= CURVE_PRIME or y in LOW_ORDER_Y:
            return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, lp_text(label) + message)
    except (InvalidSignature, ValueError):
        return False
    return True
