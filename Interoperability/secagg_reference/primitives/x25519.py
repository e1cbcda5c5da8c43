"""X25519 (section 5)."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ..errors import PublicKeyError

CURVE_PRIME: Final = 2**255 - 19

LOW_ORDER: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    )
)


def check_public_key(key: bytes) -> None:
    """The checks of an X25519 public key (section 5)."""
    if len(key) != 32:
        raise PublicKeyError("wrongLength")
    if int.from_bytes(key, "little") >= CURVE_PRIME:  # the highest bit is part of the value here
        raise PublicKeyError("notCanonical")
    if key in LOW_ORDER:
        raise PublicKeyError("lowOrder")


def public_key_of(private_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def agree(private_key: bytes, public_key: bytes) -> bytes:
    """The shared secret; `ValueError` if it is zero (`keyAgreement`)."""
    peer = X25519PublicKey.from_public_bytes(public_key)
    return X25519PrivateKey.from_private_bytes(private_key).exchange(peer)
