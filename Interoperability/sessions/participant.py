"""A client and, if it is one of the package, its shadow."""

from functools import partial

from .python_roles import Shadow
from .roles import ClientRole, outcome
from .tally import Disagreement


class Participant:
    """The shadow gets the same messages as the client, and has to refuse the same."""

    def __init__(self, id: int, client: ClientRole, shadow: Shadow | None) -> None:
        self._id, self._client = id, client
        self.shadow = shadow
        self.received: list[bytes] = []
        """The messages that it answered."""
        self._answer: bytes | str = b""
        """The last answer."""

    @property
    def advertisement(self) -> bytes:
        return self._client.advertisement

    def close(self) -> None:
        self._client.close()

    def outcome(self, data: bytes) -> bytes | str:
        """The answer, or the case with which the message was refused."""
        found = outcome(partial(self._client.answer, data))
        if isinstance(found, bytes):
            # A client may repeat its last answer or reject the message (section 11).
            found, self._answer = "otherRound" if found == self._answer else found, found
        if self.shadow is not None:
            expected = outcome(partial(self.shadow.answer, data))
            if _case(found) != _case(expected):
                text = f"{_case(found)} and {_case(expected)}: {data.hex()}"
                raise Disagreement(f"message to client {self._id}: {text}")
        return found

    def expect_refusal(self, data: bytes, case: str) -> None:
        if (found := _case(self.outcome(data))) != case:
            text = f"{found} instead of {case}: {data.hex()}"
            raise Disagreement(f"message to client {self._id}: {text}")

    def answer(self, data: bytes) -> bytes:
        """The answer to a right message."""
        found = self.outcome(data)
        if isinstance(found, str):
            raise Disagreement(f"client {self._id} refuses {data.hex()}: {found}")
        self.received.append(data)
        return found


def _case(found: bytes | str) -> str | None:
    return found if isinstance(found, str) else None
