"""A server (sections 11 and 12)."""

from .results import UNOPENED, WRONG_SHARE, Fault, Result
from .server import Server

__all__ = ["UNOPENED", "WRONG_SHARE", "Fault", "Result", "Server"]
