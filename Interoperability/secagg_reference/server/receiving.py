"""What a server checks of each message of a client, and keeps (sections 11.1 to 11.5).

The common checks have been made."""

from .. import masks, wire
from ..encoding import read_words
from ..errors import ServerError
from ..roster import Advertisement
from ..statements import (
    advertisement_is_authentic,
    contributor_statement,
    endorsement_is_authentic,
)
from .state import State


def take(state: State, client: int, body: wire.ClientBody) -> None:
    match body:
        case wire.KeyAdvertisement():
            _take_keys(state, client, body)
        case wire.ShareDistribution():
            _take_shares(state, client, body)
        case wire.MaskedInput():
            _take_input(state, client, body)
        case wire.ContributorEndorsement():
            _take_endorsement(state, client, body)
        case wire.UnmaskingResponse():
            _take_answer(state, client, body)


def _take_keys(state: State, client: int, body: wire.KeyAdvertisement) -> None:
    """Section 11.1."""
    p = state.parameters
    if client > p.cohort_size:
        raise ServerError("stranger")
    if client in state.advertised:
        raise ServerError("duplicate")
    before = {k for a in state.advertised.values() for k in (a.sealing_key, a.mask_key)}
    if body.sealing_key == body.mask_key or before & {body.sealing_key, body.mask_key}:
        raise ServerError("repeatedKey")
    advertisement = Advertisement(client, body.sealing_key, body.mask_key, body.signature)
    if p.is_malicious:
        identity = state.directory.get(client)
        if not advertisement_is_authentic(identity, p.digest, advertisement):
            raise ServerError("notAuthentic")
    elif body.signature:
        raise ServerError("notAuthentic")
    state.advertised[client] = advertisement


def _take_shares(state: State, client: int, body: wire.ShareDistribution) -> None:
    """Section 11.2."""
    if client not in state.cohort.ranks:
        raise ServerError("stranger")
    if client in state.distributed:
        raise ServerError("duplicate")
    if [s.peer for s in body.shares] != state.cohort.neighbours(client):
        raise ServerError("sharesNotForNeighbours")
    state.distributed[client] = body


def _take_input(state: State, client: int, body: wire.MaskedInput) -> None:
    """Section 11.3."""
    p = state.parameters
    if client not in state.sharers:
        raise ServerError("stranger")
    if client in state.contributors:
        raise ServerError("duplicate")
    if len(body.words) != 8 * p.layout.word_count:
        raise ServerError("vectorLength")
    if len(state.contributors) == p.maximum_contributors:
        raise ServerError("tooManyContributors")
    state.contributors.add(client)
    state.sum = masks.add(state.sum, read_words(body.words))


def _take_endorsement(state: State, client: int, body: wire.ContributorEndorsement) -> None:
    """Section 11.4."""
    if client not in state.contributors:
        raise ServerError("stranger")
    if client in state.endorsements:
        raise ServerError("duplicate")
    cohort = state.cohort
    statement = contributor_statement(
        state.parameters.digest, cohort.roster.commitment, len(cohort.ids), state.contributor_set
    )
    if not endorsement_is_authentic(state.directory.get(client), statement, body.signature):
        raise ServerError("notAuthentic")
    state.endorsements[client] = body.signature


def _take_answer(state: State, client: int, body: wire.UnmaskingResponse) -> None:
    """Section 11.5."""
    if client not in state.asked:
        raise ServerError("stranger")
    if client in state.answers:
        raise ServerError("duplicate")
    shares, unopened = list(body.shares), list(body.unopened)
    for subject in state.cohort.neighbours(client):
        if subject not in state.sharers:
            continue
        if shares and shares[0].subject == subject:
            if shares.pop(0).kind != state.kind_due(subject):
                raise ServerError("wrongSecretKind")
        elif unopened and unopened[0] == subject:
            unopened.pop(0)
        else:
            raise ServerError("answerNotForNeighbours")
    if shares or unopened:
        raise ServerError("answerNotForNeighbours")
    state.answers[client] = body
