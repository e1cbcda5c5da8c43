"""Federated averaging through secure aggregation."""

import ctypes
import math
from typing import Any

import numpy

from .aggregate import Aggregate, Mean
from .binding.arguments import Vector, real, unsigned, vector
from .binding.calls import call, make
from .binding.interface import FedAvgInfo, FedAvgSettings
from .binding.objects import LibraryObject
from .errors import InvalidArgument


class SecureFedAvg(LibraryObject):
    """How updates are clipped and encoded, and sums become weighted means.

    All clients and the server of a training use the same settings. Immutable."""

    __slots__ = ("_counter_count", "_info", "_parameter_count")

    _kind = "fedavg"
    _shown = ("parameter_count", "value_bits", "counter_count")

    def __init__(
        self,
        *,
        parameter_count: int,
        clipping_bound: float,
        maximum_weight: int,
        maximum_contributors: int,
        norm_bound: float | None = None,
        minimum_value_bits: int = 16,
        counter_count: int = 0,
    ) -> None:
        """
        :param parameter_count: the number of parameters of the model.
        :param clipping_bound: bound of each coordinate of an update, in units of the model.
        :param maximum_weight: the largest weight (number of examples) of one client; a bound near
            the real ones keeps precision.
        :param maximum_contributors: the largest number of clients in one sum.
        :param norm_bound: bound of the update's Euclidean norm, or `None`.
        :param minimum_value_bits: the least precision of one coordinate; bits that are left over
            are used as well.
        :param counter_count: how many whole numbers a client adds beside its update. Their sums are exact.
        :raises InvalidParameters: the settings do not go together.
        """
        norm = math.inf if norm_bound is None else real(norm_bound, "norm_bound")
        if norm_bound is not None and not norm > 0:
            raise InvalidArgument(
                f"norm_bound: expected a positive number, or None for no bound; found {norm}"
            )
        settings = FedAvgSettings(
            ctypes.sizeof(FedAvgSettings),
            unsigned(minimum_value_bits, 32, "minimum_value_bits"),
            unsigned(parameter_count, 64, "parameter_count"),
            real(clipping_bound, "clipping_bound"),
            norm,
            unsigned(maximum_weight, 64, "maximum_weight"),
            unsigned(maximum_contributors, 32, "maximum_contributors"),
            unsigned(counter_count, 32, "counter_count"),
        )
        super().__init__(make("fedavg_create", ctypes.byref(settings)))
        info = FedAvgInfo(ctypes.sizeof(FedAvgInfo))
        call("fedavg_get_info", self._handle, ctypes.byref(info))
        self._info = info
        self._parameter_count = int(settings.parameter_count)
        self._counter_count = int(settings.counter_count)

    @property
    def parameter_count(self) -> int:
        """The number of parameters of the model."""
        return self._parameter_count

    @property
    def counter_count(self) -> int:
        """The number of whole numbers that a client adds beside its update."""
        return self._counter_count

    @property
    def value_bits(self) -> int:
        """The number of bits of one encoded coordinate, and the most that a counter can have."""
        return int(self._info.value_bits)

    @property
    def element_count(self) -> int:
        """The number of elements of a vector: the parameters, then the weight, then the counters."""
        return int(self._info.element_count)

    @property
    def word_count(self) -> int:
        """The number of 64-bit words of a vector on the wire."""
        return int(self._info.word_count)

    @property
    def step(self) -> float:
        """The distance of neighbouring encoded numbers, of an update with the largest weight."""
        return float(self._info.step)

    def application_context(self, model: Any, *, round: int, task: str) -> bytes:
        """The digest (32 bytes) of these settings, a round, a task, and the model that updates are
        differences from: what a session is for.

        Clients that were given different models get masks that do not cancel, rather than a sum that
        means nothing. O(parameters).

        :param model: a vector of finite numbers.
        """
        numbers, kind = vector(model, "model")
        if "\0" in task:
            raise InvalidArgument("task: a zero character ends it; take another name")
        context = numpy.zeros(32, numpy.uint8)
        call(
            f"fedavg_context_{kind}",
            self._handle,
            numbers.ctypes.data,
            numbers.size,
            unsigned(round, 64, "round"),
            task.encode(),
            context.ctypes.data,
        )
        return context.tobytes()

    def mean(self, aggregate: Aggregate, *, out: Vector | None = None) -> Mean:
        """The weighted mean of the contributors' updates.

        :param out: where to write it, a contiguous vector of float32 or float64 with an entry for
            each parameter; a new one of float64 otherwise.
        :raises SumInconsistent: a contributor lied, or all weights are 0. Keep the model.
        """
        mean = numpy.empty(self._parameter_count, numpy.float64) if out is None else out
        if (
            not isinstance(mean, numpy.ndarray)
            or mean.dtype not in (numpy.dtype(numpy.float32), numpy.dtype(numpy.float64))
            or mean.shape != (self._parameter_count,)
            or not mean.flags.c_contiguous
            or not mean.flags.writeable
        ):
            array = isinstance(mean, numpy.ndarray)
            found = f"{mean.dtype} of shape {mean.shape}" if array else type(mean).__name__
            raise InvalidArgument(
                f"out: expected a writable, contiguous vector of {self._parameter_count} numbers of"
                f" float32 or float64, found {found}"
            )
        total = ctypes.c_uint64()
        call(
            f"aggregate_mean_{mean.dtype.name}",
            aggregate._handle,
            self._handle,
            mean.ctypes.data,
            mean.size,
            ctypes.byref(total),
        )
        return Mean(mean, total.value, aggregate.contributors)

    def counters(self, aggregate: Aggregate) -> Vector:
        """The exact sums of the contributors' counters, as uint64."""
        sums = numpy.zeros(self._counter_count, numpy.uint64)
        count = ctypes.c_size_t()
        call(
            "aggregate_counters",
            aggregate._handle,
            self._handle,
            sums.ctypes.data,
            sums.size,
            ctypes.byref(count),
        )
        return sums
