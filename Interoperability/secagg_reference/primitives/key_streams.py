"""The key streams of ChaCha20 and of AES-256 in counter mode (section 10)."""

import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, ChaCha20
from cryptography.hazmat.primitives.ciphers.modes import CTR


def chacha20_stream(key: bytes, byte_count: int, block: int = 0) -> bytes:
    """With a nonce of 12 zero bytes, from a block of 64 bytes on."""
    cipher = Cipher(ChaCha20(key, struct.pack("<I12x", block)), mode=None)
    return cipher.encryptor().update(bytes(byte_count))


def aes256_stream(key: bytes, byte_count: int, block: int = 0) -> bytes:
    """With a counter of 128 bits that is 0 for the first block, from a block of 16 bytes on."""
    cipher = Cipher(AES(key), CTR(block.to_bytes(16, "big")))
    return cipher.encryptor().update(bytes(byte_count))
