"""What all clients of a round add to the sum, and what comes out of it."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from logging import WARNING
from typing import Final

import numpy
from flwr.app import ArrayRecord, MetricRecord
from flwr.common import log

import secagg

from . import digits
from .arrays import ArrayForm, Numbers, Unusable, array_of
from .errors import Refusal, Refused
from .magnitudes import CLASS_COUNT, Magnitudes, class_of
from .model import ModelBytes, ModelShape, checked_kind

_METRIC_BITS: Final = 63
_METRIC_OFFSET: Final = 1 << 62
_METRIC_UNIT: Final = 1 << 32
"""A metric is a whole number of 2^-32, and at most 2^30 either way."""


class Kind(StrEnum):
    """What a round is for. The values are those of Flower's message types."""

    TRAIN = "train"
    EVALUATE = "evaluate"


@dataclass(frozen=True)
class VectorForm:
    """The size of a session's vectors, which has to be known before the round is."""

    coordinate_count: int
    counter_count: int
    minimum_value_bits: int

    def fedavg(self, maximum_contributors: int) -> secagg.SecureFedAvg:
        """Clients scale and weight their updates themselves, so that 1 bounds each coordinate."""
        return secagg.SecureFedAvg(
            parameter_count=max(self.coordinate_count, 1),
            clipping_bound=1.0,
            maximum_weight=1,
            maximum_contributors=maximum_contributors,
            minimum_value_bits=self.minimum_value_bits,
            counter_count=self.counter_count,
        )


@dataclass(frozen=True)
class Contribution:
    """What one client adds."""

    update: Numbers
    counters: Numbers


@dataclass(frozen=True)
class Outcome:
    """What a sum says."""

    contributor_count: int
    total_weight: int
    arrays: ArrayRecord | None
    """The global model after the mean update; `None` for evaluation."""
    metrics: MetricRecord
    magnitudes: Magnitudes
    step: float
    """The distance of neighbouring encoded numbers, of an update as large as its bound with the largest
    weight, as a fraction of the bound."""


@dataclass(frozen=True)
class RoundPlan:
    """What a client must know to add its update, and all must agree on.

    A vector holds the floating-point coordinates, then counters in this order: the weight; presence and value of
    each metric; the whole numbers of the model; of each floating-point array the class of its largest coordinate,
    and how many were clipped; whether any was clipped; the class of the weight."""

    kind: Kind
    round: int
    model: ModelShape
    bounds: tuple[float, ...]
    """The largest magnitude of a coordinate of each floating-point array."""
    maximum_examples: int
    metrics: tuple[str, ...]
    weighted_by_key: str
    minimum_value_bits: int
    """The least precision of one coordinate."""

    @property
    def sums_model(self) -> bool:
        return self.kind is Kind.TRAIN

    @property
    def form(self) -> VectorForm:
        return VectorForm(
            self.model.coordinate_count if self.sums_model else 0,
            sum(self._section_sizes),
            self.minimum_value_bits,
        )

    @cached_property
    def _section_sizes(self) -> list[int]:
        weight = digits.count_for(0)
        metrics = len(self.metrics) * (weight + digits.count_for(_METRIC_BITS))
        if not self.sums_model:
            return [weight, metrics]
        whole = sum(form.size * digits.count_for(_bits(form)) for form in self.model.whole)
        classes = sum(CLASS_COUNT + _clip_digits(form) for form in self.model.floating)
        return [weight, metrics, whole, classes, 1 + digits.WEIGHT_BITS + 1]

    def input_context(self, model: ModelBytes) -> bytes:
        """The digest of all that a client learnt with the request, the model included. Of the model its bytes
        count as they travel, which costs less than its numbers."""
        content = asdict(self) | {
            "for": "secagg.flower 2",
            "digests": [hashlib.sha256(data).hexdigest() for data in model.data],
        }
        return hashlib.sha256(json.dumps(content).encode()).digest()

    # A client

    def contribution(
        self, base: ModelBytes, arrays: ArrayRecord | None, metrics: MetricRecord
    ) -> Contribution:
        """A trained model, its metrics and its weight.

        :param base: the global model that was trained from.
        :raises Refused: they cannot be added.
        """
        weight = self._weight(metrics)
        counters = [self._digits(1, 0, weight), *self._metric_counters(metrics, weight)]
        update = numpy.zeros(1, numpy.float32)
        if self.sums_model:
            assert arrays is not None
            update, model_counters = self._model_part(base, arrays, weight)
            counters += model_counters
        return Contribution(update, numpy.concatenate(counters))

    def _weight(self, metrics: MetricRecord) -> int:
        weight = metrics.get(self.weighted_by_key)
        if not isinstance(weight, (int, float)) or not float(weight).is_integer() or weight < 0:
            raise Refused(
                Refusal.WEIGHT,
                f"{self.weighted_by_key!r}: expected a whole number from 0, found {weight!r}",
            )
        if weight > self.maximum_examples:
            raise Refused(
                Refusal.WEIGHT_TOO_LARGE,
                f"{self.weighted_by_key!r}: expected at most {self.maximum_examples}, found {weight}",
                self.maximum_examples,
            )
        return int(weight)

    @staticmethod
    def _digits(number: int, bits: int, weight: int) -> Numbers:
        return digits.weighted(numpy.array([number], numpy.uint64), bits, weight).reshape(-1)

    def _metric_counters(self, metrics: MetricRecord, weight: int) -> list[Numbers]:
        dropped = [
            name for name in metrics if name not in self.metrics and name != self.weighted_by_key
        ]
        if dropped:
            log(
                WARNING,
                "secagg: metrics that SecAggSettings.metrics does not name stay here: %s",
                ", ".join(map(repr, dropped)),
            )
        counters = []
        for name in self.metrics:
            value = _metric(name, metrics)
            present = value is not None
            number = 0 if value is None else value + _METRIC_OFFSET
            counters.append(self._digits(int(present), 0, weight))
            counters.append(self._digits(number, _METRIC_BITS, weight if present else 0))
        return counters

    def _model_part(
        self, base: ModelBytes, arrays: ArrayRecord, weight: int
    ) -> tuple[Numbers, list[Numbers]]:
        trained = ModelBytes.of(arrays)
        if not trained.shape.matches(self.model):
            raise Refused(
                Refusal.ARRAYS,
                "the trained model has arrays of other names or shapes than the global one",
            )
        update = numpy.empty(max(self.model.coordinate_count, 1), self.model.vector_type)
        update[self.model.coordinate_count :] = 0
        whole: list[Numbers] = []
        classes: list[Numbers] = []
        clipped_somewhere = False
        at, bounds = 0, iter(self.bounds)
        try:
            for (form, before), (_, after) in zip(base.numbers(), trained.numbers(), strict=True):
                after = checked_kind(after, form)
                if not form.is_floating:
                    whole.append(digits.weighted(_unsigned(after), _bits(form), weight).reshape(-1))
                    continue
                part = update[at : at + form.size]
                at += form.size
                bound = next(bounds)
                scale = weight / (self.maximum_examples * bound)
                clipped, largest = _scaled_update(after, before, bound, scale, part, form)
                clipped_somewhere |= clipped > 0
                classes.append(_clip_counters(clipped, class_of(largest / bound), form))
        except Unusable as error:
            raise Refused(Refusal.ARRAYS, str(error)) from None
        if clipped_somewhere:
            log(WARNING, "secagg: the update exceeds its bounds and is clipped")
        node = numpy.zeros(1 + digits.WEIGHT_BITS + 1, numpy.uint64)
        node[0] = clipped_somewhere
        node[1 + weight.bit_length()] = 1
        return update, [*whole, *classes, node]

    # The server

    def outcome(
        self, base: ModelBytes, fedavg: secagg.SecureFedAvg, aggregate: secagg.Aggregate
    ) -> Outcome:
        """What a sum says.

        :raises secagg.SumInconsistent: no honest contributors make it, or all weights are 0.
        """
        counters = fedavg.counters(aggregate)
        sections = numpy.split(counters, numpy.cumsum(self._section_sizes)[:-1])
        total_weight = digits.total(sections[0])
        count = len(aggregate.contributors)
        if total_weight > count * self.maximum_examples:
            raise secagg.SumInconsistent("the weights add up to more than honest nodes have")
        if total_weight == 0:
            raise secagg.SumInconsistent("the weights of all nodes are 0")
        metrics = self._mean_metrics(sections[1])
        metrics[self.weighted_by_key] = total_weight
        arrays, magnitudes = None, Magnitudes.none()
        if self.sums_model:
            mean = numpy.empty(max(self.model.coordinate_count, 1), self.model.vector_type)
            fedavg.mean(aggregate, out=mean)
            mean *= mean.dtype.type(count * self.maximum_examples / total_weight)
            arrays = self._moved(base, mean, sections[2], total_weight)
            magnitudes = self._magnitudes(sections[3], sections[4])
        return Outcome(count, total_weight, arrays, metrics, magnitudes, fedavg.step)

    def _mean_metrics(self, counters: Numbers) -> MetricRecord:
        means = MetricRecord()
        size = digits.count_for(0)
        for name, part in zip(self.metrics, _split(counters, len(self.metrics)), strict=True):
            weight = digits.total(part[:size])
            if weight == 0:
                continue
            total = digits.total(part[size:]) - weight * _METRIC_OFFSET
            # Both are whole numbers of any size: the quotient is rounded once.
            means[name] = total / (weight * _METRIC_UNIT)
        return means

    def _moved(
        self, base: ModelBytes, mean: Numbers, counters: Numbers, total_weight: int
    ) -> ArrayRecord:
        """The global model after the mean. bfloat16 comes as float32, since strategies read numpy arrays."""
        arrays, at, whole_at, bounds = {}, 0, 0, iter(self.bounds)
        for form, before in base.numbers():
            if form.is_floating:
                part = mean[at : at + form.size]
                at += form.size
                part *= part.dtype.type(next(bounds))
                part += before
                readable = (
                    form
                    if form.dtype != "bfloat16"
                    else ArrayForm(form.name, form.shape, "float32")
                )
                arrays[form.name] = array_of(part, readable)
                continue
            count = digits.count_for(_bits(form))
            rows = counters[whole_at : whole_at + count * form.size].reshape(count, form.size)
            whole_at += count * form.size
            means = digits.means(rows, total_weight)
            arrays[form.name] = array_of(_signed(means, form), form)
        return ArrayRecord(arrays)

    def _magnitudes(self, classes: Numbers, node: Numbers) -> Magnitudes:
        arrays, at = [], 0
        for _form, bound in zip(self.model.floating, self.bounds, strict=True):
            size = CLASS_COUNT + _clip_digits(_form)
            part = classes[at : at + size]
            at += size
            counts = tuple(int(count) for count in part[:CLASS_COUNT])
            arrays.append((_form.name, bound, digits.total(part[CLASS_COUNT:]), counts))
        return Magnitudes.of(arrays, int(node[0]), tuple(int(count) for count in node[1:]))


def _split(counters: Numbers, count: int) -> list[Numbers]:
    return numpy.split(counters, count) if count else []


def _metric(name: str, metrics: MetricRecord) -> int | None:
    """A metric as a whole number of its unit; `None` if the client has none, or none that can be added."""
    value = metrics.get(name)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        log(
            WARNING,
            "secagg: the metric %r stays here: expected one finite number, found %s",
            name,
            value if isinstance(value, (int, float)) else type(value).__name__,
        )
        return None
    largest = _METRIC_OFFSET // _METRIC_UNIT
    if abs(value) > largest:
        log(WARNING, "secagg: the metric %r is beyond %d and is clipped", name, largest)
        value = max(-largest, min(largest, value))
    return round(value * _METRIC_UNIT)


def _bits(form: ArrayForm) -> int:
    """Of a number of an array of whole numbers."""
    return 1 if form.dtype == "bool" else 8 * numpy.dtype(form.dtype).itemsize


def _unsigned(numbers: Numbers) -> Numbers:
    """Whole numbers, counted from the least of their type."""
    if numbers.dtype.kind != "i":
        return numbers
    least = 1 << (8 * numbers.dtype.itemsize - 1)
    return numbers.astype(numpy.int64).view(numpy.uint64) + numpy.uint64(least)


def _signed(numbers: Numbers, form: ArrayForm) -> Numbers:
    """The other way."""
    if numpy.dtype(form.dtype).kind != "i":
        return numbers.astype(form.dtype)
    least = 1 << (_bits(form) - 1)
    return (numbers - numpy.uint64(least)).view(numpy.int64).astype(form.dtype)


def _clip_digits(form: ArrayForm) -> int:
    """The digits of the number of coordinates of an array."""
    return -(-max(form.size, 1).bit_length() // digits.BITS)


def _clip_counters(clipped: int, largest: int, form: ArrayForm) -> Numbers:
    counters = numpy.zeros(CLASS_COUNT + _clip_digits(form), numpy.uint64)
    counters[largest] = 1
    for place in range(_clip_digits(form)):
        counters[CLASS_COUNT + place] = clipped >> (digits.BITS * place) & 0xFFFF
    return counters


_BLOCK: Final = 1 << 16
"""Coordinates that are worked on at a time: they stay in the cache."""


def _scaled_update(
    after: Numbers, before: Numbers, bound: float, scale: float, update: Numbers, form: ArrayForm
) -> tuple[int, float]:
    """Writes the clipped and scaled difference. Returns how many coordinates were clipped, and the largest
    magnitude before."""
    clipped, largest = 0, 0.0
    for start in range(0, update.size, _BLOCK):
        block = update[start : start + _BLOCK]
        end = start + block.size
        with numpy.errstate(invalid="ignore", over="ignore"):
            numpy.subtract(
                after[start:end], before[start:end], block, dtype=block.dtype, casting="same_kind"
            )
        magnitude = max(float(block.max()), -float(block.min()))
        if not math.isfinite(magnitude):
            raise Refused(Refusal.NOT_FINITE, f"{form.name!r} is not finite after training")
        largest = max(largest, magnitude)
        if magnitude > bound:
            clipped += int(numpy.count_nonzero(numpy.abs(block) > bound))
            numpy.clip(block, -bound, bound, out=block)
        block *= block.dtype.type(scale)
    return clipped, largest
