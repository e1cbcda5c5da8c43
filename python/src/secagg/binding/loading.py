"""Finds the shared library, and checks that it speaks this package's version of the interface."""

import ctypes
import os
from pathlib import Path
from typing import Any, Final

from .interface import ABI_MAJOR, ABI_MINOR, FREEING, RETURNING_STATUS


def _path() -> str:
    """The library of the wheel, or the one that `SECAGG_LIBRARY` names."""
    named = os.environ.get("SECAGG_LIBRARY")
    if named:
        return named
    beside = sorted(Path(__file__).parent.glob("libsecagg.*"))
    if not beside:
        raise ImportError(
            "secagg: there is no libsecagg in this installation; install the wheel that"
            " `make wheel` builds, or name the library in SECAGG_LIBRARY"
        )
    return str(beside[0])


def _load(path: str) -> Any:
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"secagg: {path} cannot be loaded: {error}") from None
    loaded.secagg_version.restype = ctypes.c_char_p
    loaded.secagg_abi_version.restype = ctypes.c_uint32
    loaded.secagg_mask_ciphers.restype = ctypes.c_uint32
    version = loaded.secagg_abi_version()
    if version >> 16 != ABI_MAJOR or version & 0xFFFF < ABI_MINOR:
        raise ImportError(
            f"secagg: {path} has the interface {version >> 16}.{version & 0xFFFF}, this package"
            f" needs {ABI_MAJOR}.{ABI_MINOR} or a later {ABI_MAJOR}.x"
        )
    for name, arguments in RETURNING_STATUS.items():
        function = getattr(loaded, f"secagg_{name}")
        function.argtypes = arguments
        function.restype = ctypes.c_int32
    for name in FREEING:
        function = getattr(loaded, f"secagg_{name}")
        function.argtypes = [ctypes.c_void_p]
        function.restype = ctypes.c_int32
    return loaded


library: Final[Any] = _load(_path())
VERSION: Final[str] = library.secagg_version().decode()
