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
    """The rounds of a session. A server is in the round whose messages it collects; a client awaits the server
    message that opens a round."""

    ADVERTISE_KEYS = 0
    SHARE_KEYS = 1
    MASKED_INPUT = 2
    CONSISTENCY_CHECK = 3
    """In the malicious model only."""
    UNMASKING = 4


def mask_ciphers() -> MaskCipher:
    """The ciphers that this processor has. A client declares them to its server."""
    return MaskCipher(library.secagg_mask_ciphers())
