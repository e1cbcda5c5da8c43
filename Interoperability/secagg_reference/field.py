"""The field GF(2^61 - 1) and polynomials over it, lowest coefficient first (section 9)."""

import secrets
from collections.abc import Sequence
from typing import Final

P: Final = 2**61 - 1

Polynomial = list[int]


def uniform() -> int:
    while (element := int.from_bytes(secrets.token_bytes(8), "little") & P) == P:
        pass
    return element


def inverse(a: int) -> int:
    return pow(a, -1, P)


def evaluate(f: Sequence[int], x: int) -> int:
    result = 0
    for coefficient in reversed(f):
        result = (result * x + coefficient) % P
    return result


def at_zero(xs: Sequence[int]) -> list[int]:
    """The factors of the values of a polynomial whose sum is its constant term (Lagrange)."""
    result = []
    for i, x in enumerate(xs):
        above, below = 1, 1
        for j, other in enumerate(xs):
            if j != i:
                above = above * other % P
                below = below * (other - x) % P
        result.append(above * inverse(below) % P)
    return result
