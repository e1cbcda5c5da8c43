#!/usr/bin/env python3
"""Writes Tests/CMaskKernelsTests/KeyStreamVectors.swift: digests of pieces of key streams.

The streams come from OpenSSL by way of Python's `cryptography`, and share nothing with the kernels.

    python3 -m pip install cryptography
    python3 Scripts/make-key-stream-vectors.py
"""

import hashlib
import pathlib

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256, ChaCha20
from cryptography.hazmat.primitives.ciphers.modes import CTR

FILE = pathlib.Path(__file__).resolve().parent.parent / "Tests/CMaskKernelsTests/KeyStreamVectors.swift"

HEADER = """/// Pieces of key streams, by their SHA-256, from another implementation of the ciphers: OpenSSL.
///
/// Written by Scripts/make-key-stream-vectors.py.
struct KeyStreamVector: Sendable {
  /// Hexadecimal digits.
  let key: String
  /// The first word of the piece, and its length in words.
  let offset: UInt64
  let count: Int
  /// Of the words as little-endian bytes, hexadecimal digits.
  let digest: String
"""


def chacha20(key, block, length):
    counter_and_nonce = block.to_bytes(4, "little") + bytes(12)
    return Cipher(ChaCha20(key, counter_and_nonce), None).encryptor().update(bytes(length))


def aes256(key, block, length):
    return Cipher(AES256(key), CTR(block.to_bytes(16, "big"))).encryptor().update(bytes(length))


def pieces(borders, end):
    """Offsets and lengths: short ones, long ones, over borders of the counter, and at the end."""
    yield from ((0, 1), (0, 1024), (1, 777), (7, 129), (13, 8192), (1000, 65))
    for border in borders:
        yield from ((border - 1, 2), (border - 301, 640), (border, 320))
    yield from ((end - 1, 1), (end - 500, 500), (end - 8192, 8192))


def table(name, comment, stream, words_per_block, borders, end):
    lines = [f"\n  /// {comment}\n  static let {name} = [\n"]
    for number, (offset, count) in enumerate(pieces(borders, end)):
        key = hashlib.sha256(f"{name} {number}".encode()).digest()
        block, skipped = divmod(offset, words_per_block)
        words = stream(key, block, 8 * (skipped + count))[8 * skipped :]
        digest = hashlib.sha256(words).hexdigest()
        lines.append(
            f'    KeyStreamVector(\n      key: "{key.hex()}",\n'
            f"      offset: {offset}, count: {count},\n"
            f'      digest: "{digest}"),\n'
        )
    return "".join(lines) + "  ]\n"


FILE.write_text(
    HEADER
    + table(
        "chacha20", "Over the sign bit of the counter, and up to its last value.",
        chacha20, 8, [2**34], 2**35,
    )
    + table(
        "aes256ctr",
        "Over the borders of 8, 32 and 40 bits of the counter, and up to the last word that is counted.",
        aes256, 2, [2**9, 2**33, 5 * 2**33, 2**41, 2**63], 2**64,
    )
    + "}\n"
)
