"""Closing rounds (sections 11.1 to 11.4). A round that cannot be closed stays open."""

from collections.abc import Collection

from ..errors import ServerError
from ..roster import Roster
from .state import Cohort, State


def close_round(state: State) -> None:
    match state.round:
        case 0:
            _close_keys(state)
        case 1:
            _close_shares(state)
        case 2:
            _close_inputs(state)
        case 3:
            _close_endorsements(state)
        case _:
            raise ServerError("wrongPhase")


def _close_keys(state: State) -> None:
    """Section 11.1."""
    p = state.parameters
    if len(state.advertised) < max(p.minimum_contributors, p.threshold + 1):
        raise ServerError("tooFewClients")
    roster = Roster.of(p.digest, list(state.advertised.values()))
    state.closed_cohort = Cohort.of(roster, p.degree)
    state.round = 1


def _close_shares(state: State) -> None:
    """Section 11.2: the fixed point."""
    p, cohort = state.parameters, state.cohort
    sharers = set(state.distributed)
    while lacking := {
        id for id in sharers if len(sharers.intersection(cohort.neighbours(id))) < p.threshold
    }:
        sharers -= lacking
    if len(sharers) < p.minimum_contributors:
        raise ServerError("tooFewClients")
    if not cohort.is_connected(sharers):
        raise ServerError("disconnected")
    state.sharers = sorted(sharers)
    state.round = 2


def _check_recoverable(state: State, holders: Collection[int]) -> None:
    """Every secret that will be needed has t holders (section 11.3)."""
    for id in state.sharers:
        if id in state.contributors or state.has_contributing_neighbour(id):
            if len(set(state.cohort.neighbours(id)) & set(holders)) < state.parameters.threshold:
                raise ServerError("unrecoverable", str(id))


def _close_inputs(state: State) -> None:
    """Section 11.3."""
    if len(state.contributors) < state.parameters.minimum_contributors:
        raise ServerError("tooFewClients")
    _check_recoverable(state, state.contributors)
    if not state.cohort.is_connected(state.contributors):
        raise ServerError("disconnected")
    if state.parameters.is_malicious:
        state.round = 3
    else:
        state.asked = sorted(state.contributors)
        state.round = 4


def _close_endorsements(state: State) -> None:
    """Section 11.4."""
    asked = [
        id
        for id in sorted(state.endorsements)
        if len(state.endorsements_for(id)) >= state.parameters.threshold
    ]
    _check_recoverable(state, asked)
    state.asked = asked
    state.round = 4
