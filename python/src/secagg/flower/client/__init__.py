"""The client's side: a mod around training, and query functions for the rounds without it."""

from .mod import secagg_mod
from .registration import register

__all__ = ["register", "secagg_mod"]
