"""A client (section 11)."""

from .client import Client
from .entropy import Entropy
from .policy import Policy, check_start

__all__ = ["Client", "Entropy", "Policy", "check_start"]
