"""Servers and clients of either implementation behind one interface."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from secagg_reference.errors import ProtocolError, WireError
from secagg_reference.server import Fault, Result

Given = TypeVar("Given")

HARMLESS: Final = WireError.cases | {"otherSession", "addressedToAnother", "otherRound"}
"""The cases with which a client refuses a message and goes on (section 11)."""

MAY_TRY_AGAIN: Final = frozenset({"sharesMissing", "sharesWrong"})
"""The cases of a recovery that changes nothing (section 12)."""


class Refused(Exception):
    """Either implementation refused; `case` is the name of section 15."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case


@dataclass(frozen=True)
class Failure:
    """A recovery that came to no sum, and may be tried again after more answers."""

    case: str
    faults: list[Fault]


class ServerRole(Protocol):
    def receive(self, client: int, data: bytes) -> None: ...
    def close_round(self) -> None: ...
    def message_for(self, client: int) -> bytes: ...
    def recover(self) -> Result | Failure: ...
    def close(self) -> None: ...


class ClientRole(Protocol):
    @property
    def advertisement(self) -> bytes: ...
    def answer(self, data: bytes) -> bytes: ...
    def close(self) -> None: ...


def refusing(action: Callable[[], Given], *others: type[ProtocolError]) -> Given:
    """An action of this implementation, whose errors but for those of other types become
    `Refused`."""
    try:
        return action()
    except ProtocolError as error:
        if isinstance(error, others):
            raise
        raise Refused(error.case) from None


def outcome(action: Callable[[], Given]) -> Given | str:
    """The result of an action, or the case with which it was refused."""
    try:
        return action()
    except Refused as refused:
        return refused.case
