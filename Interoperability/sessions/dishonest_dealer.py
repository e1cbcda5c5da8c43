"""A client that deals its shares against the rules (sections 6 and 9)."""

import random
from dataclasses import dataclass, replace

from secagg_reference import schedule, sharing, wire
from secagg_reference.client import Entropy
from secagg_reference.field import Polynomial
from secagg_reference.primitives import x25519

from .choices import flipped
from .lies import Lies

KINDS = (wire.SELF_MASK, wire.MASK_KEY)

UNREDUCED = b"\xff" * sharing.SHARE_BYTES
"""Words that are not field elements."""


class RememberingEntropy(Entropy):
    """Keeps what a client drew, so that its shares can be made and sealed once more."""

    def __init__(self) -> None:
        self.sealing_key = b""
        self.polynomials: dict[int, list[Polynomial]] = {}

    def sealing_private_key(self) -> bytes:
        self.sealing_key = super().sealing_private_key()
        return self.sealing_key

    def self_mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        drawn = super().self_mask_polynomials(secret, threshold)
        self.polynomials[wire.SELF_MASK] = drawn
        return drawn

    def mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        drawn = super().mask_polynomials(secret, threshold)
        self.polynomials[wire.MASK_KEY] = drawn
        return drawn


@dataclass
class Envelope:
    """What a dealer is going to seal for one holder."""

    shares: dict[int, bytes]
    commitments: dict[int, bytes]


class DishonestDealer:
    """Deals once, and keeps account of its lies."""

    def __init__(
        self,
        rng: random.Random,
        id: int,
        announcement: wire.ServerMessage,
        entropy: RememberingEntropy,
        lies: Lies,
    ) -> None:
        assert isinstance(announcement.body, wire.RosterAnnouncement)
        roster = announcement.body
        self._rng, self._id, self._entropy, self._lies = rng, id, entropy, lies
        self._session, self._commitment = announcement.session, roster.commitment
        advertisements = [neighbour.advertisement for neighbour in roster.neighbours]
        self._public_keys = {a.id: a.sealing_key for a in advertisements}
        self._others = {
            kind: sharing.random_polynomials(sharing.random_secret(), len(polynomials[0]))
            for kind, polynomials in entropy.polynomials.items()
        }
        """Second polynomials."""
        # One kind of lie at a time, so that each is found alone as well.
        self._kind_of_lie = rng.choice(["envelopes", "commitments", "secrets", "published", "all"])
        self._frequency = rng.choice([0.05, 0.1, 0.3, 0.6])

    def _does(self, kind_of_lie: str) -> bool:
        may = self._kind_of_lie in (kind_of_lie, "all")
        return may and self._rng.random() < self._frequency

    def changed(self, body: wire.ShareDistribution) -> wire.ShareDistribution:
        shares = tuple(replace(s, sealed=self._sealed(s.peer, s.sealed)) for s in body.shares)
        if self._kind_of_lie != "published" and not self._does("published"):
            return replace(body, shares=shares)
        self._lies.wrong_secrets.add((self._id, wire.SELF_MASK))
        return wire.ShareDistribution(flipped(self._rng, body.self_mask_commitment), shares)

    def _sealed(self, holder: int, right: bytes) -> bytes:
        context = schedule.sealing_context(self._session, self._commitment, self._id, holder)
        envelope = self._envelope(holder, context)
        if self._does("envelopes"):
            self._lies.useless.update((self._id, holder, kind) for kind in KINDS)
            commitments = 2 * schedule.COMMITMENT_BYTES
            if self._rng.random() < 0.5:
                return flipped(self._rng, right[:commitments]) + right[commitments:]
            return right[:commitments] + self._rng.randbytes(len(right) - commitments)
        agreed = x25519.agree(self._entropy.sealing_key, self._public_keys[holder])
        return schedule.seal_shares(
            agreed,
            context,
            self._rng.randbytes(24),
            envelope.shares[wire.SELF_MASK],
            envelope.shares[wire.MASK_KEY],
            envelope.commitments[wire.SELF_MASK] + envelope.commitments[wire.MASK_KEY],
        )

    def _envelope(self, holder: int, context: bytes) -> Envelope:
        result = Envelope({}, {})
        for kind, polynomials in self._entropy.polynomials.items():
            share = sharing.share(polynomials, holder)
            if self._does("secrets"):
                share = sharing.share(self._others[kind], holder)
                self._lies.wrong_secrets.add((self._id, kind))
            if self._does("envelopes"):
                share = UNREDUCED
                self._lies.useless.add((self._id, holder, kind))
            committed = share
            if self._does("commitments"):
                committed = sharing.random_secret()
                self._lies.useless.add((self._id, holder, kind))
            result.shares[kind] = share
            result.commitments[kind] = schedule.share_commitment(committed, context, kind)
        return result
