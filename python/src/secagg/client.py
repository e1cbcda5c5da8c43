"""A client of one session."""

import ctypes
from dataclasses import dataclass
from typing import Any, Self

import numpy

from .averaging import Averaging
from .binding.arguments import Memory, chosen, exact, real, unsigned, vector
from .binding.calls import call, make, number, written
from .binding.interface import Input, PolicySettings
from .binding.objects import LibraryObject, view
from .identities import Directory, Identity
from .kinds import MaskCipher, Round, ThreatModel
from .parameters import Parameters


@dataclass(frozen=True)
class Policy:
    """The least that a client accepts, whatever a server offers: the same in all rounds. 0 and `None`
    demand nothing beyond what every session must have."""

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


def sealing_key() -> bytes:
    """Draws a key (32 bytes) for `Client.suspend`.

    Keep it where only this client's own processes can read it."""
    key = numpy.zeros(32, numpy.uint8)
    call("sealing_key", key.ctypes.data)
    try:
        return key.tobytes()
    finally:
        key.fill(0)


class Client(LibraryObject):
    """A client goes through the rounds in order. Each of its methods takes the server's message that
    opens a round; then `message` is what the client sends in that round.

    A stray message (of another session, for another client) raises `MessageRefused`, and one that was
    answered before `WrongPhase`. The client has not changed then, and waits for the right message. A
    client that refuses the server's message with `SessionRefused` has ended, its secrets wiped."""

    __slots__ = ()

    _kind = "client"
    _shown = ("id", "round")

    def __init__(
        self,
        parameters: Parameters,
        id: int,
        context: Any,
        *,
        policy: Policy | None = None,
        identity: Identity | None = None,
    ) -> None:
        """A client in round 0, with fresh keys.

        :param id: its number in the cohort, 1 to `cohort_size`, as the server has assigned it.
        :param context: the application context that the session must have, 32 bytes. Compute it from
            the model and the task that this client has, for example with
            `Averaging.application_context`. Do not take it from the parameters: a server could then
            give this client another model than the others, and learn its update from the sum (Pasquini
            et al., "Eluding Secure Aggregation in Federated Learning via Model Inconsistency", 2022).
        :param identity: needed in the malicious model, and must be `None` in the semi-honest one.
        :raises SessionRefused: the session has another context, or falls below the policy.
        """
        policy = policy or Policy()
        expected = Memory(context, "context", 32)
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
            )
        )

    @classmethod
    def resume(cls, data: Any, key: Any, *, identity: Identity | None = None) -> Self:
        """Wakes a client from the bytes that `suspend` gave.

        :param identity: needed in the malicious model, the same as before.
        :raises StateUnreadable: the bytes are damaged, or sealed under another key.
        """
        memory, sealing = Memory(data, "data"), Memory(key, "key", 32)
        handle = make(
            "client_resume",
            memory.address,
            memory.length,
            sealing.address,
            identity and identity._handle,
        )
        self = cls.__new__(cls)
        LibraryObject.__init__(self, handle)
        return self

    @property
    def id(self) -> int:
        """The number of the client in its cohort."""
        return number("client_id", self._handle)

    @property
    def round(self) -> Round:
        """The round whose message is ready, or `ENDED`."""
        return Round(number("client_round", self._handle))

    @property
    def parameters(self) -> Parameters:
        """The parameters of the client's session."""
        return Parameters._of(make("client_parameters", self._handle))

    @property
    def message(self) -> memoryview:
        """The client's message of its round, for the server; the same whenever it is asked for.

        The bytes are those of the library, without a copy; `bytes(message)` makes one.

        :raises WrongPhase: the client has ended.
        """
        return view(make("client_message", self._handle))

    def message_bytes(self) -> bytes:
        """The same as `bytes(message)`, with one copy less in memory: for long messages.

        :raises WrongPhase: the client has ended.
        """
        return written("client_write_message", self._handle)

    def share_keys(
        self, announcement: Any, directory: Directory | None = None, *, threads: int = 0
    ) -> None:
        """Round 1: takes the roster, and shares the client's secrets among its neighbours.

        :param directory: needed in the malicious model, and must be `None` in the semi-honest one.
        :param threads: how many to use at most; 0 for as many as there are processors.
        :raises MessageRefused: nothing has changed.
        :raises SessionRefused: the client has ended.
        """
        memory = Memory(announcement, "announcement")
        call(
            "client_share_keys",
            self._handle,
            memory.address,
            memory.length,
            directory and directory._handle,
            unsigned(threads, 32, "threads"),
        )

    def mask(
        self,
        update: Any,
        weight: int,
        delivery: Any,
        averaging: Averaging,
        *,
        counters: Any = (),
        input_context: Any = None,
        threads: int = 0,
    ) -> None:
        """Round 2: takes the neighbours' shares, and masks the update. A client masks once.

        :param update: local model minus global model, a vector. float32 and float64 numbers are read
            where they are.
        :param weight: the client's number of examples.
        :param averaging: with the settings that the session was made with.
        :param counters: whole numbers from 0, as many as the settings say, each of at most
            `averaging.value_bits` bits. They are neither weighted nor rounded.
        :param input_context: 32 bytes, the digest of what the client learnt after the session had begun
            and its update depends on, such as the model. Masks cancel only among clients with the same
            digest, and only if the server unmasks with it. `None` if the context of the session says
            everything.
        :raises InvalidUpdate: nothing has changed; another may be masked.
        :raises MessageRefused: nothing has changed.
        :raises SessionRefused: the client has ended.
        """
        memory = Memory(delivery, "delivery")
        numbers, kind = vector(update, "update")
        added = exact(counters, averaging.counter_count, "counters")
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
        call(
            "client_mask",
            self._handle,
            memory.address,
            memory.length,
            averaging._handle,
            ctypes.byref(value),
        )

    def endorse(self, announcement: Any) -> None:
        """Round 3, in the malicious model only: checks and signs the set of contributors.

        :raises WrongPhase: in the semi-honest model.
        :raises SessionRefused: the client has ended.
        """
        memory = Memory(announcement, "announcement")
        call("client_endorse", self._handle, memory.address, memory.length)

    def unmask(self, request: Any) -> None:
        """Round 4: reveals one share for each neighbour. All secrets are wiped then.

        :raises SessionRefused: the client has ended.
        """
        memory = Memory(request, "request")
        call("client_unmask", self._handle, memory.address, memory.length)

    def suspend(self, key: Any, *, sent: bool = False) -> memoryview:
        """Puts the client to sleep: bytes, sealed under a key, that `resume` wakes it from. The
        client has ended here.

        A client must not be woken twice from the same bytes: who sees it mask two updates sees their
        difference. Keep only the newest, store them *before* the message of the round is sent, and
        delete them before that of round 4 is.

        :param key: 32 bytes of `sealing_key`.
        :param sent: `message` has been handed to what sends it, and need not be kept. In round 2 this
            leaves the masked vector out, which is nearly all of the bytes; the woken client raises
            `NoMessage` until the next round.
        """
        sealing = Memory(key, "key", 32)
        name = "client_suspend_sent" if sent else "client_suspend"
        return view(make(name, self._handle, sealing.address))
