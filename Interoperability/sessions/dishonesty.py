"""What clients of this implementation do to a session on purpose.

They seal something else than shares, send noise instead of a masked vector, or reveal wrong
shares."""

import random
from collections.abc import Iterable
from dataclasses import replace

from secagg_reference import schedule, sharing, wire
from secagg_reference.client import Entropy
from secagg_reference.primitives import x25519

UNREDUCED = b"\xff" * sharing.SHARE_BYTES
"""Words that are no field elements."""


class RememberingEntropy(Entropy):
    """Keeps the sealing private key that a client drew, so that others than it can seal with it."""

    def __init__(self) -> None:
        self.sealing_key = b""

    def sealing_private_key(self) -> bytes:
        self.sealing_key = super().sealing_private_key()
        return self.sealing_key


class Dishonesty:
    """Which clients of a session lie, and how often they did."""

    def __init__(self, rng: random.Random, ids: list[int]) -> None:
        self._rng = rng
        self._liars = self._some(ids)
        self._dealers = self._some(ids)
        self._noisy = set(rng.sample(ids, 1)) if ids and rng.random() < 0.05 else set()
        self.lies = 0
        self.made_noise: set[int] = set()
        """Whose masked vector is noise. One that leaves before sending it contributes nothing."""

    def _some(self, ids: Iterable[int]) -> set[int]:
        share = self._rng.choice([0, 0, 0.1, 0.2])
        return {id for id in ids if self._rng.random() < share}

    def changed(self, id: int, received: bytes, answer: bytes, sealing_key: bytes) -> bytes:
        """What a client sends instead of its answer to what it received."""
        message = wire.parse_client_message(answer, id)
        body = message.body
        if isinstance(body, wire.ShareDistribution) and id in self._dealers:
            self.lies += 1
            body = replace(body, shares=self._badly_sealed(received, id, body.shares, sealing_key))
        elif isinstance(body, wire.MaskedInput) and id in self._noisy:
            self.made_noise.add(id)
            body = wire.MaskedInput(self._rng.randbytes(len(body.words)))
        elif isinstance(body, wire.UnmaskingResponse) and id in self._liars:
            self.lies += 1
            body = replace(body, shares=tuple(self._wrong(s) for s in body.shares))
        return replace(message, body=body).encoded()

    def _badly_sealed(
        self, received: bytes, id: int, shares: tuple[wire.SealedShares, ...], sealing_key: bytes
    ) -> tuple[wire.SealedShares, ...]:
        """Some do not open, some open to words that are not below p."""
        message = wire.parse_server_message(received)
        assert isinstance(message.body, wire.RosterAnnouncement)
        public = {n.advertisement.id: n.advertisement.sealing_key for n in message.body.neighbours}
        result = []
        for entry in shares:
            kind = self._rng.random()
            sealed = entry.sealed
            if kind < 0.15:
                sealed = self._rng.randbytes(len(sealed))
            elif kind < 0.3:
                agreed = x25519.agree(sealing_key, public[entry.peer])
                commitment = message.body.commitment
                context = schedule.sealing_context(message.session, commitment, id, entry.peer)
                plain = [sharing.random_secret(), sharing.random_secret()]
                plain[self._rng.randrange(2)] = UNREDUCED
                sealed = schedule.seal_shares(agreed, context, self._rng.randbytes(24), *plain)
            result.append(replace(entry, sealed=sealed))
        return tuple(result)

    def _wrong(self, share: wire.RevealedShare) -> wire.RevealedShare:
        return share if self._rng.random() < 0.5 else replace(share, share=sharing.random_secret())
