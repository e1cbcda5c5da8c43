"""The server of one session."""

from typing import Final

from .. import wire
from ..errors import ServerError
from ..parameters import SessionParameters
from ..statements import Directory
from . import closing, receiving, recovery, release, sending
from .results import Result
from .state import State


class Server:
    """`receive` takes a message of a client, or refuses it and keeps the state. `close_round`
    closes the open round, or refuses and leaves it open. `message_for` is what a client is owed
    now. In round 4 `recover` gives the sum."""

    def __init__(self, parameters: SessionParameters, directory: Directory | None = None) -> None:
        parameters.check_layout()
        parameters.check_ranges()
        assert not parameters.is_malicious or directory is not None
        self.state: Final = State(parameters, directory or {}, [0] * parameters.layout.word_count)

    @property
    def addressees(self) -> list[int]:
        return sending.addressees(self.state)

    def receive(self, client: int, data: bytes) -> None:
        """Takes a message of an authenticated client, after the common checks of section 11."""
        message = wire.parse_client_message(data, client)
        if message.session != self.state.parameters.digest:
            raise ServerError("otherSession")
        if message.body.round != self.state.round:
            raise ServerError("wrongRound")
        receiving.take(self.state, client, message.body)

    def close_round(self) -> None:
        closing.close_round(self.state)

    def message_for(self, client: int) -> bytes:
        return sending.message_for(self.state, client)

    def recover(self, input_context: bytes | None = None) -> Result:
        """Section 12, with the input context of the clients, if they had one. After `sharesMissing` and `sharesWrong` more answers may follow."""
        if self.state.round != 4:
            raise ServerError("wrongPhase")
        recovered = recovery.recover(self.state)
        words = release.unmasked(self.state, recovered, input_context)
        self.state.round = None
        return release.released(self.state, words, recovered)
