"""Clients of this implementation that break the rules on purpose.

They deal wrong shares, send noise instead of a masked vector, or lie about the shares that they
hold."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from secagg_reference import sharing, wire
from secagg_reference.encoding import read_words, words
from secagg_reference.field import P

from .dishonest_dealer import DishonestDealer, RememberingEntropy
from .lies import Lies


class Dishonesty:
    """The clients of a session that lie, and their lies."""

    def __init__(self, rng: random.Random, ids: list[int]) -> None:
        self._rng = rng
        # Holders that seldom lie are found out late: recovery then takes more passes.
        self._lie_frequency = rng.choice([0.1, 0.2, 0.5])
        self._holders = self._some(ids, [0, 0, 0.1, 0.2, 0.5])
        self._dealers = self._some(ids, [0, 0, 0.05, 0.1])
        self._noisy = set(rng.sample(ids, 1)) if ids and rng.random() < 0.05 else set()
        self.lies = Lies()

    def _some(self, ids: Iterable[int], shares: Sequence[float]) -> set[int]:
        share = self._rng.choice(shares)
        return {id for id in ids if self._rng.random() < share}

    def changed(
        self, id: int, received: bytes, answer: bytes, entropy: RememberingEntropy
    ) -> bytes:
        """The message that a client sends instead of its answer."""
        message = wire.parse_client_message(answer, id)
        body = message.body
        if isinstance(body, wire.ShareDistribution) and id in self._dealers:
            announcement = wire.parse_server_message(received)
            dealer = DishonestDealer(self._rng, id, announcement, entropy, self.lies)
            body = dealer.changed(body)
        elif isinstance(body, wire.MaskedInput) and id in self._noisy:
            self.lies.noise.add(id)
            body = wire.MaskedInput(self._rng.randbytes(len(body.words)))
        elif isinstance(body, wire.UnmaskingResponse) and id in self._holders:
            body = self._revealed(id, body)
        return replace(message, body=body).encoded()

    def _revealed(self, id: int, body: wire.UnmaskingResponse) -> wire.UnmaskingResponse:
        shares, unopened = [], list(body.unopened)
        for share in body.shares:
            if self._rng.random() > self._lie_frequency:
                shares.append(share)
            elif self._rng.random() < 0.15:
                self.lies.false_claims.add((id, share.subject))
                unopened.append(share.subject)
            else:
                wrong = self._wrong(share, body.shares)
                if wrong.share != share.share:
                    self.lies.wrong_shares.add((id, share.subject))
                shares.append(wrong)
        return wire.UnmaskingResponse(tuple(shares), tuple(sorted(unopened)))

    def _wrong(
        self, share: wire.RevealedShare, all_shares: tuple[wire.RevealedShare, ...]
    ) -> wire.RevealedShare:
        """One at random, that of another dealer, or one with a word exchanged or increased by 1."""
        values = read_words(share.share)
        at = self._rng.randrange(len(values))
        swapped, increased = values[at:] + values[:at], list(values)
        increased[at] = (increased[at] + 1) % P
        others = [sharing.random_secret(), self._rng.choice(all_shares).share]
        return replace(share, share=self._rng.choice([*others, words(swapped), words(increased)]))
