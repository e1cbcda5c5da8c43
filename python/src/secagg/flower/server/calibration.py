"""Bounds and weights that fit the updates, learnt from the counts in each sum."""

import math
from logging import INFO, WARNING
from typing import Final

from flwr.common import log

from ..model import ModelBytes, ModelShape
from ..plan import Outcome
from ..settings import LARGEST_WEIGHT, SecAggSettings

_FIRST_FACTOR: Final = 16384.0
"""The first bound of an array, as a multiple of its largest number or of 1, whichever is larger."""
_FIRST_MAXIMUM: Final = 1 << 17
_HEADROOM: Final = 16.0
"""The bound of an array, as a multiple of the largest coordinate of half of the nodes."""
_WEIGHT_HEADROOM: Final = 2


class Calibration:
    """What a training has learnt of its updates. Settings that are given are never changed."""

    def __init__(self, settings: SecAggSettings, model: ModelBytes) -> None:
        self.shape: ModelShape = model.shape
        self._settings = settings
        self._bounds: dict[str, float] = {}
        for form, numbers in model.numbers():
            if not form.is_floating:
                continue
            fixed = settings.bound_of(form.name)
            if fixed is None:
                largest = max(float(numbers.max(initial=0)), -float(numbers.min(initial=0)))
                fixed = _power_of_two(_FIRST_FACTOR * max(1.0, largest))
            self._bounds[form.name] = fixed
        self._maximum = settings.maximum_examples or _FIRST_MAXIMUM
        self._is_first = settings.maximum_examples is None or any(
            settings.bound_of(name) is None for name in self._bounds
        )

    @property
    def bounds(self) -> tuple[float, ...]:
        """Of the floating-point arrays, in their order."""
        return tuple(self._bounds[form.name] for form in self.shape.floating)

    @property
    def maximum_examples(self) -> int:
        return self._maximum

    def value_bits(self, nodes: int, *, of_first_round: bool | None = None) -> int:
        """The precision of one coordinate. As long as nothing is known of the updates, one coordinate fills a
        word; then two share it, so that a coordinate takes 4 bytes, unless many nodes or the settings want more."""
        sum_bits = (nodes - 1).bit_length()
        if self._is_first if of_first_round is None else of_first_round:
            return min(62, 64 - sum_bits)
        return self._settings.minimum_value_bits or max(16, 32 - sum_bits)

    @property
    def can_raise_maximum(self) -> bool:
        return self._settings.maximum_examples is None and self._maximum < LARGEST_WEIGHT

    def raise_maximum(self) -> None:
        """After nodes refused because they have more examples."""
        if self.can_raise_maximum:
            self._maximum = min(self._maximum << 8, LARGEST_WEIGHT)
            log(INFO, "secagg: maximum_examples is %d from now on", self._maximum)

    def learn(self, outcome: Outcome) -> None:
        """Fits bounds and the largest weight to a sum, and warns of what it lost."""
        self._warn(outcome)
        magnitudes = outcome.magnitudes
        for array in magnitudes.arrays:
            # An array that has not moved says nothing.
            if self._settings.bound_of(array.name) is None and array.median > 0:
                self._bounds[array.name] = _HEADROOM * _power_of_two(array.median)
        if self._settings.maximum_examples is None:
            self._maximum = min(_WEIGHT_HEADROOM * magnitudes.weight_limit, LARGEST_WEIGHT)
        self._is_first = False

    def _warn(self, outcome: Outcome) -> None:
        magnitudes, nodes = outcome.magnitudes, outcome.contributor_count
        if magnitudes.clipping_clients:
            log(
                WARNING,
                "secagg: the updates of %d of %d nodes were clipped",
                magnitudes.clipping_clients,
                nodes,
            )
        # Of one node with an average weight, seen in the mean of all.
        step = outcome.step * self._maximum * math.sqrt(nodes) / outcome.total_weight
        for array in magnitudes.arrays:
            if array.clipping_clients:
                log(
                    WARNING,
                    "secagg: array %r: %d coordinates of %d nodes were clipped to %g",
                    array.name,
                    array.clipped_coordinates,
                    array.clipping_clients,
                    array.bound,
                )
            if array.median and step * array.bound > array.median:
                log(
                    WARNING,
                    "secagg: array %r: the mean is rounded by %.1e, which exceeds the updates (%.1e). Lower"
                    " SecAggSettings.clipping_bound or maximum_examples, or leave them out",
                    array.name,
                    step * array.bound,
                    array.median,
                )


def _power_of_two(number: float) -> float:
    """The least power of two that is not below a number, and 2^1000 at most."""
    if not number < 2.0**1000:
        return 2.0**1000
    mantissa, exponent = math.frexp(number)
    return math.ldexp(1.0, exponent - 1 if mantissa == 0.5 else exponent)
