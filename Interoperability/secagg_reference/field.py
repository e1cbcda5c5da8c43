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


def trimmed(f: Sequence[int]) -> Polynomial:
    end = len(f)
    while end and f[end - 1] == 0:
        end -= 1
    return list(f[:end])


def evaluate(f: Sequence[int], x: int) -> int:
    result = 0
    for coefficient in reversed(f):
        result = (result * x + coefficient) % P
    return result


def subtract(f: Sequence[int], g: Sequence[int]) -> Polynomial:
    length = max(len(f), len(g))
    padded = zip(list(f) + [0] * (length - len(f)), list(g) + [0] * (length - len(g)))
    return trimmed([(a - b) % P for a, b in padded])


def multiply(f: Sequence[int], g: Sequence[int]) -> Polynomial:
    if not f or not g:
        return []
    result = [0] * (len(f) + len(g) - 1)
    for i, a in enumerate(f):
        for j, b in enumerate(g):
            result[i + j] = (result[i + j] + a * b) % P
    return trimmed(result)


def divide(f: Sequence[int], g: Sequence[int]) -> tuple[Polynomial, Polynomial]:
    """Quotient and remainder."""
    rest = list(f)
    quotient = [0] * max(len(f) - len(g) + 1, 0)
    leading = inverse(g[-1])
    for shift in reversed(range(len(quotient))):
        factor = rest[shift + len(g) - 1] * leading % P
        quotient[shift] = factor
        for i, b in enumerate(g):
            rest[shift + i] = (rest[shift + i] - factor * b) % P
    return trimmed(quotient), trimmed(rest)


def interpolate(xs: Sequence[int], ys: Sequence[int]) -> Polynomial:
    """The polynomial of least degree through points with different x (Newton)."""
    result: Polynomial = []
    basis: Polynomial = [1]
    for x, y in zip(xs, ys):
        factor = (y - evaluate(result, x)) * inverse(evaluate(basis, x)) % P
        result = subtract(result, [(-factor * b) % P for b in basis])
        basis = multiply(basis, [-x % P, 1])
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
