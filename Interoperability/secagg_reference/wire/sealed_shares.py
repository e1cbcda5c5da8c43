"""Shares on their way from one client to another (sections 6 and 13)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..encoding import u32, u64
from .protobuf import put_bytes, put_number


@dataclass(frozen=True)
class SealedShares:
    """`AddressedShares`: the client at the other end, and what is sealed."""

    peer: int
    sealed: bytes

    def encoded(self) -> bytes:
        return put_number(1, self.peer) + put_bytes(2, self.sealed)


def sealed_digest(shares: Sequence[SealedShares]) -> bytes:
    """E."""
    return u64(len(shares)) + b"".join(u32(s.peer) + s.sealed for s in shares)
