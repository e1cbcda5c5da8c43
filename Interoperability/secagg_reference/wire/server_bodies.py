"""What the server sends. Each body encodes itself, and gives `B` of its checksum (13.1)."""

from dataclasses import dataclass

from ..encoding import lp, u32, u64
from ..roster import Advertisement
from .client_bodies import KeyAdvertisement
from .protobuf import put_bytes, put_message, put_number, put_packed
from .sealed_shares import SealedShares, sealed_digest


@dataclass(frozen=True)
class AdvertisedNeighbour:
    advertisement: Advertisement
    path: tuple[bytes, ...] | None = None
    """Present if the announcement has an id set."""

    def encoded(self) -> bytes:
        keys = KeyAdvertisement(
            self.advertisement.sealing_key,
            self.advertisement.mask_key,
            self.advertisement.signature,
        )
        number = put_number(1, self.advertisement.id)
        return number + put_message(2, keys.encoded()) + put_bytes(3, b"".join(self.path or ()))


@dataclass(frozen=True)
class RosterAnnouncement:
    round = 1
    roster_size: int
    commitment: bytes
    neighbours: tuple[AdvertisedNeighbour, ...]
    ids: bytes = b""
    own_path: tuple[bytes, ...] = ()

    def encoded(self) -> bytes:
        return (
            put_number(1, self.roster_size)
            + put_bytes(2, self.commitment)
            + b"".join(put_message(3, n.encoded()) for n in self.neighbours)
            + put_bytes(4, self.ids)
            + put_bytes(5, b"".join(self.own_path))
        )

    def digested(self) -> bytes:
        result = u64(self.roster_size) + self.commitment + u64(len(self.neighbours))
        for neighbour in self.neighbours:
            a = neighbour.advertisement
            result += u32(a.id) + a.sealing_key + a.mask_key + a.signature
        if self.ids:
            result += lp(self.ids)
            for path in (self.own_path, *(n.path or () for n in self.neighbours)):
                result += u64(len(path)) + b"".join(path)
        return result


@dataclass(frozen=True)
class ShareDelivery:
    round = 2
    shares: tuple[SealedShares, ...]

    def encoded(self) -> bytes:
        return b"".join(put_message(1, s.encoded()) for s in self.shares)

    def digested(self) -> bytes:
        return sealed_digest(self.shares)


@dataclass(frozen=True)
class ContributorAnnouncement:
    round = 3
    roster_size: int
    contributors: bytes

    def encoded(self) -> bytes:
        return put_number(1, self.roster_size) + put_bytes(2, self.contributors)

    def digested(self) -> bytes:
        return u64(self.roster_size) + lp(self.contributors)


@dataclass(frozen=True)
class Endorsement:
    signer: int
    signature: bytes


@dataclass(frozen=True)
class UnmaskingRequest:
    round = 4
    contributor_count: int
    contributors: tuple[int, ...]
    endorsements: tuple[Endorsement, ...] = ()

    def encoded(self) -> bytes:
        endorsements = (
            put_number(1, e.signer) + put_bytes(2, e.signature) for e in self.endorsements
        )
        return (
            put_number(1, self.contributor_count)
            + put_packed(2, list(self.contributors))
            + b"".join(put_message(3, e) for e in endorsements)
        )

    def digested(self) -> bytes:
        ids = b"".join(map(u32, self.contributors))
        endorsements = b"".join(u32(e.signer) + e.signature for e in self.endorsements)
        return u64(self.contributor_count) + u64(len(self.contributors)) + ids + endorsements


ServerBody = RosterAnnouncement | ShareDelivery | ContributorAnnouncement | UnmaskingRequest
