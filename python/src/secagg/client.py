"""A client of one session."""

import ctypes
import logging
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy

from .binding.arguments import Memory, chosen, exact, real, unsigned, vector
from .binding.calls import answered, call, make, number, written
from .binding.interface import Input, PolicySettings
from .binding.objects import LibraryObject, view
from .errors import InvalidArgument
from .fedavg import SecureFedAvg
from .identities import Directory, Identity
from .kinds import MaskCipher, Round, ThreatModel
from .parameters import Parameters

_LOG: Final = logging.getLogger("secagg")

# What a client awaits beside rounds, and what handling a message gives.
_ENDED: Final = 5
_INPUT: Final = 6
_REPLY: Final = 1
_STRAY: Final = 3


@dataclass(frozen=True)
class Policy:
    """What a client expects, and the least that it accepts, whatever a server offers. 0 and `None` demand
    nothing beyond what every session must have."""

    application_context: Any = None
    """The application context that the session must have, 32 bytes; a `Client` needs it. Compute it from the model
    and the task that this client has, for example with `SecureFedAvg.application_context`. Do not take it
    from the parameters: a server could then give this client another model than the others, and learn its
    update from the sum (Pasquini et al., "Eluding Secure Aggregation in Federated Learning via Model
    Inconsistency", 2022)."""
    minimum_cohort_size: int = 0
    """The smallest cohort, and the smallest number of clients that actually advertise keys."""
    minimum_threshold: int = 0
    minimum_contributors: int = 0
    """The smallest number of contributors to a sum that the client helps to unmask."""
    threat_models: ThreatModel | None = None
    mask_ciphers: MaskCipher | None = None
    corrupt_fraction: float = 0.05
    """The fraction of the clients that may collude with the server. It counts with `security_bits`."""
    security_bits: int | None = None
    """The client computes itself what degree, threshold and minimum of contributors risk. It rejects
    a session in which more than the sum is learnt with a probability above 2^-bits. `None` for no
    such check."""


def storage_key() -> bytes:
    """Draws a key (32 bytes) for `Client.store`.

    Keep it where only this client's own processes can read it."""
    key = numpy.zeros(32, numpy.uint8)
    call("storage_key", key.ctypes.data)
    try:
        return key.tobytes()
    finally:
        key.fill(0)


class Client(LibraryObject):
    """A client's part in one session: server messages in, replies out.

        send(client.message())
        while not client.is_finished:
            reply = client.handle(receive())
            if client.needs_input:
                reply = client.mask(update, weight, fedavg)
            if reply is not None:
                send(reply)

    A client that rejects what the server asks raises `SessionRefused` and has ended, its secrets wiped."""

    __slots__ = ()

    _kind = "client"
    _shown = ("id", "awaited")

    def __init__(
        self,
        parameters: Parameters,
        id: int,
        policy: Policy,
        *,
        identity: Identity | None = None,
        directory: Directory | None = None,
    ) -> None:
        """A client with fresh keys. Its first message is ready.

        :param id: its number in the cohort, 1 to `cohort_size`, as the server has assigned it.
        :param policy: with the application context that this client expects.
        :param identity: needed in the malicious model, and must be `None` in the semi-honest one.
        :param directory: likewise.
        :raises SessionRefused: the session has another context, or falls below the policy.
        """
        if policy.application_context is None:
            raise InvalidArgument(
                "policy.application_context: expected 32 bytes, found None; compute it from the model"
            )
        expected = Memory(policy.application_context, "policy.application_context", 32)
        settings = PolicySettings(
            ctypes.sizeof(PolicySettings),
            unsigned(policy.minimum_cohort_size, 32, "minimum_cohort_size"),
            unsigned(policy.minimum_threshold, 32, "minimum_threshold"),
            unsigned(policy.minimum_contributors, 32, "minimum_contributors"),
            unsigned(policy.threat_models or 0, 32, "threat_models"),
            unsigned(policy.mask_ciphers or 0, 32, "mask_ciphers"),
            expected.address,
            real(policy.corrupt_fraction, "corrupt_fraction"),
            chosen(policy.security_bits, "security_bits"),
            0,
        )
        super().__init__(
            make(
                "client_create",
                parameters._handle,
                unsigned(id, 32, "id"),
                ctypes.byref(settings),
                identity and identity._handle,
                directory and directory._handle,
            )
        )

    @classmethod
    def restore(
        cls,
        data: Any,
        key: Any,
        *,
        identity: Identity | None = None,
        directory: Directory | None = None,
    ) -> Self:
        """The client of the bytes that `store` gave.

        :param identity: needed in the malicious model, the same as before.
        :param directory: likewise.
        :raises StateUnreadable: the bytes are damaged, or stored under another key.
        """
        memory, storage = Memory(data, "data"), Memory(key, "key", 32)
        handle = make(
            "client_restore",
            memory.address,
            memory.length,
            storage.address,
            identity and identity._handle,
            directory and directory._handle,
        )
        self = cls.__new__(cls)
        LibraryObject.__init__(self, handle)
        return self

    @property
    def id(self) -> int:
        """The number of the client in its cohort."""
        return number("client_id", self._handle)

    @property
    def parameters(self) -> Parameters:
        """The parameters of the client's session."""
        return Parameters._of(make("client_parameters", self._handle))

    @property
    def awaited(self) -> Round | None:
        """The round that the next server message opens; `None` if the client awaits none: it needs its input,
        or is finished."""
        code = number("client_awaited", self._handle)
        return None if code in (_ENDED, _INPUT) else Round(code)

    @property
    def needs_input(self) -> bool:
        """Whether the client awaits `mask`. Training may start now."""
        return number("client_awaited", self._handle) == _INPUT

    @property
    def is_finished(self) -> bool:
        """Whether this client's part is over: it has revealed its shares, or has rejected the server's message."""
        return number("client_awaited", self._handle) == _ENDED

    def message(self) -> bytes:
        """The message to send, or to send again if the connection was lost: the first one, then the reply to the
        last server message, or the masked update.

        :raises WrongRound: the client has rejected the server's message.
        :raises NoMessage: the client was stored without its message.
        """
        return written("client_write_message", self._handle)

    def handle(self, message: Any, *, threads: int = 0) -> bytes | None:
        """Takes any message of the server.

        A stray message changes nothing, and is logged as a warning of the logger "secagg": bytes that are not a
        message, and a message for another client, session or round. A repeated message gives the identical reply
        again.

        :param threads: how many to use at most; 0 for as many as there are processors.
        :returns: the reply to send; `None` if the client needs its input first (`needs_input`), or the message is
            stray.
        :raises SessionRefused: the client has ended.
        """
        memory = Memory(message, "message")
        response, reason = answered(
            "client_handle",
            self._handle,
            memory.address,
            memory.length,
            unsigned(threads, 32, "threads"),
        )
        if response == _STRAY:
            _LOG.warning("client %d ignores a message: %s", self.id, reason)
        return self.message() if response == _REPLY else None

    def mask(
        self,
        update: Any,
        weight: int,
        fedavg: SecureFedAvg,
        *,
        counters: Any = (),
        input_context: Any = None,
        threads: int = 0,
    ) -> bytes:
        """Masks the update of a client that needs its input. A client masks once.

        :param update: local model minus global model, a vector. float32 and float64 numbers are read
            where they are.
        :param weight: the client's number of examples.
        :param fedavg: with the settings that the session was made with.
        :param counters: whole numbers from 0, as many as the settings say, each of at most
            `fedavg.value_bits` bits. They are neither weighted nor rounded.
        :param input_context: 32 bytes, the digest of what the client learnt after the session had begun
            and its update depends on, such as the model. Masks cancel only among clients with the same
            digest, and only if the server closes the last round with it. `None` if the application context
            says everything.
        :returns: the message to send.
        :raises WrongRound: the client does not need its input, or not any more. Nothing has changed.
        :raises InvalidUpdate: nothing has changed; another may be masked.
        :raises SessionRefused: the client has ended.
        """
        self._mask(update, weight, fedavg, counters, input_context, threads)
        return self.message()

    def _mask(
        self,
        update: Any,
        weight: int,
        fedavg: SecureFedAvg,
        counters: Any = (),
        input_context: Any = None,
        threads: int = 0,
    ) -> None:
        """The same without the message, for callers that free the update before the message takes memory."""
        numbers, kind = vector(update, "update")
        added = exact(counters, fedavg.counter_count, "counters")
        context = None if input_context is None else Memory(input_context, "input_context", 32)
        address = numbers.ctypes.data
        value = Input(
            ctypes.sizeof(Input),
            unsigned(threads, 32, "threads"),
            address if kind == "float32" else None,
            address if kind == "float64" else None,
            numbers.size,
            unsigned(weight, 64, "weight"),
            added.ctypes.data if added.size else None,
            added.size,
            context and context.address,
        )
        call("client_mask", self._handle, fedavg._handle, ctypes.byref(value))

    def store(self, key: Any, *, keeping_message: bool = True) -> memoryview:
        """The client in bytes, sealed under a key, from which `restore` makes it again. The client goes on.

        Store the client after each `handle` and `mask`, in the place of the bytes that were stored before, and
        only *then* send its message. A client that is restored from older bytes could mask a second update with
        the same masks, or reveal both secrets of a neighbour. Sealing does not tell old bytes from new ones.

        :param key: 32 bytes of `storage_key`.
        :param keeping_message: `False` leaves a masked update out of the bytes, if its message has been handed to
            what sends it. It makes up nearly all of them. The restored client raises `NoMessage` until its next
            reply.
        """
        storage = Memory(key, "key", 32)
        return view(make("client_store", self._handle, storage.address, int(keeping_message)))
