"""What a client adds to the sum: its update, its metrics and its weight; and what comes out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from logging import WARNING
from typing import Any

import numpy
from flwr.app import ArrayRecord, MetricRecord
from flwr.common import log

import secagg

from .model_vector import ModelShape, Vector


class UnusableReply(Exception):
    """A training reply that cannot be added. The text holds no number of it."""


@dataclass(frozen=True)
class UpdateShape:
    """What the vectors of a session hold: the coordinates of the model, then the metrics, scaled so
    that the largest magnitude of each is the clipping bound. The weight is added by `Averaging`."""

    model: ModelShape
    metrics: tuple[tuple[str, float], ...]
    weighted_by_key: str
    clipping_bound: float
    maximum_examples: int
    minimum_value_bits: int

    def averaging(self, maximum_contributors: int) -> secagg.Averaging:
        return secagg.Averaging(
            parameter_count=self.model.parameter_count + len(self.metrics),
            clipping_bound=self.clipping_bound,
            maximum_weight=self.maximum_examples,
            maximum_contributors=maximum_contributors,
            minimum_value_bits=self.minimum_value_bits,
        )

    def base(self, arrays: ArrayRecord) -> Vector:
        """The global model as the vector that updates are differences from."""
        return self.model.flattened(arrays, room=len(self.metrics))

    def context(self, arrays: ArrayRecord, round: int) -> bytes:
        """The application context of a session: everything that clients must agree on, the model
        included. Of the model its bytes count as they travel, which costs less than its numbers."""
        content = {
            "for": "secagg.flower 1",
            "round": round,
            "model": self.model.arrays,
            "digests": [hashlib.sha256(array.data).hexdigest() for array in arrays.values()],
            "metrics": self.metrics,
            "weighted by": self.weighted_by_key,
            "clipping bound": self.clipping_bound,
            "maximum examples": self.maximum_examples,
            "value bits": self.minimum_value_bits,
        }
        return _application_context(json.dumps(content).encode())

    def update(
        self, base: Vector, arrays: ArrayRecord, metrics: MetricRecord
    ) -> tuple[Vector, int]:
        """A trained model and its metrics as update and weight."""
        if ModelShape.of(arrays) != self.model:
            raise UnusableReply("the trained model has other arrays than the global one")
        vector = self.base(arrays)
        vector -= base
        count = self.model.parameter_count
        self._warn_of_clipping(vector[:count])
        for index, (name, bound) in enumerate(self.metrics):
            value = metrics.get(name)
            if not isinstance(value, (int, float)):
                raise UnusableReply(f"the metric {name!r} is missing, or is no single number")
            if abs(value) > bound:
                log(WARNING, "secagg: the metric %r is above its bound and is clipped", name)
            vector[count + index] = value * (self.clipping_bound / bound)
        return vector, self._weight(metrics)

    def _warn_of_clipping(self, update: Vector) -> None:
        """In the log of the node: clipping that nobody knows of is a wrong result."""
        if update.size and max(update.max(), -update.min()) > self.clipping_bound:
            log(WARNING, "secagg: the update is above the clipping bound and is clipped")

    def _weight(self, metrics: MetricRecord) -> int:
        weight = metrics.get(self.weighted_by_key)
        if not isinstance(weight, (int, float)) or not float(weight).is_integer() or weight < 0:
            raise UnusableReply(f"{self.weighted_by_key!r} is missing, or is no whole number")
        return int(weight)

    def result(self, base: Vector, mean: secagg.Mean) -> tuple[ArrayRecord, MetricRecord]:
        """The global model after the mean update, and the mean metrics."""
        count = self.model.parameter_count
        averaged: dict[str, Any] = {self.weighted_by_key: mean.total_weight}
        for index, (name, bound) in enumerate(self.metrics):
            averaged[name] = float(mean.mean[count + index]) * (bound / self.clipping_bound)
        moved = base[:count].astype(numpy.float64)
        moved += mean.mean[:count]
        return self.model.record(moved), MetricRecord(averaged)


def _application_context(content: bytes) -> bytes:
    """That of section 3 of the specification."""
    label = b"SecAgg/1 application context"
    digest = hashlib.blake2b(digest_size=32)
    for part in (label, content):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def metric_bounds(metrics: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """In an order that both ends have."""
    return tuple(sorted((name, float(bound)) for name, bound in metrics.items()))
