"""Secret sharing, interpolation and robust decoding (section 9)."""

from collections.abc import Mapping, Sequence
from typing import Final

from . import field
from .encoding import read_words, words
from .errors import DecodingError

ELEMENTS: Final = 5
SHARE_BYTES: Final = 8 * ELEMENTS


def is_reduced(share: bytes) -> bool:
    return all(word < field.P for word in read_words(share))


def random_secret() -> bytes:
    return words(field.uniform() for _ in range(ELEMENTS))


def random_polynomials(secret: bytes, threshold: int) -> list[field.Polynomial]:
    """One polynomial of degree t - 1 for each element of the secret, which is the constant term."""
    return [[a] + [field.uniform() for _ in range(threshold - 1)] for a in read_words(secret)]


def share(polynomials: Sequence[field.Polynomial], holder: int) -> bytes:
    return words(field.evaluate(f, holder) for f in polynomials)


def interpolate(shares: Mapping[int, bytes]) -> bytes:
    """The secret from exactly t shares by holder."""
    factors = field.at_zero(list(shares))
    values = [read_words(s) for s in shares.values()]
    return words(sum(f * v[w] for f, v in zip(factors, values)) % field.P for w in range(ELEMENTS))


def decode(shares: Mapping[int, bytes], threshold: int) -> tuple[bytes, list[int]]:
    """The secret and the holders of wrong shares, ascending, from at least t shares (Gao)."""
    xs = list(shares)
    values = {x: read_words(s) for x, s in shares.items()}
    g0: field.Polynomial = [1]
    for x in xs:
        g0 = field.multiply(g0, [-x % field.P, 1])
    polynomials = [
        _decode_word(xs, [values[x][w] for x in xs], g0, threshold) for w in range(ELEMENTS)
    ]
    wrong = [
        x
        for x in sorted(xs)
        if any(field.evaluate(f, x) != y for f, y in zip(polynomials, values[x]))
    ]
    return words(f[0] if f else 0 for f in polynomials), wrong


def _decode_word(
    xs: list[int], ys: list[int], g0: field.Polynomial, threshold: int
) -> field.Polynomial:
    r0, r1 = g0, field.interpolate(xs, ys)
    v0: field.Polynomial = []
    v1: field.Polynomial = [1]
    while r1 and 2 * (len(r1) - 1) >= len(xs) + threshold:
        quotient, rest = field.divide(r0, r1)
        r0, r1 = r1, rest
        v0, v1 = v1, field.subtract(v0, field.multiply(quotient, v1))
    quotient, rest = field.divide(r1, v1)
    if rest or len(quotient) > threshold:
        raise DecodingError
    return quotient
