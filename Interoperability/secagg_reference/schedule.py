"""The key schedule (section 6)."""

from .encoding import (
    LABEL_MASK_PRIVATE_KEY,
    LABEL_PAIRWISE_MASK,
    LABEL_SELF_MASK,
    LABEL_SELF_MASK_COMMITMENT,
    LABEL_SHARE_SEALING,
    derive,
    u32,
)
from .primitives.sealing import open_sealed, seal


def mask_private_key(mask_secret: bytes, session: bytes, id: int) -> bytes:
    return derive(mask_secret, LABEL_MASK_PRIVATE_KEY, session + u32(id))


def self_mask_seed(self_mask_secret: bytes, session: bytes, id: int) -> bytes:
    return derive(self_mask_secret, LABEL_SELF_MASK, session + u32(id))


def self_mask_commitment(self_mask_secret: bytes, session: bytes, id: int) -> bytes:
    return derive(self_mask_secret, LABEL_SELF_MASK_COMMITMENT, session + u32(id))


def pairwise_seed(agreed: bytes, session: bytes, roster: bytes, i: int, j: int) -> bytes:
    """The seed of i and j from what their mask keys agree on."""
    context = session + roster + u32(min(i, j)) + u32(max(i, j))
    return derive(agreed, LABEL_PAIRWISE_MASK, context)


def sealing_context(session: bytes, roster: bytes, sender: int, receiver: int) -> bytes:
    """C."""
    return session + roster + u32(sender) + u32(receiver)


def seal_shares(
    agreed: bytes, context: bytes, nonce: bytes, self_mask_share: bytes, mask_share: bytes
) -> bytes:
    return seal(
        derive(agreed, LABEL_SHARE_SEALING, context), nonce, self_mask_share + mask_share, context
    )


def open_shares(agreed: bytes, context: bytes, sealed: bytes) -> tuple[bytes, bytes] | None:
    """Self-mask share and mask share."""
    plaintext = open_sealed(derive(agreed, LABEL_SHARE_SEALING, context), sealed, context)
    return None if plaintext is None else (plaintext[:40], plaintext[40:])
