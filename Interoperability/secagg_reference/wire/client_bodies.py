"""What clients send. Each body encodes itself, and gives `B` of its checksum (13.1)."""

from dataclasses import dataclass

from ..encoding import u8, u32, u64
from ..primitives.xxh64 import xxh64
from .protobuf import put_bytes, put_message, put_number, put_packed
from .sealed_shares import SealedShares, sealed_digest


@dataclass(frozen=True)
class KeyAdvertisement:
    round = 0
    sealing_key: bytes
    mask_key: bytes
    signature: bytes = b""

    def encoded(self) -> bytes:
        return (
            put_bytes(1, self.sealing_key)
            + put_bytes(2, self.mask_key)
            + put_bytes(3, self.signature)
        )

    def digested(self) -> bytes:
        return self.sealing_key + self.mask_key + self.signature


@dataclass(frozen=True)
class ShareDistribution:
    round = 1
    self_mask_commitment: bytes
    shares: tuple[SealedShares, ...]

    def encoded(self) -> bytes:
        return put_bytes(1, self.self_mask_commitment) + b"".join(
            put_message(2, s.encoded()) for s in self.shares
        )

    def digested(self) -> bytes:
        return self.self_mask_commitment + sealed_digest(self.shares)


@dataclass(frozen=True)
class MaskedInput:
    round = 2
    words: bytes

    def encoded(self) -> bytes:
        return put_bytes(1, self.words)

    def digested(self) -> bytes:
        return u64(len(self.words) // 8) + u64(xxh64(self.words))


@dataclass(frozen=True)
class ContributorEndorsement:
    round = 3
    signature: bytes

    def encoded(self) -> bytes:
        return put_bytes(1, self.signature)

    def digested(self) -> bytes:
        return self.signature


@dataclass(frozen=True)
class RevealedShare:
    subject: int
    kind: int
    share: bytes


@dataclass(frozen=True)
class UnmaskingResponse:
    round = 4
    shares: tuple[RevealedShare, ...]
    unopened: tuple[int, ...]

    def encoded(self) -> bytes:
        shares = (
            put_number(1, s.subject) + put_number(2, s.kind) + put_bytes(3, s.share)
            for s in self.shares
        )
        return b"".join(put_message(1, s) for s in shares) + put_packed(2, list(self.unopened))

    def digested(self) -> bytes:
        shares = b"".join(u32(s.subject) + u8(s.kind) + s.share for s in self.shares)
        return (
            u64(len(self.shares))
            + shares
            + u64(len(self.unopened))
            + b"".join(map(u32, self.unopened))
        )


ClientBody = (
    KeyAdvertisement | ShareDistribution | MaskedInput | ContributorEndorsement | UnmaskingResponse
)
