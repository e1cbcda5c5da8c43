"""Conventions (section 1): integers, length prefixes, hashes; and the labels (section 15)."""

import struct
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

LABEL_PARAMETERS: Final = "SecAgg/1 session parameters"
LABEL_APPLICATION_CONTEXT: Final = "SecAgg/1 application context"
LABEL_MASK_PRIVATE_KEY: Final = "SecAgg/1 mask private key"
LABEL_SELF_MASK: Final = "SecAgg/1 self mask"
LABEL_SELF_MASK_COMMITMENT: Final = "SecAgg/1 self mask commitment"
LABEL_PAIRWISE_MASK: Final = "SecAgg/1 pairwise mask"
LABEL_INPUT_CONTEXT: Final = "SecAgg/1 input context"
LABEL_SHARE_SEALING: Final = "SecAgg/1 share sealing"
LABEL_SHARE_COMMITMENT: Final = "SecAgg/1 share commitment"
LABEL_ROSTER_LEAF: Final = "SecAgg/1 roster leaf"
LABEL_ROSTER_NODE: Final = "SecAgg/1 roster node"
LABEL_ROSTER_COMMITMENT: Final = "SecAgg/1 roster commitment"
LABEL_PERMUTATION: Final = "SecAgg/1 neighbour permutation"
LABEL_ADVERTISEMENT: Final = "SecAgg/1 key advertisement"
LABEL_CONTRIBUTOR_SET: Final = "SecAgg/1 contributor set"
LABEL_CHECKSUM: Final = "SecAgg/1 message checksum"
LABEL_PRIVATE_AVERAGING: Final = "SecAgg/1 private averaging"
LABEL_ROTATION: Final = "SecAgg/1 rotation"


def u8(x: int) -> bytes:
    return x.to_bytes(1, "little")


def u32(x: int) -> bytes:
    return x.to_bytes(4, "little")


def u64(x: int) -> bytes:
    return x.to_bytes(8, "little")


def lp(b: bytes) -> bytes:
    """`LP(b)`: the length, then the bytes."""
    return u64(len(b)) + b


def lp_text(text: str) -> bytes:
    return lp(text.encode())


def words(values: Iterable[int]) -> bytes:
    """64-bit words without a count."""
    return b"".join(u64(v) for v in values)


def f64(x: float) -> bytes:
    """The bit pattern of a double as `u64` (section 18)."""
    return struct.pack("<d", x)


def read_doubles(b: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(b) // 8}d", b))


def read_words(b: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(b) // 8}Q", b))


def hash_(label: str, message: bytes) -> bytes:
    """`hash(label; m)`."""
    return blake2b(lp_text(label) + message, digest_size=32).digest()


def derive(key: bytes, label: str, message: bytes) -> bytes:
    """`derive(K, label; m)`."""
    return blake2b(lp_text(label) + message, key=key, digest_size=32).digest()


def bits(indices: Iterable[int], byte_count: int) -> bytes:
    """A set of indices from 0 on, index i being bit `i mod 8` of byte `i / 8`."""
    result = bytearray(byte_count)
    for index in indices:
        result[index // 8] |= 1 << (index % 8)
    return bytes(result)


def read_bits(b: bytes) -> list[int]:
    """The indices that are set, ascending."""
    return [8 * at + bit for at, byte in enumerate(b) for bit in range(8) if byte >> bit & 1]
