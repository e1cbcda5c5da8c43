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
    """The holder revealed another share than the dealer's: the holder lied."""
    UNOPENED = 2
    """The holder reports that the dealer's shares do not open. One of the two is at fault."""
    WRONG_SECRET = 3
    """The dealer dealt shares of a wrong secret: the dealer lied. `holder` is the dealer too."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a share. `finding` says which client is at fault."""

    holder: int
    """The client that held the share."""
    dealer: int
    """The client whose secret was shared."""
    secret: Secret
    finding: Finding


def faults_of(name: str, handle: int) -> list[Fault]:
    """Calls a function that writes faults."""
    return [
        Fault(found.holder, found.dealer, Secret(found.secret), Finding(found.finding))
        for found in records(name, handle, FaultRecord)
    ]


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
    _shown = ("contributors",)

    @property
    def contributors(self) -> list[int]:
        """Whose updates are in the sum, in ascending order."""
        return [int(id) for id in records("aggregate_contributors", self._handle, ctypes.c_uint32)]

    @property
    def faults(self) -> list[Fault]:
        """The faults that were found on the way to the sum; usually none."""
        return faults_of("aggregate_faults", self._handle)
