"""Wrong messages, of which both implementations have to think the same."""

import random
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.encoding import bits, read_bits
from secagg_reference.errors import WireError
from secagg_reference.parameters import SessionParameters
from secagg_reference.server import Server

from . import client_mutations, server_mutations
from .choices import flipped
from .damage import damaged, is_comparable


def wrong_for_server(
    rng: random.Random, id: int, right: bytes, keys: list[bytes], parameters: SessionParameters
) -> bytes | None:
    """A message to send before the right one, or nothing if it would take its place."""
    message = wire.parse_client_message(right, id)
    if rng.random() < 0.5:
        wrong = damaged(rng, right)
    else:
        wrong = client_mutations.with_other_meaning(rng, message, keys, parameters.cohort_size)
    if not is_comparable(lambda: wire.parse_client_message(wrong, id)):
        return None
    return wrong if _is_harmless(id, wrong, message.body, keys, parameters) else None


def _is_harmless(
    id: int,
    wrong: bytes,
    right: wire.ClientBody,
    keys: list[bytes],
    parameters: SessionParameters,
) -> bool:
    """Whether it is refused, or means the same as the right one.

    If a server accepted it with another meaning, its client could not go on, or the sum would be
    wrong."""
    try:
        body = wire.parse_client_message(wrong, id).body
    except WireError:
        return True
    if body == right:
        return True
    match body, right:
        case wire.KeyAdvertisement(), _:
            refused = body.signature or body.sealing_key == body.mask_key
            known = {body.sealing_key, body.mask_key} & set(keys)
            return parameters.is_malicious or bool(refused or known)
        case wire.ShareDistribution(), wire.ShareDistribution():
            return [s.peer for s in body.shares] != [s.peer for s in right.shares]
        case wire.MaskedInput(), _:
            return len(body.words) != 8 * parameters.layout.word_count
        case wire.UnmaskingResponse(), wire.UnmaskingResponse():
            about, others = (
                (r.unopened, [(s.subject, s.kind) for s in r.shares]) for r in (body, right)
            )
            return about != others
    return True


def wrong_for_client(
    rng: random.Random, id: int, right: bytes, server: Server, parameters: SessionParameters
) -> bytes | None:
    """A message to send instead of the right one, or nothing if its effect is not specified."""
    kind = rng.random()
    message = wire.parse_server_message(right)
    if kind < 0.3:
        wrong = damaged(rng, right)
        return wrong if is_comparable(lambda: wire.parse_server_message(wrong)) else None
    if kind < 0.75 and (body := _forged(rng, id, message.body, server)) is not None:
        return replace(message, body=body).encoded()
    return server_mutations.with_other_meaning(rng, message, parameters.cohort_size)


def _forged(
    rng: random.Random, id: int, body: wire.ServerBody, server: Server
) -> wire.ServerBody | None:
    """What a server can make that knows all messages: neighbours of its choice with valid paths, a
    set of contributors that is right around a client and wrong elsewhere, or valid endorsements of
    clients that are not asked for them."""
    cohort = server.state.cohort
    if isinstance(body, wire.RosterAnnouncement) and body.ids:
        others = [i for i in cohort.ids if i != id]
        chosen = sorted(rng.sample(others, len(body.neighbours)))
        paths = cohort.roster.paths
        neighbours = tuple(
            wire.AdvertisedNeighbour(server.state.advertised[j], tuple(paths[j])) for j in chosen
        )
        return replace(body, neighbours=neighbours)
    if isinstance(body, wire.ContributorAnnouncement):
        near = {cohort.ranks[j] for j in [id, *cohort.neighbours(id)]}
        cut_off = rng.random() < 0.5
        around = {r for rank in near for r in cohort.graph.neighbours[rank]} if cut_off else set()
        keep = 1.0 if cut_off else 0.5
        members = [
            rank
            for rank in read_bits(body.contributors)
            if rank in near or (rank not in around and rng.random() < keep)
        ]
        return replace(body, contributors=bits(members, len(body.contributors)))
    if isinstance(body, wire.UnmaskingRequest) and body.endorsements:
        return replace(body, endorsements=_endorsements(rng, server))
    return None


def _endorsements(rng: random.Random, server: Server) -> tuple[wire.Endorsement, ...]:
    """Of endorsers, of other clients and of the recipient, some of them twice or damaged."""
    signed = [wire.Endorsement(*e) for e in server.state.endorsements.items()]
    result = []
    for endorsement in rng.sample(signed, rng.randint(1, len(signed))):
        if rng.random() < 0.15:
            wrong = replace(endorsement, signature=flipped(rng, endorsement.signature))
            result.append(rng.choice([wrong, endorsement]))
        result.append(endorsement)
    return tuple(result)
