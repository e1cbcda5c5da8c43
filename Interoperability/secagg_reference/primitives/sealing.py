"""XChaCha20-Poly1305 (section 6), made of HChaCha20 and ChaCha20-Poly1305."""

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """HChaCha20 of draft-irtf-cfrg-xchacha, section 2.2: a key of 32 bytes from a nonce of 16."""
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter_round(a: int, b: int, c: int, d: int) -> None:
        for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            t = s[z] ^ s[x]
            s[z] = (t << by | t >> (32 - by)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter_round(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter_round(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


def seal(key: bytes, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    """`nonce || ciphertext || tag` of XChaCha20-Poly1305 (section 6)."""
    cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return nonce + cipher.encrypt(bytes(4) + nonce[16:], plaintext, associated_data)


def open_sealed(key: bytes, sealed: bytes, associated_data: bytes) -> bytes | None:
    """The plaintext, or nothing if the tag is wrong."""
    nonce, rest = sealed[:24], sealed[24:]
    try:
        return ChaCha20Poly1305(hchacha20(key, nonce[:16])).decrypt(
            bytes(4) + nonce[16:], rest, associated_data
        )
    except InvalidTag:
        return None
