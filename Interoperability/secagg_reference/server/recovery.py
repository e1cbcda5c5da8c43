"""Recovery of the secrets (section 12)."""

from dataclasses import dataclass

from .. import schedule, sharing, wire
from ..errors import DecodingError, ServerError
from ..primitives import x25519
from .results import UNOPENED, WRONG_SHARE, Fault
from .state import State

Secret = tuple[int, int]
"""Whose secret, and its kind."""


@dataclass(frozen=True)
class Recovered:
    secrets: dict[Secret, bytes]
    faults: list[Fault]


def recover(state: State) -> Recovered:
    """All secrets that are needed, or `sharesMissing`, or `sharesWrong`."""
    threshold = state.parameters.threshold
    shares = {secret: _shares_of(state, secret) for secret in _needed(state)}
    secrets: dict[Secret, bytes] = {}
    for secret, held in shares.items():
        if len(held) >= threshold:
            secrets[secret] = sharing.interpolate(dict(list(held.items())[:threshold]))
    confirmed = {s: value for s, value in secrets.items() if _is_confirmed(state, s, value)}
    liars: set[int] = set()
    faults = _unopened(state)
    for secret, held in shares.items():
        if secret not in confirmed:
            confirmed[secret], wrong = _decoded(state, secret, held, liars)
            liars.update(wrong)
            faults += [Fault(holder, *secret, WRONG_SHARE) for holder in wrong]
    return Recovered(confirmed, sorted(faults))


def _needed(state: State) -> list[Secret]:
    """In the order of section 12."""
    departed = [id for id in state.departed if state.has_contributing_neighbour(id)]
    contributors = [(id, wire.SELF_MASK) for id in sorted(state.contributors)]
    return contributors + [(id, wire.MASK_KEY) for id in departed]


def _shares_of(state: State, secret: Secret) -> dict[int, bytes]:
    """The revealed shares of a secret by holder, ascending."""
    subject, _ = secret
    return {
        holder: share.share
        for holder, answer in sorted(state.answers.items())
        for share in answer.shares
        if share.subject == subject
    }


def _unopened(state: State) -> list[Fault]:
    return [
        Fault(
            holder,
            subject,
            wire.SELF_MASK if subject in state.contributors else wire.MASK_KEY,
            UNOPENED,
        )
        for holder, answer in state.answers.items()
        for subject in answer.unopened
    ]


def _decoded(
    state: State, secret: Secret, shares: dict[int, bytes], liars: set[int]
) -> tuple[bytes, list[int]]:
    """Steps 1 to 3: the secret, and the holders whose shares of it are wrong."""
    threshold, about = state.parameters.threshold, f"client {secret[0]}"
    if len(shares) < threshold:
        raise ServerError("sharesMissing", about)
    holders = sorted(shares, key=lambda holder: (holder in liars, holder))
    value = sharing.interpolate({holder: shares[holder] for holder in holders[:threshold]})
    if _is_confirmed(state, secret, value):
        return value, []
    try:
        value, wrong = sharing.decode(shares, threshold)
    except DecodingError:
        raise ServerError("sharesWrong", about) from None
    if not _is_confirmed(state, secret, value):
        raise ServerError("sharesWrong", about)
    return value, wrong


def _is_confirmed(state: State, secret: Secret, value: bytes) -> bool:
    session, (subject, kind) = state.parameters.digest, secret
    if kind == wire.SELF_MASK:
        expected = state.distributed[subject].self_mask_commitment
        return schedule.self_mask_commitment(value, session, subject) == expected
    private_key = schedule.mask_private_key(value, session, subject)
    return x25519.public_key_of(private_key) == state.advertised[subject].mask_key
