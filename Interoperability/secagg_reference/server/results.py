"""What comes out of a session (section 12)."""

from dataclasses import dataclass
from typing import Final

WRONG_SHARE: Final = 1
UNOPENED: Final = 2


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong that did not prevent the sum; holder or dealer is to blame."""

    holder: int
    subject: int
    secret_kind: int
    kind: int


@dataclass(frozen=True)
class Result:
    sums: list[int]
    contributors: list[int]
    faults: list[Fault]
