"""Robust decoding by trying every set of shares (section 9): slow, and not Gao's."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb

from secagg_reference.encoding import read_words, words
from secagg_reference.field import P
from secagg_reference.sharing import ELEMENTS

MOST_SETS = 2000


def is_feasible(share_count: int, threshold: int) -> bool:
    return comb(share_count, threshold) <= MOST_SETS


def decode(shares: Mapping[int, bytes], threshold: int) -> tuple[bytes, list[int]] | None:
    """The secret and the holders of wrong shares, or nothing if too many are wrong."""
    holders = list(shares)
    secret: list[int] = []
    wrong: set[int] = set()
    for w in range(ELEMENTS):
        values = {holder: read_words(share)[w] for holder, share in shares.items()}
        found = _decoded_word(holders, values, threshold)
        if found is None:
            return None
        secret.append(found[0])
        wrong |= found[1]
    return words(secret), sorted(wrong)


def _decoded_word(
    holders: Sequence[int], values: Mapping[int, int], threshold: int
) -> tuple[int, set[int]] | None:
    """The constant term of the polynomial that enough values lie on, and who is off it."""
    for chosen in combinations(holders, threshold):
        points = {holder: values[holder] for holder in chosen}
        off = {holder for holder in holders if value_at(holder, points) != values[holder]}
        if len(off) <= (len(holders) - threshold) // 2:
            return value_at(0, points), off
    return None


def value_at(x: int, points: Mapping[int, int]) -> int:
    """The value of the polynomial of least degree through some points."""
    total = 0
    for a, value in points.items():
        above, below = value, 1
        for b in points:
            if b != a:
                above = above * (x - b) % P
                below = below * (a - b) % P
        total += above * pow(below, -1, P)
    return total % P
