"""The global model: which arrays it has, and how its numbers lie one after the other."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy
from flwr.app import Array, ArrayRecord

from .arrays import ArrayForm, Numbers, Unusable, array_of, form_of, numbers_of, whole


@dataclass(frozen=True)
class ModelShape:
    """The names, shapes and types of a model's arrays, in their order."""

    forms: tuple[ArrayForm, ...]

    @classmethod
    def of(cls, record: ArrayRecord) -> Self:
        return cls(tuple(form_of(name, array) for name, array in record.items()))

    @cached_property
    def floating(self) -> tuple[ArrayForm, ...]:
        """The arrays of floating-point numbers."""
        return tuple(form for form in self.forms if form.is_floating)

    @cached_property
    def whole(self) -> tuple[ArrayForm, ...]:
        """The arrays of whole numbers."""
        return tuple(form for form in self.forms if not form.is_floating)

    @property
    def unusable(self) -> list[ArrayForm]:
        """The arrays that cannot be averaged."""
        return [form for form in self.forms if not form.is_usable]

    @cached_property
    def coordinate_count(self) -> int:
        """The number of floating-point numbers."""
        return sum(form.size for form in self.floating)

    @cached_property
    def vector_type(self) -> numpy.dtype[numpy.floating]:
        """float64 if there is an array of it, else float32, in which all others are exact."""
        is_wide = any(form.dtype == "float64" for form in self.floating)
        return numpy.dtype(numpy.float64 if is_wide else numpy.float32)

    def matches(self, other: "ModelShape") -> bool:
        """Whether names and shapes are the same. A strategy or a training may have changed types."""
        return [(form.name, form.shape) for form in self.forms] == [
            (form.name, form.shape) for form in other.forms
        ]

    def with_types_of_this(self, record: ArrayRecord) -> ArrayRecord:
        """A model with the same arrays, each in its type here. Arrays that have it are not copied.

        :raises Unusable: a number is beyond the range of the type.
        """
        found = ModelShape.of(record)
        if found == self:
            return record
        arrays = OrderedDict[str, Array]()
        for form, is_form in zip(self.forms, found.forms, strict=True):
            array = record[form.name]
            if form != is_form:
                array = array_of(numbers_of(array.data, is_form), form)
            arrays[form.name] = array
        return ArrayRecord(arrays)


@dataclass(frozen=True)
class ModelBytes:
    """A model as it travelled. Its bytes cannot change, whatever the app does with the record."""

    shape: ModelShape
    data: tuple[bytes, ...]

    @classmethod
    def of(cls, record: ArrayRecord) -> Self:
        return cls(ModelShape.of(record), tuple(array.data for array in record.values()))

    def numbers(self) -> Iterable[tuple[ArrayForm, Numbers]]:
        """Each array's form and numbers.

        :raises Unusable: the bytes are not those of the form.
        """
        for form, data in zip(self.shape.forms, self.data, strict=True):
            yield form, numbers_of(data, form)


def checked_kind(numbers: Numbers, form: ArrayForm) -> Numbers:
    """The numbers of a trained array, as an array of this form can take them.

    :raises Unusable: they are no real numbers, or no whole ones where these are needed.
    """
    if numbers.dtype.kind not in "fiub":
        raise Unusable(f"{form.name!r}: expected real numbers, found {numbers.dtype}")
    if form.is_floating:
        return numbers
    if numbers.dtype.kind == "f" and not numpy.array_equal(numbers, numpy.rint(numbers)):
        raise Unusable(
            f"{form.name!r}: expected whole numbers, since the global model has {form.dtype}"
        )
    return whole(numbers, form)
