"""What all parties of a session agree on."""

import ctypes
from typing import Any, Self

from .binding.arguments import Memory, chosen, real, unsigned
from .binding.calls import call, make
from .binding.interface import Assumptions, ParametersInfo, SessionSettings
from .binding.objects import LibraryObject, view
from .errors import InvalidParameters
from .fedavg import SecureFedAvg
from .kinds import MaskCipher, ThreatModel

_DEFAULT_FRACTION = -1.0


def _fraction(value: float | None, name: str) -> float:
    """For the library, where -1, which nobody may mean, stands for the usual one."""
    if value is None:
        return _DEFAULT_FRACTION
    number = real(value, name)
    if number < 0:
        raise InvalidParameters(f"{name}: expected 0 or more and below 1, found {number}")
    return number


class Parameters(LibraryObject):
    """The parameters of one session. Immutable.

    One session gives one sum, and nothing of it is used again. `bytes(parameters)` is what the
    server sends to the clients before everything else."""

    __slots__ = ("_info",)

    _kind = "parameters"
    _shown = ("threat_model", "cohort_size", "degree", "threshold", "minimum_contributors")

    def __init__(
        self,
        fedavg: SecureFedAvg,
        *,
        cohort_size: int,
        threshold: int,
        minimum_contributors: int,
        context: Any,
        degree: int | None = None,
        threat_model: ThreatModel = ThreatModel.SEMI_HONEST,
        mask_cipher: MaskCipher = MaskCipher.CHACHA20,
    ) -> None:
        """Parameters with a prescribed graph; `recommended` computes one.

        :param cohort_size: the number of clients that may take part; their ids are 1 to it.
        :param threshold: the number of neighbours that can recover a client's secret.
        :param minimum_contributors: the smallest number of clients whose sum may be released.
        :param context: 32 bytes that say what the sum is for, `SecureFedAvg.application_context`.
        :param degree: the number of neighbours of a client, even; `None` for the complete graph.
        :raises InvalidParameters: they do not go together.
        """
        settings = SessionSettings(
            ctypes.sizeof(SessionSettings),
            unsigned(threat_model, 32, "threat_model"),
            unsigned(cohort_size, 32, "cohort_size"),
            chosen(degree, "degree"),
            unsigned(threshold, 32, "threshold"),
            unsigned(minimum_contributors, 32, "minimum_contributors"),
            unsigned(mask_cipher, 32, "mask_cipher"),
            0,
        )
        digest = Memory(context, "context", 32)
        self._take(
            make("parameters_create", ctypes.byref(settings), fedavg._handle, digest.address)
        )

    @classmethod
    def recommended(
        cls,
        fedavg: SecureFedAvg,
        *,
        cohort_size: int,
        context: Any,
        corrupt_fraction: float | None = None,
        dropout_fraction: float | None = None,
        threat_model: ThreatModel = ThreatModel.SEMI_HONEST,
        minimum_contributors: int | None = None,
        mask_ciphers: MaskCipher | None = None,
        security_bits: int = 40,
        failure_bits: int = 20,
        corrupt_clients_drop_out: bool = False,
    ) -> Self:
        """Parameters whose graph and threshold are computed from what the session must withstand.

        :param corrupt_fraction: of the clients, those that collude with the server; `None` for
            0.05, and at least one client.
        :param dropout_fraction: of the clients, those that drop out before the end; `None` for 0.1.
        :param minimum_contributors: `None` for the number of clients that stay. A smaller number
            needs more neighbours.
        :param mask_ciphers: the ciphers that all clients have declared, of which the fastest is
            taken; `None` for ChaCha20.
        :param security_bits: more than the sum is learnt with a probability of at most 2^-bits.
        :param failure_bits: a session in which no more clients drop out than assumed fails with a
            probability below 2^-bits.
        :param corrupt_clients_drop_out: whether the corrupt clients drop out as well, in addition
            to `dropout_fraction`, and must not prevent a sum.
        :raises InvalidParameters: no session withstands it.
        """
        assumptions = Assumptions(
            ctypes.sizeof(Assumptions),
            unsigned(cohort_size, 32, "cohort_size"),
            unsigned(threat_model, 32, "threat_model"),
            chosen(security_bits, "security_bits"),
            chosen(failure_bits, "failure_bits"),
            chosen(minimum_contributors, "minimum_contributors"),
            _fraction(corrupt_fraction, "corrupt_fraction"),
            _fraction(dropout_fraction, "dropout_fraction"),
            unsigned(mask_ciphers or 0, 32, "mask_ciphers"),
            int(bool(corrupt_clients_drop_out)),
        )
        digest = Memory(context, "context", 32)
        return cls._of(
            make(
                "parameters_recommended",
                ctypes.byref(assumptions),
                fedavg._handle,
                digest.address,
            )
        )

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Reads what `bytes(parameters)` gave at the server, and validates it.

        Whether they are safe enough is for the client's `Policy` to say.

        :raises MessageRefused: they cannot be read, or are no parameters.
        """
        memory = Memory(data, "data")
        return cls._of(make("parameters_parse", memory.address, memory.length))

    @classmethod
    def _of(cls, handle: int) -> Self:
        self = cls.__new__(cls)
        self._take(handle)
        return self

    def _take(self, handle: int) -> None:
        super().__init__(handle)
        info = ParametersInfo(ctypes.sizeof(ParametersInfo))
        call("parameters_get_info", handle, ctypes.byref(info))
        self._info = info

    def __bytes__(self) -> bytes:
        return bytes(view(make("parameters_serialize", self._handle)))

    @property
    def threat_model(self) -> ThreatModel:
        return ThreatModel(self._info.threat_model)

    @property
    def cohort_size(self) -> int:
        """The number of clients that may take part."""
        return int(self._info.cohort_size)

    @property
    def degree(self) -> int:
        """The number of neighbours of a client."""
        return int(self._info.degree)

    @property
    def threshold(self) -> int:
        """The number of neighbours that can recover a client's secret."""
        return int(self._info.threshold)

    @property
    def minimum_contributors(self) -> int:
        """The smallest number of clients whose sum may be released."""
        return int(self._info.minimum_contributors)

    @property
    def maximum_contributors(self) -> int:
        """The largest number of clients whose sum the vector holds."""
        return int(self._info.maximum_contributors)

    @property
    def mask_cipher(self) -> MaskCipher:
        return MaskCipher(self._info.mask_cipher)

    @property
    def element_count(self) -> int:
        """The number of elements of a vector."""
        return int(self._info.element_count)

    @property
    def word_count(self) -> int:
        """The number of 64-bit words of a vector on the wire."""
        return int(self._info.word_count)

    @property
    def maximum_client_message_length(self) -> int:
        """The most bytes that a client's message can have: refuse longer ones as they arrive."""
        return int(self._info.maximum_client_message_length)

    @property
    def maximum_server_message_length(self) -> int:
        """The most bytes that a message of the server can have."""
        return int(self._info.maximum_server_message_length)

    @property
    def session_id(self) -> bytes:
        """Random bytes that name the session."""
        return bytes(self._info.session_id)

    @property
    def application_context(self) -> bytes:
        """What the sum is for."""
        return bytes(self._info.application_context)

    @property
    def digest(self) -> bytes:
        """The digest of all parameters."""
        return bytes(self._info.digest)
