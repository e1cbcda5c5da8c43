"""A server that shows some clients another set of contributors than the rest (section 16.2)."""

import random
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.encoding import bits, read_bits
from secagg_reference.server.state import State
from secagg_reference.statements import contributor_statement, endorse

from . import simulation
from .choices import flipped


class SplitView:
    """The other set lacks a contributor. Clients that are shown it may endorse it; they reveal
    shares for it only if t endorsers did."""

    def __init__(self, rng: random.Random, state: State, seed: int) -> None:
        self._rng, self._state, self._seed = rng, state, seed
        ranks = read_bits(state.contributor_set)
        ranks.remove(rng.choice(ranks))
        self._set = bits(ranks, len(state.contributor_set))
        self._members = {state.cohort.ids[rank] for rank in ranks}
        share = rng.choice([0.1, 0.3, 0.6, 1.0])
        self.shown = {id for id in state.contributors if rng.random() < share}
        self.endorsements: dict[int, bytes] = {}
        """Of the other set, by client."""

    def announcement(self, right: bytes) -> bytes:
        message = wire.parse_server_message(right)
        assert isinstance(message.body, wire.ContributorAnnouncement)
        return replace(message, body=replace(message.body, contributors=self._set)).encoded()

    def keep(self, id: int, endorsement: bytes) -> None:
        body = wire.parse_client_message(endorsement, id).body
        assert isinstance(body, wire.ContributorEndorsement)
        self.endorsements[id] = body.signature

    def _valid_for(self, id: int) -> set[int]:
        """The clients whose endorsement counts for a client."""
        return self._members.intersection(self._state.cohort.endorsers) - {id}

    # Requests for a client that endorsed the other set, and whether the client has to answer.

    def honest_request(self, id: int) -> tuple[bytes, bool]:
        """With all endorsements that clients made, of both sets."""
        signed = [*self.endorsements.items(), *self._state.endorsements.items()]
        self._rng.shuffle(signed)
        count = len(self._valid_for(id).intersection(self.endorsements))
        return self._request(id, signed), count >= self._state.parameters.threshold

    def corrupt_request(self, id: int) -> tuple[bytes, bool]:
        """With the endorsements of just enough corrupt clients or of one too few, and with others
        that do not count: of the client itself, of clients that are not endorsers or not in the
        set, of the servers' set, damaged, and repeated."""
        valid, threshold = sorted(self._valid_for(id)), self._state.parameters.threshold
        count = min(len(valid), threshold - self._rng.randrange(2))
        chosen = self._rng.sample(valid, count)
        signed = [(signer, self._signature(signer)) for signer in chosen]
        more = [*signed, *self._state.endorsements.items()]
        more = [entry for entry in more if entry[0] in chosen or entry[0] not in valid]
        others = [i for i in self._state.cohort.ids if i not in valid]
        more += [(signer, self._signature(signer)) for signer in others]
        unused = [signer for signer in valid if signer not in chosen]
        more += [(s, flipped(self._rng, self._signature(s))) for s in unused]
        self._rng.shuffle(more)
        # A signer that failed is not tried again, so those of the servers' set come last.
        before, after = more[::2], more[1::2]
        right = [entry for entry in before if entry[0] not in chosen or entry in signed]
        return self._request(id, [*right, *signed, *after]), count >= threshold

    def _signature(self, signer: int) -> bytes:
        state = self._state
        statement = contributor_statement(
            state.parameters.digest,
            state.cohort.roster.commitment,
            len(state.cohort.ids),
            self._set,
        )
        return endorse(simulation.identity_seed(self._seed, signer), statement)

    def _request(self, id: int, signed: list[tuple[int, bytes]]) -> bytes:
        near = [id, *self._state.cohort.neighbours(id)]
        visible = tuple(sorted(self._members.intersection(near)))
        endorsements = tuple(wire.Endorsement(*entry) for entry in signed)
        body = wire.UnmaskingRequest(len(self._members), visible, endorsements)
        return wire.ServerMessage(self._state.parameters.digest, id, body).encoded()
