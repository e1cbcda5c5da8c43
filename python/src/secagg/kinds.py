"""The kinds that parameters, clients and servers are told apart by."""

from enum import IntEnum, IntFlag

from .binding import library


class ThreatModel(IntFlag):
    """What is assumed of the server; a set of both where a policy accepts several."""

    SEMI_HONEST = 1
    """It follows the protocol, and may try to learn from what it sees."""
    MALICIOUS = 2
    """It may break every rule. Clients have an `Identity` then, and a `Directory`."""


class MaskCipher(IntFlag):
    """The cipher of the masks; a set of both where several are declared or accepted."""

    CHACHA20 = 1
    """On every processor."""
    AES256CTR = 2
    """On processors with instructions for AES only, and several times as fast there."""


class Round(IntEnum):
    """Where a client or a server stands. A client's round is the one whose message it has ready."""

    ADVERTISE_KEYS = 0
    SHARE_KEYS = 1
    MASKED_INPUT = 2
    CONSISTENCY_CHECK = 3
    """In the malicious model only."""
    UNMASKING = 4
    ENDED = 5
    """A client: refused, or suspended. A server: the aggregate was given, or there is none."""


def mask_ciphers() -> MaskCipher:
    """The ciphers that this processor has. A client declares them to its server."""
    return MaskCipher(library.secagg_mask_ciphers())
