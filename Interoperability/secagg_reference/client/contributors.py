"""What a client checks of the contributors (sections 11.4 to 11.6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .. import wire
from ..encoding import read_bits
from ..errors import ClientError
from ..parameters import SessionParameters
from ..statements import contributor_statement, endorsement_is_authentic
from .checked_roster import CheckedRoster, Endorser
from .policy import Policy


@dataclass(frozen=True)
class Contributors:
    """The contributors that a client sees among itself and its neighbours, and their number."""

    visible: tuple[int, ...]
    """Ids as the server gave them."""
    count: int
    """Of all contributors."""


@dataclass(frozen=True)
class EndorsedSet:
    """What a client keeps of round 3."""

    contributors: Contributors
    ranks: frozenset[int]
    """Of all contributors."""
    statement: bytes
    """What it signed."""


def check_contributors(
    contributors: Contributors,
    own: int,
    delivered: Collection[int],
    roster: CheckedRoster,
    parameters: SessionParameters,
    policy: Policy,
) -> None:
    """Section 11.6."""
    visible, count = contributors.visible, contributors.count
    if count < max(parameters.minimum_contributors, policy.minimum_contributors):
        raise ClientError("contributorsBelowMinimum")
    previous = 0
    for id in visible:
        if id <= previous or (id != own and id not in delivered):
            raise ClientError("invalidContributor", str(id))
        previous = id
    if own not in visible:
        raise ClientError("missingFromContributors")
    invisible = roster.size - 1 - len(roster.neighbours)
    if not len(visible) <= count <= len(visible) + invisible:
        raise ClientError("contributorCount")
    if len(visible) - 1 < parameters.threshold:
        raise ClientError("contributingNeighboursBelowThreshold")


def checked_set(
    announcement: wire.ContributorAnnouncement,
    own: int,
    delivered: Collection[int],
    roster: CheckedRoster,
    parameters: SessionParameters,
    policy: Policy,
) -> EndorsedSet:
    """The checks of section 11.4."""
    if announcement.roster_size != roster.size:
        raise ClientError("contributorSetSize")
    members = set(read_bits(announcement.contributors))
    visible = tuple(id for id, rank in roster.ranks.items() if rank in members)
    contributors = Contributors(visible, len(members))
    check_contributors(contributors, own, delivered, roster, parameters, policy)
    assert roster.graph is not None
    if not roster.graph.is_connected(members):
        raise ClientError("contributorsDisconnected")
    statement = contributor_statement(
        parameters.digest, roster.commitment, roster.size, announcement.contributors
    )
    return EndorsedSet(contributors, frozenset(members), statement)


def check_endorsements(
    endorsements: Sequence[wire.Endorsement],
    endorsed: EndorsedSet,
    endorsers: Mapping[int, Endorser],
    threshold: int,
) -> None:
    """Step 2 of the malicious model in section 11.5."""
    tried: set[int] = set()
    valid = 0
    for e in endorsements:
        if valid == threshold:
            return
        signer = endorsers.get(e.signer)
        if signer is None or signer.rank not in endorsed.ranks or e.signer in tried:
            continue
        tried.add(e.signer)
        valid += endorsement_is_authentic(signer.identity, endorsed.statement, e.signature)
    if valid < threshold:
        raise ClientError("endorsementsBelowThreshold")
