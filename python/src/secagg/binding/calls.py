"""Calls of the library whose status becomes an exception."""

import ctypes
from typing import Any, Final

from .. import errors
from .interface import Failure
from .loading import library

BUFFER_TOO_SMALL: Final = 3

_ERRORS: Final[dict[int, type[errors.Error]]] = {
    1: errors.InvalidArgument,
    2: errors.InvalidHandle,
    4: errors.InvalidParameters,
    5: errors.InvalidUpdate,
    6: errors.WrongRound,
    7: errors.MessageRefused,
    8: errors.NoMessage,
    9: errors.SessionRefused,
    10: errors.TooFewClients,
    11: errors.MoreAnswersNeeded,
    12: errors.SumInconsistent,
    13: errors.StateUnreadable,
    14: errors.NoResources,
}


def _error(name: str, failure: Failure) -> errors.Error:
    message = failure.message.decode(errors="replace")
    if failure.status == 7:
        return errors.MessageRefused(message, failure.culprit)
    # A status of a later minor version is taken for the one that ends the most, as the header says.
    ending = errors.SessionRefused if name.startswith("client") else errors.SumInconsistent
    return _ERRORS.get(failure.status, ending)(message)


def call(name: str, *arguments: Any) -> None:
    """Calls `secagg_<name>`, which takes a failure last; raises an `Error` unless it is done."""
    failure = Failure()
    if getattr(library, f"secagg_{name}")(*arguments, ctypes.byref(failure)) != 0:
        raise _error(name, failure)


def answered(name: str, *arguments: Any) -> tuple[int, str]:
    """Calls a function that writes one 32-bit number and may say why."""
    out = ctypes.c_uint32()
    failure = Failure()
    function = getattr(library, f"secagg_{name}")
    if function(*arguments, ctypes.byref(out), ctypes.byref(failure)) != 0:
        raise _error(name, failure)
    return out.value, failure.message.decode(errors="replace")


def make(name: str, *arguments: Any) -> int:
    """Calls a function that makes a handle, and returns the handle; 0 if it made none."""
    out = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(out))
    return out.value or 0


def number(name: str, *arguments: Any) -> int:
    """Calls a function that writes one 32-bit number."""
    out = ctypes.c_uint32()
    call(name, *arguments, ctypes.byref(out))
    return out.value


_NEW_BYTES: Final = ctypes.pythonapi.PyBytes_FromStringAndSize
_NEW_BYTES.restype = ctypes.py_object
_NEW_BYTES.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
_START_OF: Final = ctypes.pythonapi.PyBytes_AsString
_START_OF.restype = ctypes.c_void_p
_START_OF.argtypes = [ctypes.py_object]


def written(name: str, handle: int) -> bytes:
    """Calls a function that writes bytes, once for their number and once for themselves."""
    length = ctypes.c_size_t()
    failure = Failure()
    status = getattr(library, f"secagg_{name}")(
        handle, None, 0, ctypes.byref(length), ctypes.byref(failure)
    )
    if status != BUFFER_TOO_SMALL:
        raise _error(name, failure)
    # Python lets the maker of a bytes object fill it, as long as nobody else has it.
    data: bytes = _NEW_BYTES(None, length.value)
    call(name, handle, _START_OF(data), length.value, ctypes.byref(length))
    return data


def records(name: str, handle: int, kind: Any) -> list[Any]:
    """Calls a function that writes an array, as often as its length takes."""
    count = ctypes.c_size_t()
    capacity = 0
    while True:
        array = (kind * capacity)() if capacity else None
        failure = Failure()
        arguments = (handle, array, capacity, ctypes.byref(count), ctypes.byref(failure))
        status = getattr(library, f"secagg_{name}")(*arguments)
        if status == 0:
            return list(array[: count.value]) if array else []
        if status != BUFFER_TOO_SMALL:
            raise _error(name, failure)
        capacity = count.value
