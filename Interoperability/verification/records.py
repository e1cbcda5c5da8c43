"""Comparing what was computed with what a vector file says."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from secagg_reference.errors import ProtocolError

Case = dict[str, Any]
"""An object of a vector file."""

unhex = bytes.fromhex


class Difference(Exception):
    """A vector says something else than was computed, or has other keys than are known."""


class Tally:
    """How many values were compared."""

    def __init__(self) -> None:
        self.compared = 0

    def expect(self, found: object, expected: object, about: str) -> None:
        self.compared += 1
        if found != expected:
            raise Difference(f"{about}: computed {found!s:.300}, the vector has {expected!s:.300}")

    def expect_record(
        self,
        computed: Mapping[str, object],
        record: Case,
        about: str = "",
        given: Collection[str] = (),
    ) -> None:
        """Every computed value that applies is there, and no other key but those that were given.

        A computed value of None is one that does not apply, whose key has to be absent."""
        applying = {name: value for name, value in computed.items() if value is not None}
        self.compared += len(computed) - len(applying)
        check_keys(record, [*applying, *given], about)
        for name, value in applying.items():
            self.expect(value, record[name], f"{about} {name}")


def check_keys(record: Case, required: Collection[str], about: str = "input") -> None:
    """The keys are exactly the known ones."""
    if odd := set(record) ^ set(required):
        raise Difference(f"{about}: keys {sorted(odd)} are missing or unknown")


def refusal(action: Callable[[], object]) -> str | None:
    """The case of the error with which something is refused."""
    try:
        action()
    except ProtocolError as error:
        return error.case
    return None
