"""What a session gives."""

import ctypes
from dataclasses import dataclass
from enum import IntEnum

from .binding.arguments import Vector
from .binding.calls import records
from .binding.interface import FaultRecord
from .binding.objects import LibraryObject


class Secret(IntEnum):
    """Whose secret a share is of."""

    SELF_MASK = 1
    MASK_KEY = 2


class Finding(IntEnum):
    """What is wrong with a share."""

    WRONG_SHARE = 1
    """It contradicts those of the others."""
    UNOPENED = 2
    """The holder says that the sealed share did not open."""


@dataclass(frozen=True)
class Fault:
    """A share that did not help, although the sum is right."""

    holder: int
    """The client that held it; it or `subject` is at fault."""
    subject: int
    """The client that had dealt it."""
    secret: Secret
    finding: Finding


@dataclass(frozen=True)
class Mean:
    """The weighted mean of the updates of all contributors."""

    mean: Vector
    total_weight: int
    contributors: list[int]


class Aggregate(LibraryObject):
    """The sum of those whose masked input arrived. Immutable."""

    __slots__ = ()

    _kind = "aggregate"

    @property
    def contributors(self) -> list[int]:
        """Whose updates are in the sum, in ascending order."""
        return [int(id) for id in records("aggregate_contributors", self._handle, ctypes.c_uint32)]

    @property
    def faults(self) -> list[Fault]:
        """The faults that were found; usually none."""
        return [
            Fault(found.holder, found.subject, Secret(found.secret), Finding(found.finding))
            for found in records("aggregate_faults", self._handle, FaultRecord)
        ]
