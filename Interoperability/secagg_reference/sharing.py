"""Secret sharing and interpolation (section 9)."""

from collections.abc import Mapping, Sequence
from typing import Final

from . import field
from .encoding import read_words, words

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
