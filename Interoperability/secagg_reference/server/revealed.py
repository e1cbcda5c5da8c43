"""The secrets that a server needs, and the shares of them that were revealed (section 12)."""

from .. import schedule, wire
from ..primitives import x25519
from .results import UNOPENED, Fault
from .state import State

Secret = tuple[int, int]
"""Whose secret, and its kind."""


def needed(state: State) -> list[Secret]:
    """In the order of section 12."""
    departed = [id for id in state.departed if state.has_contributing_neighbour(id)]
    contributors = [(id, wire.SELF_MASK) for id in sorted(state.contributors)]
    return contributors + [(id, wire.MASK_KEY) for id in departed]


def shares_of(state: State, secret: Secret) -> dict[int, bytes]:
    """The revealed shares of a secret by holder, ascending."""
    dealer, _ = secret
    return {
        holder: share.share
        for holder, answer in sorted(state.answers.items())
        for share in answer.shares
        if share.subject == dealer
    }


def unopened(state: State) -> list[Fault]:
    """Every accepted entry, also of secrets that are not needed."""
    return [
        Fault(dealer, holder, state.kind_due(dealer), UNOPENED)
        for holder, answer in state.answers.items()
        for dealer in answer.unopened
    ]


def is_confirmed(state: State, secret: Secret, value: bytes) -> bool:
    """Whether the owner of the secret published what follows from this value."""
    session, (dealer, kind) = state.parameters.digest, secret
    if kind == wire.SELF_MASK:
        published = state.distributed[dealer].self_mask_commitment
        return schedule.self_mask_commitment(value, session, dealer) == published
    private_key = schedule.mask_private_key(value, session, dealer)
    return x25519.public_key_of(private_key) == state.advertised[dealer].mask_key


def matches(state: State, secret: Secret, holder: int, share: bytes) -> bool:
    """Whether a share gives the commitment that its dealer sent for this holder and kind."""
    session, roster = state.parameters.digest, state.cohort.roster.commitment
    dealer, kind = secret
    sealed = next(s.sealed for s in state.distributed[dealer].shares if s.peer == holder)
    context = schedule.sealing_context(session, roster, dealer, holder)
    return schedule.share_commitment(share, context, kind) == schedule.commitment_in(sealed, kind)
