"""Messages to the server with another meaning than the right ones, and a fitting checksum."""

import random
from collections.abc import Sequence
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.wire.limits import SEALED_BYTES

from .choices import changed_list, flipped, random_key


def with_other_meaning(
    rng: random.Random, message: wire.ClientMessage, keys: Sequence[bytes], cohort: int
) -> bytes:
    """`keys` are those that were advertised before."""
    message = replace(message, body=_changed(rng, message.body, keys, cohort))
    if rng.randrange(8) == 0:
        message = replace(message, session=rng.randbytes(32))
    return message.encoded()


def _changed(
    rng: random.Random, body: wire.ClientBody, keys: Sequence[bytes], cohort: int
) -> wire.ClientBody:
    match body:
        case wire.KeyAdvertisement():
            return _keys(rng, body, keys)
        case wire.ShareDistribution():
            strangers = [
                wire.SealedShares(rng.randint(1, cohort + 2), rng.randbytes(SEALED_BYTES))
                for _ in range(3)
            ]
            return replace(body, shares=changed_list(rng, body.shares, strangers))
        case wire.MaskedInput():
            return wire.MaskedInput(rng.choice([body.words[8:], body.words + bytes(8)]))
        case wire.ContributorEndorsement():
            return wire.ContributorEndorsement(flipped(rng, body.signature))
        case wire.UnmaskingResponse():
            return _response(rng, body, cohort)


def _keys(
    rng: random.Random, body: wire.KeyAdvertisement, keys: Sequence[bytes]
) -> wire.KeyAdvertisement:
    changed = flipped(rng, body.signature) if body.signature else rng.randbytes(64)
    known = rng.choice([*keys, body.sealing_key])
    return rng.choice(
        [
            replace(body, mask_key=body.sealing_key),
            replace(body, mask_key=random_key(rng)),
            replace(body, mask_key=known),
            replace(body, sealing_key=known),
            replace(body, signature=b"" if body.signature else changed),
            replace(body, signature=changed),
        ]
    )


def _response(
    rng: random.Random, body: wire.UnmaskingResponse, cohort: int
) -> wire.UnmaskingResponse:
    kind = rng.randrange(4)
    if kind == 0 and body.shares:
        shares = list(body.shares)
        at = rng.randrange(len(shares))
        shares[at] = replace(shares[at], kind=3 - shares[at].kind)
        return replace(body, shares=tuple(shares))
    if kind == 1:
        more = [rng.randint(1, cohort + 2) for _ in range(3)]
        return replace(body, unopened=changed_list(rng, body.unopened, more))
    stranger = wire.RevealedShare(rng.randint(1, cohort), wire.SELF_MASK, bytes(40))
    return replace(body, shares=changed_list(rng, body.shares, [stranger]))
