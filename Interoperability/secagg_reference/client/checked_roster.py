"""What a client checks of the roster, and keeps (section 11.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .. import wire
from ..errors import ClientError
from ..graph import Graph
from ..parameters import SessionParameters
from ..roster import Advertisement, Roster, ids_of, path_verifies
from ..statements import Directory, advertisement_is_authentic
from .policy import Policy


@dataclass(frozen=True)
class Endorser:
    """An endorser other than the client itself, whose identity key the directory has."""

    rank: int
    identity: bytes


@dataclass(frozen=True)
class CheckedRoster:
    """The roster as one client sees it."""

    size: int
    commitment: bytes
    neighbours: dict[int, Advertisement]
    """By id, ascending."""
    ranks: dict[int, int] = field(default_factory=dict)
    """Of the client and its neighbours, by id; in the malicious model only."""
    graph: Graph | None = None
    """In the malicious model only."""
    endorsers: dict[int, Endorser] = field(default_factory=dict)
    """By id; in the malicious model only."""


def checked_roster(
    announcement: wire.RosterAnnouncement,
    own: Advertisement,
    parameters: SessionParameters,
    policy: Policy,
    directory: Directory | None,
) -> CheckedRoster:
    neighbours = _checked_neighbours(announcement, own, parameters, policy)
    if not parameters.is_malicious:
        return CheckedRoster(announcement.roster_size, announcement.commitment, neighbours)
    assert directory is not None
    identities = _checked_identities(neighbours, parameters.digest, directory)
    if len(neighbours) == announcement.roster_size - 1 and not announcement.ids:
        ids = sorted([own.id, *neighbours])
        roster = _whole_roster(announcement, own, neighbours, parameters)
    else:
        ids = ids_of(announcement.ids)
        roster = _proven_roster(announcement, own, neighbours, parameters)
    assert roster.graph is not None
    endorsers = [(ids[rank], rank) for rank in roster.graph.endorsers if ids[rank] != own.id]
    return replace(roster, endorsers=_with_identities(endorsers, identities, directory))


def _checked_neighbours(
    announcement: wire.RosterAnnouncement,
    own: Advertisement,
    parameters: SessionParameters,
    policy: Policy,
) -> dict[int, Advertisement]:
    """Steps 1 to 5."""
    n = announcement.roster_size
    if not 3 <= n <= parameters.cohort_size:
        raise ClientError("rosterSize")
    if n < policy.minimum_cohort_size:
        raise ClientError("policy", "cohortSize")
    advertisements = [neighbour.advertisement for neighbour in announcement.neighbours]
    if len(advertisements) != min(parameters.degree, n - 1):
        raise ClientError("neighbourCount")
    if len(advertisements) < parameters.threshold:
        raise ClientError("neighboursBelowThreshold")
    previous = 0
    keys = {own.sealing_key, own.mask_key}
    for a in advertisements:
        if a.id == own.id or not previous < a.id <= parameters.cohort_size:
            raise ClientError("invalidNeighbour", str(a.id))
        previous = a.id
        for key in (a.sealing_key, a.mask_key):
            if key in keys:
                raise ClientError("repeatedKey", str(a.id))
            keys.add(key)
    return {a.id: a for a in advertisements}


def _checked_identities(
    neighbours: dict[int, Advertisement], session: bytes, directory: Directory
) -> dict[int, bytes]:
    """Step 6: the identity key of each neighbour."""
    identities = {}
    for a in neighbours.values():
        identity = directory.get(a.id)
        if identity is None or not advertisement_is_authentic(identity, session, a):
            raise ClientError("notAuthentic", str(a.id))
        identities[a.id] = identity
    return identities


def _with_identities(
    endorsers: Iterable[tuple[int, int]], known: dict[int, bytes], directory: Directory
) -> dict[int, Endorser]:
    """Asks the directory for the endorsers that are not neighbours. One without a key cannot endorse."""
    result = {}
    for id, rank in endorsers:
        identity = known[id] if id in known else directory.get(id)
        if identity is not None:
            result[id] = Endorser(rank, identity)
    return result


def _whole_roster(
    announcement: wire.RosterAnnouncement,
    own: Advertisement,
    neighbours: dict[int, Advertisement],
    parameters: SessionParameters,
) -> CheckedRoster:
    """Step 7."""
    everyone = Roster.of(parameters.digest, [own, *neighbours.values()])
    if everyone.commitment != announcement.commitment:
        raise ClientError("rosterProof", "own")
    ranks = {a.id: rank for rank, a in enumerate(everyone.advertisements)}
    graph = Graph.of(everyone.commitment, announcement.roster_size, parameters.degree)
    return CheckedRoster(announcement.roster_size, everyone.commitment, neighbours, ranks, graph)


def _proven_roster(
    announcement: wire.RosterAnnouncement,
    own: Advertisement,
    neighbours: dict[int, Advertisement],
    parameters: SessionParameters,
) -> CheckedRoster:
    """Steps 8 and 9."""
    n, commitment, id_set = announcement.roster_size, announcement.commitment, announcement.ids
    paths = [neighbour.path for neighbour in announcement.neighbours]
    if not id_set or None in paths:
        raise ClientError("rosterProof", "own")
    ids = ids_of(id_set)
    if len(ids) != n or ids[-1] > parameters.cohort_size:
        raise ClientError("rosterProof", "own")
    for a, path in zip([own, *neighbours.values()], [announcement.own_path, *paths]):
        if not path_verifies(parameters.digest, commitment, id_set, a, path or ()):
            raise ClientError("rosterProof", "own" if a is own else str(a.id))
    rank_of = {id: rank for rank, id in enumerate(ids)}
    graph = Graph.of(commitment, n, parameters.degree)
    if [rank_of[id] for id in neighbours] != graph.neighbours[rank_of[own.id]]:
        raise ClientError("neighboursNotOfGraph")
    ranks = {id: rank_of[id] for id in sorted([own.id, *neighbours])}
    return CheckedRoster(n, commitment, neighbours, ranks, graph)
