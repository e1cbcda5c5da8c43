"""The server of one session."""

import ctypes
from typing import Any, Self

from .aggregate import Aggregate, Fault, faults_of
from .binding.arguments import Memory, unsigned
from .binding.calls import call, make, number, records
from .binding.objects import LibraryObject, view
from .identities import Directory
from .kinds import Round
from .parameters import Parameters


class Server(LibraryObject):
    """A state machine: messages in, messages out. It needs memory for one vector, however many
    clients there are.

    A call that raises has changed nothing, but for `unmask` with `SumInconsistent`."""

    __slots__ = ()

    _kind = "server"
    _shown = ("phase", "received")

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
    def phase(self) -> Round:
        """The round whose messages the server takes, or `ENDED`."""
        return Round(number("server_phase", self._handle))

    @property
    def received(self) -> list[int]:
        """The clients whose message of the present round was accepted, in ascending order."""
        return [int(id) for id in records("server_received", self._handle, ctypes.c_uint32)]

    @property
    def awaited(self) -> list[int]:
        """The clients that can still send a message of the present round, in ascending order. When
        none is left there is no point in waiting."""
        return [int(id) for id in records("server_awaited", self._handle, ctypes.c_uint32)]

    def receive(self, sender: int, message: Any) -> None:
        """Takes a client's message.

        :param sender: the client that the connection has authenticated.
        :raises MessageRefused: the message is dropped; its `culprit` has sent it.
        """
        memory = Memory(message, "message")
        call(
            "server_receive",
            self._handle,
            unsigned(sender, 32, "sender"),
            memory.address,
            memory.length,
        )

    def close_round(self) -> list[int]:
        """Ends the present round and opens the next. Who has not sent by now has left.

        :returns: the clients that take part in the next round, each of which is owed `message`.
        :raises TooFewClients: the round stays open.
        :raises WrongPhase: in the last round, which `unmask` ends.
        """
        call("server_close_round", self._handle)
        return self.awaited

    def message(self, recipient: int) -> memoryview:
        """The message that opens the present round for one client, made anew at each call.

        :raises NoMessage: the client left, or was left out.
        """
        id = unsigned(recipient, 32, "recipient")
        return view(make("server_message", self._handle, id))

    def unmask(self, *, input_context: Any = None, threads: int = 0) -> Aggregate:
        """In the last round: takes the masks off and ends the session.

        :param input_context: the one that the clients masked with, if they did. With another one the masks
            do not cancel.
        :param threads: how many to use at most; 0 for as many as there are processors.
        :raises MoreAnswersNeeded: nothing has changed; try again after more messages.
        :raises SumInconsistent: there is no sum, and more messages do not help. Clients that dealt
            shares of wrong secrets are named in the text and by `faults`.
        """
        context = None if input_context is None else Memory(input_context, "input_context", 32)
        return Aggregate(
            make(
                "server_unmask_input",
                self._handle,
                context and context.address,
                unsigned(threads, 32, "threads"),
            )
        )

    @property
    def faults(self) -> list[Fault]:
        """The faults that the last call of `unmask` found, if it failed. Empty before the first call
        and after a sum: the faults of a sum are in `Aggregate.faults`."""
        return faults_of("server_faults", self._handle)

    def store(self) -> memoryview:
        """The whole state in bytes, for `restore`. The server goes on.

        Store it after `close_round` as well, *before* any message of the new round is sent. In the
        last round it holds the shares that were revealed: keep it secret."""
        return view(make("server_store", self._handle))
