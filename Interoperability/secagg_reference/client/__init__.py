"""A client (section 11)."""

from .client import Client
from .entropy import Entropy
from .policy import Policy

__all__ = ["Client", "Entropy", "Policy"]
