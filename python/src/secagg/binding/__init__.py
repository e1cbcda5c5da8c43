"""The library `libsecagg` as Python sees it. Nothing here is for users of the package."""

from .loading import VERSION, library

__all__ = ["VERSION", "library"]
