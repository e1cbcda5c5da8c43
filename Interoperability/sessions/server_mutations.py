"""Messages to clients with another meaning than the right ones, and a fitting checksum."""

import random
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.encoding import bits, read_bits
from secagg_reference.wire.limits import SEALED_BYTES

from .choices import changed_list, flipped
from .roster_mutations import changed_roster


def with_other_meaning(rng: random.Random, message: wire.ServerMessage, cohort: int) -> bytes:
    message = replace(message, body=_changed(rng, message.body, cohort))
    kind = rng.randrange(12)
    if kind == 0:
        message = replace(message, session=rng.randbytes(32))
    elif kind == 1:
        message = replace(message, recipient=message.recipient % cohort + 1)
    return message.encoded()


def _changed(rng: random.Random, body: wire.ServerBody, cohort: int) -> wire.ServerBody:
    match body:
        case wire.RosterAnnouncement():
            return changed_roster(rng, body, cohort)
        case wire.ShareDelivery():
            return _delivery(rng, body, cohort)
        case wire.ContributorAnnouncement():
            return _set(rng, body)
        case wire.UnmaskingRequest():
            return _request(rng, body, cohort)


def _delivery(rng: random.Random, body: wire.ShareDelivery, cohort: int) -> wire.ShareDelivery:
    if rng.randrange(2):
        return wire.ShareDelivery(body.shares[: rng.randrange(len(body.shares) + 1)])
    strangers = [
        wire.SealedShares(rng.randint(1, cohort + 2), rng.randbytes(SEALED_BYTES)) for _ in range(3)
    ]
    return wire.ShareDelivery(changed_list(rng, body.shares, strangers))


def _set(rng: random.Random, body: wire.ContributorAnnouncement) -> wire.ContributorAnnouncement:
    n, members = body.roster_size, set(read_bits(body.contributors))
    if rng.randrange(3) == 0:
        n = max(1, n + rng.choice([-1, 1, 8]))
    else:
        members ^= set(rng.sample(range(n), rng.randint(1, n)))
    kept = [rank for rank in members if rank < n] or [0]
    return wire.ContributorAnnouncement(n, bits(kept, (n + 7) // 8))


def _request(rng: random.Random, body: wire.UnmaskingRequest, cohort: int) -> wire.UnmaskingRequest:
    kind = rng.randrange(4)
    if kind == 0:
        count = body.contributor_count + rng.choice([-100, -1, 1, 100])
        return replace(body, contributor_count=max(1, count))
    if kind == 1 or not body.endorsements:
        more = [rng.randint(1, cohort + 2) for _ in range(3)]
        return replace(body, contributors=changed_list(rng, body.contributors, more))
    one = rng.choice(body.endorsements)
    others = [
        replace(one, signature=flipped(rng, one.signature)),
        replace(one, signer=rng.randint(1, cohort)),
    ]
    return replace(body, endorsements=changed_list(rng, body.endorsements, others))
