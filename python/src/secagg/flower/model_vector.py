"""Models as flat vectors."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy
from flwr.app import Array, ArrayRecord

Vector = numpy.ndarray[Any, numpy.dtype[Any]]


@dataclass(frozen=True)
class ModelShape:
    """The names, shapes and types of a model's arrays, in their order."""

    arrays: tuple[tuple[str, tuple[int, ...], str], ...]

    @staticmethod
    def of(record: ArrayRecord) -> "ModelShape":
        return ModelShape(
            tuple((name, tuple(array.shape), str(array.dtype)) for name, array in record.items())
        )

    @property
    def parameter_count(self) -> int:
        return sum(math.prod(shape) for _, shape, _ in self.arrays)

    @property
    def vector_type(self) -> numpy.dtype[Any]:
        """float32 if all parameters are exact in it."""
        narrow = {"float32", "float16"}
        single = all(kind in narrow for _, _, kind in self.arrays)
        return numpy.dtype(numpy.float32 if single else numpy.float64)

    def flattened(self, record: ArrayRecord, room: int = 0) -> Vector:
        """All parameters one after the other, and `room` more numbers that are 0."""
        vector = numpy.zeros(self.parameter_count + room, self.vector_type)
        at = 0
        for name, shape, _ in self.arrays:
            size = math.prod(shape)
            vector[at : at + size] = record[name].numpy().reshape(-1)
            at += size
        return vector

    def record(self, vector: Vector) -> ArrayRecord:
        """The model of a vector; whole numbers stay whole."""
        arrays: OrderedDict[str, Array] = OrderedDict()
        at = 0
        for name, shape, kind in self.arrays:
            size = math.prod(shape)
            part = vector[at : at + size].reshape(shape)
            target = numpy.dtype(kind)
            if target.kind in "iub":
                part = numpy.rint(part)
            arrays[name] = Array(numpy.asarray(part, target))
            at += size
        return ArrayRecord(arrays)
