"""The rotation of private averaging (section 19), without its normalisation: whole numbers stay whole."""

from collections.abc import Iterator
from typing import Final

from .encoding import LABEL_ROTATION, hash_, read_words

MASK: Final = 2**64 - 1
SMALLEST_DIMENSION: Final = 8


def seed_of(session_digest: bytes) -> int:
    """The first eight bytes of the hash, as `u64`."""
    return read_words(hash_(LABEL_ROTATION, session_digest)[:8])[0]


def padded_dimension(dimension: int) -> int:
    padded = SMALLEST_DIMENSION
    while padded < dimension:
        padded *= 2
    return padded


def split_mix(state: int) -> Iterator[int]:
    """SplitMix64."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        yield z ^ (z >> 31)


def _rotated_left(x: int, count: int) -> int:
    return (x << count | x >> (64 - count)) & MASK


def xoshiro(seed: int) -> Iterator[int]:
    """xoshiro256**, its state from SplitMix64."""
    source = split_mix(seed)
    s = [next(source) for _ in range(4)]
    while True:
        yield _rotated_left(s[1] * 5 & MASK, 7) * 9 & MASK
        shifted = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = _rotated_left(s[3], 45)


def negative_coordinates(seed: int, padded: int) -> list[int]:
    """The coordinates whose sign is minus."""
    result = []
    words = xoshiro(seed)
    for at in range(0, padded, 64):
        word = next(words)
        result += [i for i in range(at, min(at + 64, padded)) if word >> (i - at) & 1]
    return result


def rotated(vector: list[int], seed: int) -> list[int]:
    """sqrt(D) times the rotated vector: every entry of the matrix by its definition."""
    padded = padded_dimension(len(vector))
    minus = set(negative_coordinates(seed, padded))
    signed = [-x if i in minus else x for i, x in enumerate(vector)]
    return [
        sum(-x if (i & j).bit_count() % 2 else x for j, x in enumerate(signed))
        for i in range(padded)
    ]


def restored(rotated_vector: list[int], seed: int, dimension: int) -> list[int]:
    """What `rotated` was made of: the same matrix once more, the same signs, cut and divided by D."""
    padded = len(rotated_vector)
    minus = set(negative_coordinates(seed, padded))
    result = []
    for i in range(dimension):
        row = sum(-x if (i & j).bit_count() % 2 else x for j, x in enumerate(rotated_vector))
        result.append((-row if i in minus else row) // padded)
    return result
