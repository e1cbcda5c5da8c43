"""A server that shows some clients another set of contributors than the rest (section 16.2)."""

import random
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.encoding import bits, read_bits
from secagg_reference.server.state import State


class SplitView:
    """The other set lacks a contributor. Clients that are shown it may endorse it; they reveal
    shares for it only if t endorsers did."""

    def __init__(self, rng: random.Random, state: State) -> None:
        self._rng, self._state = rng, state
        ranks = read_bits(state.contributor_set)
        ranks.remove(rng.choice(ranks))
        self._set = bits(ranks, len(state.contributor_set))
        share = rng.choice([0.2, 0.5, 0.8, 1.0])
        self.shown = {id for id in state.contributors if rng.random() < share}
        self.endorsements: dict[int, bytes] = {}
        """Of the other set, by client."""

    @property
    def _members(self) -> set[int]:
        return {self._state.cohort.ids[rank] for rank in read_bits(self._set)}

    def announcement(self, right: bytes) -> bytes:
        message = wire.parse_server_message(right)
        assert isinstance(message.body, wire.ContributorAnnouncement)
        return replace(message, body=replace(message.body, contributors=self._set)).encoded()

    def keep(self, id: int, endorsement: bytes) -> None:
        body = wire.parse_client_message(endorsement, id).body
        assert isinstance(body, wire.ContributorEndorsement)
        self.endorsements[id] = body.signature

    def request(self, id: int) -> bytes:
        """For a client that endorsed the other set: with all endorsements of both sets."""
        near = [id, *self._state.cohort.neighbours(id)]
        visible = tuple(sorted(self._members.intersection(near)))
        signed = [*self.endorsements.items(), *self._state.endorsements.items()]
        self._rng.shuffle(signed)
        endorsements = tuple(wire.Endorsement(*e) for e in signed)
        body = wire.UnmaskingRequest(len(self._members), visible, endorsements)
        return wire.ServerMessage(self._state.parameters.digest, id, body).encoded()

    def suffices_for(self, id: int) -> bool:
        """Whether t endorsers other than the client endorsed the other set, and are in it."""
        others = self._members.intersection(self.endorsements, self._state.cohort.endorsers) - {id}
        return len(others) >= self._state.parameters.threshold
