"""Private averaging: the context, and the numbers that follow from the settings (section 19).

The encoding of an update is random and left out; its rotation is in `rotation`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from .averaging import Layer, encoded_layers, encoded_model
from .encoding import LABEL_PRIVATE_AVERAGING, f64, hash_, lp_text, u8, u64
from .rotation import padded_dimension


@dataclass(frozen=True)
class Sampling:
    """How the cohort is chosen: 1 not at all, 2 Poisson, 3 without replacement."""

    kind: int
    probability: float = 0
    sample_size: int = 0
    population: int = 0

    @property
    def encoding(self) -> bytes:
        if self.kind == 2:
            return u8(2) + f64(self.probability)
        if self.kind == 3:
            return u8(3) + u64(self.sample_size) + u64(self.population)
        return u8(self.kind)


@dataclass(frozen=True)
class PrivateAveraging:
    """The settings that everyone knows beforehand."""

    parameter_count: int
    """m"""
    clipping_bound: float
    """C"""
    noise: int
    noise_multiplier: float
    """z"""
    bits: int
    """b"""
    cohort_size: int
    """n"""
    minimum_contributors: int
    corrupt_fraction: float
    """gamma"""
    relation: int
    sampling: Sampling
    divisor: int
    """E"""
    clip_bit_deviation: float | None
    """sigma_b"""
    rounding_bias: float
    """beta"""
    wrap_probability: float
    """p"""

    def __post_init__(self) -> None:
        """Rejects settings that section 19 forbids: a client would take noise away with it."""
        if self.relation not in (2, 3):
            raise ValueError(f"the relation is 2 or 3, not {self.relation}")
        if self.sampling.kind == 2:
            raise ValueError("Poisson samples reveal by their noise who took part")
        if self.sampling.kind == 3 and self.honest != self.cohort_size:
            raise ValueError("samples need sums that all have the noise of the cohort")

    def context(
        self, task: str, round: int, layers: Sequence[Layer], model: Sequence[float]
    ) -> bytes:
        deviation = self.clip_bit_deviation
        return hash_(
            LABEL_PRIVATE_AVERAGING,
            lp_text(task)
            + u64(round)
            + u64(self.parameter_count)
            + f64(self.clipping_bound)
            + u8(self.noise)
            + f64(self.noise_multiplier)
            + u64(self.bits)
            + u64(self.cohort_size)
            + u64(self.minimum_contributors)
            + f64(self.corrupt_fraction)
            + u8(self.relation)
            + self.sampling.encoding
            + u64(self.divisor)
            + f64(math.inf if deviation is None else deviation)
            + f64(self.rounding_bias)
            + f64(self.wrap_probability)
            + encoded_layers(layers)
            + encoded_model(model),
        )

    @property
    def honest(self) -> int:
        """h"""
        corrupt = math.floor(self.corrupt_fraction * self.cohort_size + 1e-9)
        return self.minimum_contributors - corrupt

    @property
    def clip_bit_weight(self) -> float | None:
        """w"""
        deviation = self.clip_bit_deviation
        if deviation is None:
            return None
        root = math.sqrt(self.noise_multiplier**-2 - (2 * deviation) ** -2)
        return self.clipping_bound / deviation / root

    @property
    def sensitivity(self) -> float:
        """J"""
        weight = self.clip_bit_weight
        if weight is None:
            return self.clipping_bound
        return math.sqrt(self.clipping_bound**2 + weight**2 / 4)

    @property
    def dimension(self) -> int:
        """D"""
        return padded_dimension(self.parameter_count + (self.clip_bit_deviation is not None))

    @property
    def share_deviation(self) -> float:
        """sigma"""
        return self.noise_multiplier * self.sensitivity / math.sqrt(self.honest)

    @property
    def scale(self) -> float:
        """s"""
        n, q = self.cohort_size, -NormalDist().inv_cdf(self.wrap_probability / 2)
        largest = math.sqrt(2.0 ** (2 * self.bits) - n * q**2)
        signal = self.sensitivity**2 * n**2 / self.dimension
        return largest / (2 * q * math.sqrt(signal + n * self.share_deviation**2))

    @property
    def rounded_bound(self) -> float:
        """B"""
        length, root = self.scale * self.sensitivity, math.sqrt(self.dimension)
        always = length + root
        if self.rounding_bias == 0:
            return always
        spread = math.sqrt(2 * math.log(1 / self.rounding_bias)) * (length + root / 2)
        return min(always, math.sqrt(length**2 + self.dimension / 4 + spread))
