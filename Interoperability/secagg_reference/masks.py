"""Masks (section 10). Words are lists of integers below 2^64."""

from collections.abc import Callable
from typing import Final

from .encoding import read_words
from .parameters import AES256_CTR, CHACHA20
from .primitives.key_streams import aes256_stream, chacha20_stream

MODULUS: Final = 2**64

STREAMS: Final[dict[int, tuple[Callable[[bytes, int, int], bytes], int]]] = {
    CHACHA20: (chacha20_stream, 8),
    AES256_CTR: (aes256_stream, 2),
}
"""The key stream of each cipher, and how many words one of its blocks has."""


def mask(cipher: int, seed: bytes, word_count: int, offset: int = 0) -> list[int]:
    """Words of the mask of a seed, from a word on."""
    stream, block_words = STREAMS[cipher]
    skipped = offset % block_words
    found = stream(seed, 8 * (skipped + word_count), offset // block_words)
    return read_words(found[8 * skipped :])


def add(a: list[int], b: list[int]) -> list[int]:
    return [(x + y) % MODULUS for x, y in zip(a, b, strict=True)]


def subtract(a: list[int], b: list[int]) -> list[int]:
    return [(x - y) % MODULUS for x, y in zip(a, b, strict=True)]


def apply_pairwise(words: list[int], own: int, peer: int, mask: list[int]) -> list[int]:
    """What client `own` does with the mask that it shares with `peer`: the smaller id adds."""
    return add(words, mask) if own < peer else subtract(words, mask)


def remove_pairwise(words: list[int], own: int, peer: int, mask: list[int]) -> list[int]:
    """Takes off a sum what `apply_pairwise` did."""
    return subtract(words, mask) if own < peer else add(words, mask)
