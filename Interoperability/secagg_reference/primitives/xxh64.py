"""XXH64 of the xxHash specification, version 0.1.1 (section 13.1)."""

import struct
from typing import Final

PRIME_1: Final = 0x9E3779B185EBCA87
PRIME_2: Final = 0xC2B2AE3D27D4EB4F
PRIME_3: Final = 0x165667B19E3779F9
PRIME_4: Final = 0x85EBCA77C2B2AE63
PRIME_5: Final = 0x27D4EB2F165667C5
ONES: Final = 2**64 - 1


def _turned(x: int, by: int) -> int:
    return (x << by | x >> 64 - by) & ONES


def _round(lane: int, word: int) -> int:
    return _turned(lane + word * PRIME_2 & ONES, 31) * PRIME_1 & ONES


def xxh64(words: bytes) -> int:
    """The digest, with the seed 0, of whole 64-bit little-endian words; nothing else is hashed."""
    values = struct.unpack(f"<{len(words) // 8}Q", words)
    striped = len(values) - len(values) % 4
    result = PRIME_5
    if striped:
        a, b, c, d = PRIME_1 + PRIME_2 & ONES, PRIME_2, 0, -PRIME_1 & ONES
        for at in range(0, striped, 4):
            a, b = _round(a, values[at]), _round(b, values[at + 1])
            c, d = _round(c, values[at + 2]), _round(d, values[at + 3])
        result = _turned(a, 1) + _turned(b, 7) + _turned(c, 12) + _turned(d, 18) & ONES
        for lane in (a, b, c, d):
            result = (result ^ _round(0, lane)) * PRIME_1 + PRIME_4 & ONES
    result = result + len(words) & ONES
    for word in values[striped:]:
        result = _turned(result ^ _round(0, word), 27) * PRIME_1 + PRIME_4 & ONES
    result = (result ^ result >> 33) * PRIME_2 & ONES
    result = (result ^ result >> 29) * PRIME_3 & ONES
    return result ^ result >> 32
