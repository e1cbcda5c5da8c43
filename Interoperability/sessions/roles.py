"""Servers and clients of either implementation behind one interface."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from secagg_reference.errors import OutOfTurn, ProtocolError
from secagg_reference.server import Result

Given = TypeVar("Given")


OUT_OF_TURN = "OutOfTurn"
"""What a client says of a message for which section 11 has no name."""


class Refused(Exception):
    """Either implementation refused; `case` is the name of section 15."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case


class ServerRole(Protocol):
    def receive(self, client: int, data: bytes) -> None: ...
    def close_round(self) -> None: ...
    def message_for(self, client: int) -> bytes: ...
    def recover(self) -> Result: ...
    def close(self) -> None: ...


class ClientRole(Protocol):
    @property
    def advertisement(self) -> bytes: ...
    def answer(self, data: bytes) -> bytes: ...
    def close(self) -> None: ...


def refusing(action: Callable[[], Given]) -> Given:
    """An action of this implementation, whose errors are made to `Refused`."""
    try:
        return action()
    except ProtocolError as error:
        raise Refused(error.case) from None
    except OutOfTurn:
        raise Refused(OUT_OF_TURN) from None


def outcome(action: Callable[[], Given]) -> Given | str:
    """What came of an action, or the case with which it was refused."""
    try:
        return action()
    except Refused as refused:
        return refused.case
