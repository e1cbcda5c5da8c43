"""The intermediate values of one client of a transcript (sections 4 to 6, 9 and 10)."""

from secagg_reference import masks, schedule, sharing
from secagg_reference.encoding import LABEL_SHARE_SEALING, derive, words
from secagg_reference.primitives import x25519

from .records import Case, unhex
from .sharing_cases import polynomials_of
from .transcript import Play


def values_of(id: int, play: Play, inputs: dict[int, Case]) -> dict[str, object]:
    """What a transcript says of a client, by name; None for what does not apply."""
    p, state, given = play.parameters, play.server.state, inputs[id]
    private = _mask_private_key(id, play, given)
    secret = unhex(given["self_mask_secret"])
    seed = schedule.self_mask_seed(secret, play.binding, id)
    packed = p.layout.pack([int(element) for element in given["elements"]])
    self_mask = masks.mask(p.mask_cipher, seed, len(packed))
    computed: dict[str, object] = {
        "id": id,
        "sealing_public_key": x25519.public_key_of(unhex(given["sealing_private_key"])).hex(),
        "mask_private_key": private.hex(),
        "mask_public_key": x25519.public_key_of(private).hex(),
        "self_mask_commitment": schedule.self_mask_commitment(secret, p.digest, id).hex(),
        "self_mask_seed": seed.hex(),
        "self_mask": words(self_mask).hex(),
        "packed_words": words(packed).hex(),
        "identity_public_key": play.directory[id].hex() if p.is_malicious else None,
        "neighbours": state.cohort.neighbours(id) if id in state.cohort.ids else None,
        "shares": _shares(id, play, inputs) if id in state.distributed else None,
    }
    if id in state.contributors:
        masked = masks.add(packed, self_mask)
        pairwise = [_pairwise_mask(id, j, play, inputs) for j in _sharing_neighbours(id, play)]
        for entry in pairwise:
            mask = masks.mask(p.mask_cipher, unhex(entry["seed"]), len(packed))
            masked = masks.apply_pairwise(masked, id, entry["peer"], mask)
        computed |= {"pairwise_masks": pairwise, "masked_words": words(masked).hex()}
    return computed


def _mask_private_key(id: int, play: Play, given: Case) -> bytes:
    return schedule.mask_private_key(unhex(given["mask_secret"]), play.parameters.digest, id)


def _sharing_neighbours(id: int, play: Play) -> list[int]:
    state = play.server.state
    return [j for j in state.cohort.neighbours(id) if j in state.sharers]


def _shares(id: int, play: Play, inputs: dict[int, Case]) -> list[Case]:
    p, cohort, given = play.parameters, play.server.state.cohort, inputs[id]
    sealing = unhex(given["sealing_private_key"])
    polynomials = [
        polynomials_of(given[name], p.threshold)
        for name in ("self_mask_coefficients", "mask_coefficients")
    ]
    result = []
    for j, nonce in zip(cohort.neighbours(id), given["nonces"], strict=False):
        public = x25519.public_key_of(unhex(inputs[j]["sealing_private_key"]))
        agreed = x25519.agree(sealing, public)
        context = schedule.sealing_context(p.digest, cohort.roster.commitment, id, j)
        shares = [sharing.share(f, j) for f in polynomials]
        commitments = schedule.share_commitments(context, *shares)
        sealed = schedule.seal_shares(agreed, context, unhex(nonce), *shares)
        result.append(
            {
                "receiver": j,
                "agreed_secret": agreed.hex(),
                "sealing_key": derive(agreed, LABEL_SHARE_SEALING, context).hex(),
                "commitments": commitments.hex(),
                "associated_data": (context + commitments).hex(),
                "nonce": nonce,
                "plaintext": b"".join(shares).hex(),
                "sealed": sealed.hex(),
            }
        )
    return result


def _pairwise_mask(id: int, peer: int, play: Play, inputs: dict[int, Case]) -> Case:
    p, commitment = play.parameters, play.server.state.cohort.roster.commitment
    public = x25519.public_key_of(_mask_private_key(peer, play, inputs[peer]))
    agreed = x25519.agree(_mask_private_key(id, play, inputs[id]), public)
    seed = schedule.pairwise_seed(agreed, play.binding, commitment, id, peer)
    return {
        "peer": peer,
        "agreed_secret": agreed.hex(),
        "seed": seed.hex(),
        "sign": "+" if id < peer else "-",
        "mask": words(masks.mask(p.mask_cipher, seed, p.layout.word_count)).hex(),
    }
