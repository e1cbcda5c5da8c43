"""What a server sends (sections 11.2 to 11.5)."""

from .. import wire
from ..errors import ServerError
from .state import State


def addressees(state: State) -> list[int]:
    """Who is owed a message now, in id order."""
    match state.round:
        case 1:
            return state.cohort.ids
        case 2:
            return state.sharers
        case 3:
            return sorted(state.contributors)
        case 4:
            return state.asked
    return []


def message_for(state: State, client: int) -> bytes:
    if not state.round:
        raise ServerError("wrongPhase")
    if client not in addressees(state):
        raise ServerError("noMessage")
    return wire.ServerMessage(state.parameters.digest, client, _body(state, client)).encoded()


def _body(state: State, client: int) -> wire.ServerBody:
    match state.round:
        case 1:
            return _announcement(state, client)
        case 2:
            return _delivery(state, client)
        case 3:
            return wire.ContributorAnnouncement(len(state.cohort.ids), state.contributor_set)
    return _request(state, client)


def _announcement(state: State, client: int) -> wire.RosterAnnouncement:
    """Section 11.2."""
    cohort, n = state.cohort, len(state.cohort.ids)
    roster = cohort.roster
    advertisements = [state.advertised[j] for j in cohort.neighbours(client)]
    if not state.parameters.is_malicious or state.parameters.degree >= n - 1:
        neighbours = tuple(wire.AdvertisedNeighbour(a) for a in advertisements)
        return wire.RosterAnnouncement(n, roster.commitment, neighbours)
    neighbours = tuple(
        wire.AdvertisedNeighbour(a, tuple(roster.paths[a.id])) for a in advertisements
    )
    own_path = tuple(roster.paths[client])
    return wire.RosterAnnouncement(n, roster.commitment, neighbours, roster.ids, own_path)


def _delivery(state: State, client: int) -> wire.ShareDelivery:
    """Section 11.3."""
    return wire.ShareDelivery(
        tuple(
            wire.SealedShares(sender, entry.sealed)
            for sender in state.cohort.neighbours(client)
            if sender in state.sharers
            for entry in state.distributed[sender].shares
            if entry.peer == client
        )
    )


def _request(state: State, client: int) -> wire.UnmaskingRequest:
    """Section 11.5."""
    near = state.cohort.neighbours(client)
    visible = tuple(sorted(state.contributors.intersection([client, *near])))
    endorsements = [wire.Endorsement(*e) for e in state.endorsements_for(client).items()]
    first = tuple(endorsements[: state.parameters.threshold])
    return wire.UnmaskingRequest(len(state.contributors), visible, first)
