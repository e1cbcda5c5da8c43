"""A server (sections 11 and 12)."""

from .results import UNOPENED, WRONG_SECRET, WRONG_SHARE, Fault, RecoveryError, Result
from .server import Server

__all__ = [
    "UNOPENED",
    "WRONG_SECRET",
    "WRONG_SHARE",
    "Fault",
    "RecoveryError",
    "Result",
    "Server",
]
