"""Roster announcements with another meaning."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from secagg_reference import wire
from secagg_reference.encoding import bits, read_bits
from secagg_reference.roster import Advertisement

from .choices import changed_list, flipped, random_key

Announcement = wire.RosterAnnouncement


def changed_roster(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    return rng.choice(CHANGES if body.ids else CHANGES_WITHOUT_PATHS)(rng, body, cohort)


def _with_neighbour(body: Announcement, at: int, one: wire.AdvertisedNeighbour) -> Announcement:
    neighbours = list(body.neighbours)
    neighbours[at] = one
    return replace(body, neighbours=tuple(neighbours))


def _size(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    return replace(body, roster_size=max(1, body.roster_size + rng.choice([-3, -1, 1, 2, 100])))


def _commitment(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    return replace(body, commitment=rng.randbytes(32))


def _neighbours(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    one = rng.choice(body.neighbours)
    signature = one.advertisement.signature
    id = rng.randint(1, cohort + 2)
    stranger = Advertisement(id, random_key(rng), random_key(rng), signature)
    more = [replace(one, advertisement=stranger)]
    return replace(body, neighbours=changed_list(rng, body.neighbours, more))


def _advertisement(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    at = rng.randrange(len(body.neighbours))
    a, other = body.neighbours[at].advertisement, rng.choice(body.neighbours).advertisement
    changed = flipped(rng, a.signature) if a.signature else rng.randbytes(64)
    a = rng.choice(
        [
            replace(a, mask_key=random_key(rng)),
            replace(a, sealing_key=other.mask_key),
            replace(a, mask_key=a.sealing_key),
            replace(a, signature=b"" if a.signature else changed),
            replace(a, signature=changed),
            replace(a, id=rng.randint(1, cohort + 1)),
            replace(a, id=other.id),
        ]
    )
    return _with_neighbour(body, at, replace(body.neighbours[at], advertisement=a))


def _paths_where_none_belong(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    neighbours = tuple(replace(n, path=(rng.randbytes(32),)) for n in body.neighbours)
    return replace(body, ids=b"\x07", own_path=(rng.randbytes(32),), neighbours=neighbours)


def _no_paths(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    neighbours = tuple(replace(n, path=None) for n in body.neighbours)
    return replace(body, ids=b"", own_path=(), neighbours=neighbours)


def _ids(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    ids = set(read_bits(body.ids)) ^ set(rng.choices(range(cohort + 2), k=rng.randint(1, 2)))
    return replace(body, ids=bits(ids, max(ids) // 8 + 1)) if ids else body


def _own_path(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    return replace(body, own_path=_path(rng, body.own_path))


def _other_path(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    at = rng.randrange(len(body.neighbours))
    one = body.neighbours[at]
    return _with_neighbour(body, at, replace(one, path=_path(rng, one.path or ())))


def _exchanged_paths(rng: random.Random, body: Announcement, cohort: int) -> Announcement:
    i, j = rng.choices(range(len(body.neighbours)), k=2)
    one, other = body.neighbours[i], body.neighbours[j]
    body = _with_neighbour(body, i, replace(one, path=other.path))
    return _with_neighbour(body, j, replace(other, path=one.path))


def _path(rng: random.Random, path: tuple[bytes, ...]) -> tuple[bytes, ...]:
    kind = rng.randrange(3)
    if kind == 0:
        return (*path, rng.randbytes(32))
    if kind == 1 and len(path) > 1:
        return path[:-1]
    return (rng.randbytes(32), *path[1:])


Change = Callable[[random.Random, Announcement, int], Announcement]

CHANGES_WITHOUT_PATHS: Final[tuple[Change, ...]] = (
    _size,
    _commitment,
    _neighbours,
    _advertisement,
    _paths_where_none_belong,
)
CHANGES: Final[tuple[Change, ...]] = (
    *CHANGES_WITHOUT_PATHS,
    _no_paths,
    _ids,
    _own_path,
    _other_path,
    _exchanged_paths,
)
