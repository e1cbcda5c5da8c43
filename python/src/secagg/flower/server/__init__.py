"""The server's side: a grid that turns a strategy's train messages into secure rounds."""

from .grid import SecAggGrid
from .secure_round import RoundFailed

__all__ = ["RoundFailed", "SecAggGrid"]
