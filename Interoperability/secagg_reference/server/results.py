"""The results of a session: the sum or an error, and the faults (section 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ServerError

WRONG_SHARE: Final = 1
UNOPENED: Final = 2
WRONG_SECRET: Final = 3


@dataclass(frozen=True, order=True)
class Fault:
    """Faults are listed by dealer, then by holder."""

    dealer: int
    holder: int
    """In a fault of kind 3, which names no holder, the dealer."""
    secret_kind: int
    kind: int


@dataclass(frozen=True)
class Result:
    sums: list[int]
    contributors: list[int]
    faults: list[Fault]


class RecoveryError(ServerError):
    """`sharesMissing` or `sharesWrong`."""

    def __init__(self, case: str, detail: str, faults: Sequence[Fault]) -> None:
        super().__init__(case, detail)
        self.faults = list(faults)
