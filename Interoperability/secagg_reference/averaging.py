"""Federated averaging: how weights and updates become elements, and sums a mean (section 18)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .encoding import f64, lp, lp_text, u64, words
from .parameters import application_context

Layer = tuple[str, Sequence[int]]
"""Name and shape."""


def encoded_layers(layers: Sequence[Layer]) -> bytes:
    return u64(len(layers)) + b"".join(
        lp_text(name) + u64(len(shape)) + words(shape) for name, shape in layers
    )


def encoded_model(parameters: Sequence[float]) -> bytes:
    return u64(len(parameters)) + b"".join(map(f64, parameters))


CLASSES = 33
"""Classes of magnitudes in the counts of clipping."""


def _class(magnitude: float, bound: float) -> list[int]:
    place = sum(magnitude > bound * 2.0**e for e in range(-16, 16))
    return [int(index == place) for index in range(CLASSES)]


@dataclass(frozen=True)
class Averaging:
    """The settings that everyone knows beforehand."""

    parameter_count: int
    """m"""
    bound: float
    """B"""
    norm_bound: float | None
    largest_weight: int
    """L"""
    value_bits: int
    counts_clipping: bool = False
    counter_count: int = 0

    @property
    def coordinate_bits(self) -> int:
        """b"""
        return min(self.value_bits, 52)

    @property
    def levels(self) -> int:
        return (1 << self.coordinate_bits - 1) - 1

    @property
    def weight_element_count(self) -> int:
        return -(-self.largest_weight.bit_length() // self.value_bits)

    @property
    def element_count(self) -> int:
        return self._counters_start + self.counter_count

    @property
    def _counters_start(self) -> int:
        return self.parameter_count + self.weight_element_count + self.clipping_element_count

    @property
    def _coordinate_element_count(self) -> int:
        return -(-self.parameter_count.bit_length() // self.value_bits)

    @property
    def clipping_element_count(self) -> int:
        if not self.counts_clipping:
            return 0
        return self._coordinate_element_count + CLASSES * (1 if self.norm_bound is None else 2)

    def context(
        self, task: str, round: int, layers: Sequence[Layer], model: Sequence[float]
    ) -> bytes:
        norm_bound = math.inf if self.norm_bound is None else self.norm_bound
        return application_context(
            lp_text(task)
            + u64(round)
            + u64(self.element_count)
            + f64(self.bound)
            + f64(norm_bound)
            + u64(self.largest_weight)
            + u64(self.coordinate_bits)
            + encoded_layers(layers)
            + encoded_model(model)
        )

    def weight_elements(self, weight: int) -> list[int]:
        """The lowest bits first."""
        last = (1 << self.value_bits) - 1
        places = range(self.weight_element_count)
        return [weight >> place * self.value_bits & last for place in places]

    def clipping_elements(self, update: Sequence[float]) -> list[int]:
        if not self.counts_clipping:
            return []
        factor = self._norm_factor(update)
        clipped = sum(abs(x * factor) > self.bound for x in update)
        last = (1 << self.value_bits) - 1
        places = range(self._coordinate_element_count)
        elements = [clipped >> place * self.value_bits & last for place in places]
        elements += _class(max(map(abs, update)), self.bound)
        if self.norm_bound is not None:
            elements += _class(math.sqrt(math.fsum(x * x for x in update)), self.norm_bound)
        return elements

    def clipping_counts(
        self, sums: Sequence[int], contributors: int
    ) -> tuple[int, list[int], list[int] | None] | None:
        """Coordinates and classes; None if honest contributors cannot have made them."""
        start = self.parameter_count + self.weight_element_count
        rest = list(sums[start : self._counters_start])
        pieces = [rest.pop(0) for _ in range(self._coordinate_element_count)]
        coordinates = sum(s << i * self.value_bits for i, s in enumerate(pieces))
        classes = [rest[:CLASSES]] + ([] if self.norm_bound is None else [rest[CLASSES:]])
        lies = any(sum(counts) != contributors for counts in classes)
        if lies or coordinates > self.parameter_count * contributors:
            return None
        return coordinates, classes[0], classes[1] if len(classes) > 1 else None

    def counter_elements(self, counters: Sequence[int]) -> list[int]:
        if len(counters) != self.counter_count:
            raise ValueError(f"expected {self.counter_count} counters, found {len(counters)}")
        if any(not 0 <= counter < 1 << self.value_bits for counter in counters):
            raise ValueError(f"expected counters of at most {self.value_bits} bits")
        return list(counters)

    def counters(self, sums: Sequence[int]) -> list[int]:
        """The sums of the contributors' counters."""
        return list(sums[self._counters_start :])

    def _norm_factor(self, update: Sequence[float]) -> float:
        norm = math.sqrt(math.fsum(x * x for x in update))
        exceeds = self.norm_bound is not None and norm > self.norm_bound
        return self.norm_bound / norm if exceeds and self.norm_bound is not None else 1.0

    def neighbouring_elements(self, update: Sequence[float], weight: int) -> list[tuple[int, int]]:
        """The two elements, the smaller first, between which each coordinate is rounded."""
        factor = self._norm_factor(update)
        share = weight / self.largest_weight
        return [self._around(self._clipped(x * factor) * share) for x in update]

    def _clipped(self, x: float) -> float:
        return max(-self.bound, min(self.bound, x))

    def _around(self, x: float) -> tuple[int, int]:
        magnitude = abs(x) * (self.levels / self.bound)
        near, far = (min(f(magnitude), self.levels) for f in (math.floor, math.ceil))
        lower, upper = (-far, -near) if x < 0 else (near, far)
        return lower + self.levels, upper + self.levels

    def total_weight(self, sums: Sequence[int], contributors: int) -> int | None:
        """None if honest contributors cannot have made it."""
        sums_of_weights = sums[self.parameter_count :][: self.weight_element_count]
        total = sum(s << i * self.value_bits for i, s in enumerate(sums_of_weights))
        return total if 1 <= total <= self.largest_weight * contributors else None

    def mean(self, sums: Sequence[int], contributors: int, total_weight: int) -> list[float]:
        step = self.bound / self.levels
        scale = self.largest_weight / total_weight
        shift = contributors * self.levels
        return [(s - shift) * step * scale for s in sums[: self.parameter_count]]
