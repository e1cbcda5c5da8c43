"""The server's side: a grid that turns a strategy's messages into secure rounds."""

from ..errors import ConfigurationError, RoundFailed
from .grid import SecAggGrid

__all__ = ["ConfigurationError", "RoundFailed", "SecAggGrid"]
