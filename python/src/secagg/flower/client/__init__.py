"""A node's side: what it does in the steps of secure rounds."""

from .registration import register

__all__ = ["register"]
