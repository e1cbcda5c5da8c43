"""The key schedule, and the shares that one client seals for another (section 6)."""

from typing import Final

from .encoding import (
    LABEL_INPUT_CONTEXT,
    LABEL_MASK_PRIVATE_KEY,
    LABEL_PAIRWISE_MASK,
    LABEL_SELF_MASK,
    LABEL_SELF_MASK_COMMITMENT,
    LABEL_SHARE_COMMITMENT,
    LABEL_SHARE_SEALING,
    derive,
    hash_,
    u8,
    u32,
)
from .primitives.sealing import open_sealed, seal
from .sharing import SHARE_BYTES, is_reduced

SELF_MASK: Final = 1
MASK_KEY: Final = 2

COMMITMENT_BYTES: Final = 16
INPUT_CONTEXT_BYTES: Final = 32


def mask_private_key(mask_secret: bytes, session: bytes, id: int) -> bytes:
    return derive(mask_secret, LABEL_MASK_PRIVATE_KEY, session + u32(id))


def mask_binding(session: bytes, input_context: bytes | None) -> bytes:
    """What the seeds of the masks are bound to."""
    if input_context is None:
        return session
    assert len(input_context) == INPUT_CONTEXT_BYTES
    return hash_(LABEL_INPUT_CONTEXT, session + input_context)


def self_mask_seed(self_mask_secret: bytes, binding: bytes, id: int) -> bytes:
    return derive(self_mask_secret, LABEL_SELF_MASK, binding + u32(id))


def self_mask_commitment(self_mask_secret: bytes, session: bytes, id: int) -> bytes:
    return derive(self_mask_secret, LABEL_SELF_MASK_COMMITMENT, session + u32(id))


def pairwise_seed(agreed: bytes, binding: bytes, roster: bytes, i: int, j: int) -> bytes:
    """The seed of i and j from what their mask keys agree on."""
    context = binding + roster + u32(min(i, j)) + u32(max(i, j))
    return derive(agreed, LABEL_PAIRWISE_MASK, context)


def sealing_context(session: bytes, roster: bytes, sender: int, receiver: int) -> bytes:
    """C."""
    return session + roster + u32(sender) + u32(receiver)


def share_commitment(share: bytes, context: bytes, kind: int) -> bytes:
    return derive(share, LABEL_SHARE_COMMITMENT, context + u8(kind))[:COMMITMENT_BYTES]


def share_commitments(context: bytes, self_mask_share: bytes, mask_share: bytes) -> bytes:
    return share_commitment(self_mask_share, context, SELF_MASK) + share_commitment(
        mask_share, context, MASK_KEY
    )


def commitment_in(sealed: bytes, kind: int) -> bytes:
    """The dealer's commitment to the share of one kind. It is not encrypted."""
    start = COMMITMENT_BYTES * (kind - SELF_MASK)
    return sealed[start : start + COMMITMENT_BYTES]


def seal_shares(
    agreed: bytes,
    context: bytes,
    nonce: bytes,
    self_mask_share: bytes,
    mask_share: bytes,
    commitments: bytes | None = None,
) -> bytes:
    """The sealed shares. Only a dealer that breaks the rules brings commitments of its own."""
    if commitments is None:
        commitments = share_commitments(context, self_mask_share, mask_share)
    key = derive(agreed, LABEL_SHARE_SEALING, context)
    plaintext = self_mask_share + mask_share
    return commitments + seal(key, nonce, plaintext, context + commitments)


def open_share(agreed: bytes, context: bytes, sealed: bytes, kind: int) -> bytes | None:
    """The share of one kind. None if the shares do not open, if this one is not reduced, or if it
    does not match the dealer's commitment to it (section 11.5)."""
    commitments, rest = sealed[: 2 * COMMITMENT_BYTES], sealed[2 * COMMITMENT_BYTES :]
    key = derive(agreed, LABEL_SHARE_SEALING, context)
    plaintext = open_sealed(key, rest, context + commitments)
    if plaintext is None:
        return None
    start = SHARE_BYTES * (kind - SELF_MASK)
    share = plaintext[start : start + SHARE_BYTES]
    matches = share_commitment(share, context, kind) == commitment_in(sealed, kind)
    return share if matches and is_reduced(share) else None
