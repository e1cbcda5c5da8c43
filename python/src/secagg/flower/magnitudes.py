"""How large updates are, and how much of them was clipped: counts that travel inside the sum."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

_LOWEST: Final = -39
CLASS_COUNT: Final = 48
"""Classes of magnitudes, by powers of two of the bound: from 2^-39 to 2^8 times it."""


def class_of(ratio: float) -> int:
    """The class of the largest magnitude of an array, as a multiple of its bound."""
    if ratio == 0:
        return 0
    mantissa, exponent = math.frexp(ratio)
    if mantissa == 0.5:
        exponent -= 1
    return min(max(exponent - _LOWEST, 0), CLASS_COUNT - 1)


@dataclass(frozen=True)
class ArrayMagnitudes:
    """How many clients have their largest coordinate of an array in each class."""

    name: str
    bound: float
    clipped_coordinates: int
    """Of all contributors together."""
    classes: tuple[int, ...]

    @property
    def clipping_clients(self) -> int:
        """How many clients exceed the bound."""
        return sum(self.classes[1 - _LOWEST :])

    @property
    def median(self) -> float:
        """The least power of two, times the bound, that the largest coordinates of half of the clients do not
        exceed; 0 if these are 0 or next to it."""
        seen, half = 0, sum(self.classes) / 2
        for index, count in enumerate(self.classes):
            seen += count
            if seen >= half:
                return 0.0 if index == 0 else math.ldexp(self.bound, index + _LOWEST)
        return 0.0


@dataclass(frozen=True)
class Magnitudes:
    """Those of all floating-point arrays of a model."""

    arrays: tuple[ArrayMagnitudes, ...]
    clipping_clients: int
    """How many clients exceed the bound of any array."""
    weights: tuple[int, ...]
    """How many clients have a weight of so many bits."""

    @classmethod
    def none(cls) -> Self:
        return cls((), 0, ())

    @classmethod
    def of(
        cls,
        arrays: Sequence[tuple[str, float, int, tuple[int, ...]]],
        clipping_clients: int,
        weights: tuple[int, ...],
    ) -> Self:
        return cls(tuple(ArrayMagnitudes(*array) for array in arrays), clipping_clients, weights)

    @property
    def weight_limit(self) -> int:
        """The least power of two that no client's weight reaches; 1 if all are 0."""
        return 1 << max((bits for bits, count in enumerate(self.weights) if count), default=0)
