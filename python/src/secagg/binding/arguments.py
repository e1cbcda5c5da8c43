"""Arguments on their way into the library: checked, and left where they are in memory."""

import operator
from typing import Any, Final

import numpy

from ..errors import InvalidArgument, InvalidParameters

_EMPTY: Final = numpy.zeros(1, numpy.uint8)

Vector = numpy.ndarray[Any, numpy.dtype[Any]]


def unsigned(value: Any, bits: int, name: str) -> int:
    """An integer from 0 that fits `bits` bits; ctypes would cut off what does not."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidArgument(f"{name}: an integer is needed, not {type(value).__name__}") from None
    if not 0 <= number < 1 << bits:
        raise InvalidArgument(f"{name}: expected 0 to 2^{bits} - 1, found {number}")
    return number


def chosen(value: int | None, name: str) -> int:
    """A number of at least 1, or `None`, for which the library takes 0."""
    if value is None:
        return 0
    number = unsigned(value, 32, name)
    if number == 0:
        raise InvalidParameters(
            f"{name}: expected 1 or more, found 0; leave it out for the default"
        )
    return number


def real(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgument(f"{name}: a number is needed, not {type(value).__name__}") from None


class Memory:
    """The address and length of a bytes-like object, which is kept as long as this is."""

    __slots__ = ("_array", "address", "length")

    def __init__(self, data: Any, name: str, length: int | None = None) -> None:
        try:
            seen = memoryview(data).cast("B")
        except TypeError:
            found = type(data).__name__
            raise InvalidArgument(f"{name}: contiguous bytes are needed, not {found}") from None
        if length is not None and seen.nbytes != length:
            raise InvalidArgument(f"{name}: expected {length} bytes, found {seen.nbytes}")
        self._array = numpy.frombuffer(seen, numpy.uint8) if seen.nbytes else _EMPTY
        self.address: int = self._array.ctypes.data
        self.length = seen.nbytes


def vector(values: Any, name: str) -> tuple[Vector, str]:
    """A vector as the library reads it, and the name of its type. No copy is made of contiguous, aligned
    float32 and float64 numbers in the machine's byte order."""
    if isinstance(values, numpy.ma.MaskedArray):
        raise InvalidArgument(
            f"{name}: expected an ordinary array, found a masked one; fill the masked entries first"
        )
    array = numpy.asarray(values)
    if array.ndim != 1:
        raise InvalidArgument(f"{name}: expected one dimension, found {array.ndim}")
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise InvalidArgument(f"{name}: real numbers are needed, not {array.dtype}")
    kind = "float32" if array.dtype.kind == "f" and array.dtype.itemsize <= 4 else "float64"
    return numpy.require(array, numpy.dtype(kind), ["C_CONTIGUOUS", "ALIGNED"]), kind


def exact(values: Any, count: int, name: str) -> Vector:
    """Whole numbers from 0 as the library reads them."""
    array = numpy.asarray(values)
    if array.shape != (count,):
        raise InvalidArgument(f"{name}: expected {count} whole numbers, found shape {array.shape}")
    if count and (array.dtype.kind not in "iu" or array.min() < 0):
        raise InvalidArgument(f"{name}: expected whole numbers from 0")
    return numpy.require(array, numpy.uint64, ["C_CONTIGUOUS", "ALIGNED"])
