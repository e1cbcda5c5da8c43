"""Parsing of what clients send (section 13)."""

from collections.abc import Callable
from typing import Final

from ..errors import WireError
from ..schedule import MASK_KEY, SELF_MASK
from ..sharing import SHARE_BYTES, is_reduced
from . import fields
from .client_bodies import (
    ClientBody,
    ContributorEndorsement,
    KeyAdvertisement,
    MaskedInput,
    RevealedShare,
    ShareDistribution,
    UnmaskingResponse,
)
from .decoding import Message
from .limits import SEALED_BYTES
from .sealed_shares import SealedShares


def keys(message: Message) -> KeyAdvertisement:
    sealing_key, mask_key = (
        fields.public_key(message, "sealing_key"),
        fields.public_key(message, "mask_key"),
    )
    signature = message.bytes("signature")
    if signature and len(signature) != 64:
        raise WireError("wrongLength", "signature")
    return KeyAdvertisement(sealing_key, mask_key, signature)


def addressed(message: Message) -> SealedShares:
    sealed = fields.fixed(message, "sealed", SEALED_BYTES)
    return SealedShares(fields.positive(message, "peer"), sealed)


def _revealed(message: Message) -> RevealedShare:
    subject = fields.positive(message, "subject")
    kind = fields.enumerated(message, "kind", (SELF_MASK, MASK_KEY))
    share = fields.fixed(message, "share", SHARE_BYTES)
    if not is_reduced(share):
        raise WireError("invalidValue", "a share that is not reduced")
    return RevealedShare(subject, kind, share)


def _input(message: Message) -> MaskedInput:
    words = message.bytes("words")
    if not words:
        raise WireError("missingField", "words")
    if "words" in message.repeated:
        raise WireError("repeatedField", "words")
    if len(words) % 8:
        raise WireError("invalidValue", "words")
    return MaskedInput(words)


CLIENT_BODIES: Final[dict[int, Callable[[Message], ClientBody]]] = {
    0: keys,
    1: lambda m: ShareDistribution(
        fields.fixed(m, "self_mask_commitment", 32), fields.entries(m.messages("shares"), addressed)
    ),
    2: _input,
    3: lambda m: ContributorEndorsement(fields.fixed(m, "signature", 64)),
    4: lambda m: UnmaskingResponse(
        fields.entries(m.messages("shares"), _revealed),
        fields.entries(m.numbers("unopened"), fields.listed_id),
    ),
}
