"""The roster commitment (section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from .encoding import (
    LABEL_ROSTER_COMMITMENT,
    LABEL_ROSTER_LEAF,
    LABEL_ROSTER_NODE,
    bits,
    hash_,
    lp,
    read_bits,
    u32,
)


@dataclass(frozen=True)
class Advertisement:
    """What a client advertised in round 0; the signature is empty in the semi-honest model."""

    id: int
    sealing_key: bytes
    mask_key: bytes
    signature: bytes = b""

    @property
    def leaf(self) -> bytes:
        return hash_(
            LABEL_ROSTER_LEAF, u32(self.id) + self.sealing_key + self.mask_key + self.signature
        )


def node(a: bytes, b: bytes) -> bytes:
    return hash_(LABEL_ROSTER_NODE, a + b)


def split(count: int) -> int:
    """The largest power of two below a count above 1."""
    return 1 << ((count - 1).bit_length() - 1)


def id_set(ids: Sequence[int]) -> bytes:
    """One bit for each id, ending with the byte of the largest."""
    return bits((i - 1 for i in ids), (max(ids) + 7) // 8)


def ids_of(ids: bytes) -> list[int]:
    return [index + 1 for index in read_bits(ids)]


def tree(leaves: Sequence[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """The root, and the path of every leaf from the leaf up."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    s = split(len(leaves))
    left, left_paths = tree(leaves[:s])
    right, right_paths = tree(leaves[s:])
    return node(left, right), [path + [right] for path in left_paths] + [
        path + [left] for path in right_paths
    ]


def commitment(session: bytes, ids: bytes, root: bytes) -> bytes:
    return hash_(LABEL_ROSTER_COMMITMENT, session + lp(ids) + root)


@dataclass(frozen=True)
class Roster:
    """The whole roster, as the server has it; `advertisements` ascend by id."""

    advertisements: tuple[Advertisement, ...]
    ids: bytes
    commitment: bytes
    paths: dict[int, list[bytes]]

    @staticmethod
    def of(session: bytes, advertisements: Sequence[Advertisement]) -> "Roster":
        ordered = tuple(sorted(advertisements, key=lambda a: a.id))
        ids = id_set([a.id for a in ordered])
        root, paths = tree([a.leaf for a in ordered])
        return Roster(
            ordered, ids, commitment(session, ids, root), dict(zip((a.id for a in ordered), paths))
        )


def path_verifies(
    session: bytes, roster: bytes, ids: bytes, advertisement: Advertisement, path: Sequence[bytes]
) -> bool:
    """Whether the path leads from the advertisement to the roster commitment."""
    members = ids_of(ids)
    if advertisement.id not in members:
        return False
    place, count = members.index(advertisement.id), len(members)
    on_the_right = []
    while count > 1:
        s = split(count)
        on_the_right.append(place >= s)
        place, count = (place - s, count - s) if place >= s else (place, s)
    if len(path) != len(on_the_right):
        return False
    digest = advertisement.leaf
    for sibling, right in zip(path, reversed(on_the_right)):
        digest = node(sibling, digest) if right else node(digest, sibling)
    return commitment(session, ids, digest) == roster
