"""The server of one session."""

import ctypes
from collections.abc import Iterator
from typing import Any, Final, Self

from .aggregate import Aggregate, Fault, faults_of
from .binding.arguments import Memory, unsigned
from .binding.calls import call, make, number, records
from .binding.objects import LibraryObject, view
from .identities import Directory
from .kinds import Round
from .parameters import Parameters

_ENDED: Final = 5


class Server(LibraryObject):
    """Client messages in, messages to clients out, and at the end the sum. It needs memory for one vector,
    however many clients there are.

        aggregate = None
        while aggregate is None:
            for sender, message in inbox():
                try:
                    server.receive(sender, message)
                except secagg.MessageRefused as error:
                    log(error)
            aggregate = server.close_round()
            for id, message in server.messages():
                send(id, message)

    A call that raises has changed nothing, except `close_round` with `SumInconsistent`."""

    __slots__ = ()

    _kind = "server"
    _shown = ("round", "received")

    def __init__(self, parameters: Parameters, *, directory: Directory | None = None) -> None:
        """Opens a session.

        :param directory: needed in the malicious model, and must be `None` in the semi-honest one.
        """
        super().__init__(make("server_create", parameters._handle, directory and directory._handle))

    @classmethod
    def restore(cls, data: Any, *, directory: Directory | None = None) -> Self:
        """The server of a stored state.

        :raises StateUnreadable: the bytes are damaged, or of another kind.
        """
        memory = Memory(data, "data")
        handle = make(
            "server_restore", memory.address, memory.length, directory and directory._handle
        )
        self = cls.__new__(cls)
        LibraryObject.__init__(self, handle)
        return self

    @property
    def parameters(self) -> Parameters:
        """The parameters of the session."""
        return Parameters._of(make("server_parameters", self._handle))

    @property
    def round(self) -> Round | None:
        """The round whose messages the server collects; `None` once it has given the sum, or has none."""
        code = number("server_round", self._handle)
        return None if code == _ENDED else Round(code)

    @property
    def received(self) -> list[int]:
        """The clients whose message of the present round was accepted, in ascending order."""
        return [int(id) for id in records("server_received", self._handle, ctypes.c_uint32)]

    @property
    def awaited(self) -> list[int]:
        """The clients that can still send a message of the present round, in ascending order. When
        none is left, do not wait."""
        return [int(id) for id in records("server_awaited", self._handle, ctypes.c_uint32)]

    def receive(self, sender: int, message: Any) -> None:
        """Takes a client's message.

        :param sender: the client that the connection has authenticated.
        :raises MessageRefused: the message is dropped; its `culprit` sent it.
        """
        memory = Memory(message, "message")
        call(
            "server_receive",
            self._handle,
            unsigned(sender, 32, "sender"),
            memory.address,
            memory.length,
        )

    def close_round(self, *, input_context: Any = None, threads: int = 0) -> Aggregate | None:
        """Ends the present round and opens the next; in the last round, takes the masks off the sum and
        ends the session. A client that has not sent its message by now has dropped out.

        :param input_context: the one that the clients masked with, if they did. With another one the masks
            do not cancel. It counts in the last round only.
        :param threads: how many to use at most; 0 for as many as there are processors.
        :returns: the sum; `None` if another round was opened, whose `messages` are to be sent.
        :raises TooFewClients: the round stays open.
        :raises MoreAnswersNeeded: in the last round; try again after more messages.
        :raises SumInconsistent: there is no sum, and more messages do not help. Clients that dealt
            shares of wrong secrets are named in the text and by `faults`.
        :raises WrongRound: after the end.
        """
        context = None if input_context is None else Memory(input_context, "input_context", 32)
        handle = make(
            "server_close_round",
            self._handle,
            context and context.address,
            unsigned(threads, 32, "threads"),
        )
        return Aggregate(handle) if handle else None

    def messages(self) -> Iterator[tuple[int, memoryview]]:
        """The clients in `awaited`, and the message that opens the present round for each. A message is made when it
        is its turn. Empty before the first `close_round`, and after the end."""
        if self.round in (None, Round.ADVERTISE_KEYS):
            return
        for id in self.awaited:
            yield id, self.message(id)

    def message(self, recipient: int) -> memoryview:
        """The message that opens the present round for one client, made anew at each call.

        :raises NoMessage: the client dropped out or was left out.
        :raises WrongRound: before the first `close_round`, and after the end.
        """
        id = unsigned(recipient, 32, "recipient")
        return view(make("server_message", self._handle, id))

    @property
    def faults(self) -> list[Fault]:
        """The faults that the last call of `close_round` found, if it failed in the last round. Empty before
        and after a sum: the faults of a sum are in `Aggregate.faults`."""
        return faults_of("server_faults", self._handle)

    def store(self) -> memoryview:
        """The whole state in bytes, for `restore`. The server goes on.

        Store it after `close_round` as well, *before* any message of the new round is sent. In the
        last round it holds the shares that were revealed: keep it secret."""
        return view(make("server_store", self._handle))
