"""Objects that own a handle of the library."""

import ctypes
import weakref
from types import TracebackType
from typing import Any, NoReturn, Self

import numpy

from ..errors import InvalidHandle
from .calls import call
from .loading import library


class LibraryObject:
    """Frees its handle when it is closed, leaves a `with` block, or is forgotten.

    A closed object refuses every call with `InvalidHandle`."""

    __slots__ = ("__weakref__", "_finalizer", "_handle")

    _kind: str
    _shown: tuple[str, ...] = ()
    """The properties that say what an object is, none of them secret."""

    def __repr__(self) -> str:
        name = f"secagg.{type(self).__name__}"
        try:
            values = ", ".join(f"{name}={getattr(self, name)!s}" for name in self._shown)
        except InvalidHandle:
            values = "closed"
        return f"<{name} {values}>" if values else f"<{name}>"

    def __init__(self, handle: int) -> None:
        self._handle = handle
        free = getattr(library, f"secagg_{self._kind}_free")
        self._finalizer = weakref.finalize(self, free, handle)

    def close(self) -> None:
        """Frees what the library holds; secrets are wiped. May be called again."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        """A copy would share the handle, and a pickle would mean nothing elsewhere."""
        raise TypeError(f"{type(self).__name__} can neither be copied nor pickled")


class _Bytes(LibraryObject):
    """Bytes of the library, as numpy finds them."""

    __slots__ = ("__array_interface__",)

    _kind = "bytes"

    def __init__(self, handle: int) -> None:
        super().__init__(handle)
        data, length = ctypes.c_void_p(), ctypes.c_size_t()
        call("bytes_view", handle, ctypes.byref(data), ctypes.byref(length))
        self.__array_interface__: dict[str, Any] = {
            "version": 3,
            "shape": (length.value,),
            "typestr": "|u1",
            "data": (data.value, True),
        }


def view(handle: int) -> memoryview:
    """The bytes of a handle without a copy; it is freed when the last view of them has gone."""
    return numpy.asarray(_Bytes(handle)).data
