"""Flower's arrays as numbers, without a copy where it can be had, and back.

Every array travels as one of two kinds. Floating-point numbers are averaged. Whole numbers and booleans are
averaged exactly and rounded, so that equal ones come back bit for bit. Other types cannot be averaged."""

import contextlib
import io
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy
from flwr.app import Array

Numbers = numpy.ndarray[Any, numpy.dtype[Any]]

FLOATING: Final = frozenset({"float16", "float32", "float64", "bfloat16"})
WHOLE: Final = frozenset(
    {"bool"} | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
_NUMPY: Final = "numpy.ndarray"


class Unusable(Exception):
    """An array that holds no numbers, or others than it says."""


@dataclass(frozen=True)
class ArrayForm:
    """Name, shape and type of an array of the global model."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def is_floating(self) -> bool:
        return self.dtype in FLOATING

    @property
    def is_usable(self) -> bool:
        return self.dtype in FLOATING or self.dtype in WHOLE


def form_of(name: str, array: Array) -> ArrayForm:
    """What an array says of itself. Arrays that numpy has not written are of a type of their own."""
    dtype = array.dtype if array.stype == _NUMPY else f"{array.dtype} as {array.stype}"
    if dtype != "bfloat16":
        with contextlib.suppress(TypeError):
            dtype = numpy.dtype(dtype).newbyteorder("=").name
    return ArrayForm(name, tuple(array.shape), dtype)


def numbers_of(data: bytes, form: ArrayForm) -> Numbers:
    """The numbers of an array's bytes, flat and read-only. bfloat16 is widened to float32; other numbers
    stay where they are.

    :raises Unusable: the bytes are not those of an array of this form.
    """
    file = io.BytesIO(data)
    try:
        major, _ = numpy.lib.format.read_magic(file)
        read = (
            numpy.lib.format.read_array_header_1_0
            if major == 1
            else numpy.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = read(file)
        start = file.tell()
        if shape != form.shape or len(data) - start != dtype.itemsize * form.size:
            raise Unusable(f"{form.name!r}: its bytes are not those of an array of {form.shape}")
        is_brain = form.dtype == "bfloat16" and dtype.kind == "V" and dtype.itemsize == 2
        if not is_brain and dtype.newbyteorder("=").name != form.dtype:
            raise Unusable(f"{form.name!r}: its bytes are of {dtype}, not of {form.dtype}")
        numbers = numpy.frombuffer(data, "<u2" if is_brain else dtype, form.size, start)
    except ValueError as error:
        raise Unusable(f"{form.name!r}: {error}") from None
    if is_fortran:
        numbers = numbers.reshape(shape, order="F").reshape(-1)
    if is_brain:
        return (numbers.astype(numpy.uint32) << 16).view(numpy.float32)
    return numbers


def array_of(numbers: Numbers, form: ArrayForm) -> Array:
    """An array of Flower's with these numbers, rounded to its type."""
    if form.dtype == "bfloat16":
        stored = _brain_floats(numpy.asarray(numbers, numpy.float32)).view("V2")
    elif form.is_floating:
        stored = numpy.asarray(numbers, form.dtype)
    else:
        stored = whole(numbers, form)
    header = io.BytesIO()
    description = {
        "descr": numpy.lib.format.dtype_to_descr(stored.dtype),
        "fortran_order": False,
        "shape": form.shape,
    }
    numpy.lib.format.write_array_header_1_0(header, description)
    data = b"".join((header.getvalue(), numpy.ascontiguousarray(stored).data.cast("B")))
    return Array(dtype=form.dtype, shape=form.shape, stype=_NUMPY, data=data)


def _brain_floats(numbers: Numbers) -> Numbers:
    """The upper halves of float32 numbers, rounded to nearest, ties to even. NaN stays NaN."""
    bits = numbers.view(numpy.uint32)
    rounded = bits + numpy.uint32(0x7FFF) + ((bits >> 16) & numpy.uint32(1))
    halves = (rounded >> 16).astype("<u2")
    return numpy.where(numpy.isnan(numbers), numpy.uint16(0x7FC0), halves).astype("<u2")


def whole(numbers: Numbers, form: ArrayForm) -> Numbers:
    """Numbers as those of an array of whole numbers; floating-point numbers are rounded.

    :raises Unusable: they are beyond its range.
    """
    target = numpy.dtype(form.dtype)
    if numbers.dtype == target:
        return numbers
    if numbers.dtype.kind == "f":
        numbers = numpy.rint(numbers)
    low, high = (0, 1) if target.kind == "b" else (numpy.iinfo(target).min, numpy.iinfo(target).max)
    if numbers.size:
        least, most = numbers.min(), numbers.max()
        # NaN is in no range.
        if not (int_or_nan(least) >= low and int_or_nan(most) <= high):
            raise Unusable(f"{form.name!r}: its numbers are beyond the range of {form.dtype}")
    return numbers.astype(target)


def int_or_nan(number: Any) -> Any:
    """A number that is compared exactly with any integer."""
    return int(number) if numpy.isfinite(number) else float(number)
