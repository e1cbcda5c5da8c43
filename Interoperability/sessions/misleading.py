"""Messages to clients that no server that follows the rules sends."""

import random
from collections.abc import Mapping
from functools import partial

from secagg_reference import wire
from secagg_reference.client import Policy, check_start
from secagg_reference.parameters import SessionParameters

from .participant import Participant
from .roles import HARMLESS, outcome, refusing
from .server_pair import ServerPair
from .split_view import SplitView
from .strays import stray
from .tally import Disagreement, Tally
from .wrong_messages import wrong_for_client


class Misleading:
    """Sends wrong messages to the clients of one session and checks their reactions."""

    def __init__(
        self,
        rng: random.Random,
        parameters: SessionParameters,
        servers: ServerPair,
        tally: Tally,
    ) -> None:
        self._rng, self._parameters, self._servers, self._tally = rng, parameters, servers, tally
        self.revealed_for_other_set = False

    def start_with_other_policy(self, id: int) -> None:
        """A client that expects another application context does not take part (section 3)."""
        p = self._parameters
        policy = Policy(self._rng.randbytes(32))
        start = partial(check_start, id, p, policy, p.is_malicious)
        if (case := outcome(partial(refusing, start))) != "policy":
            raise Disagreement(f"client {id} starts with another context: {case}")
        self._tally.refusals["client, other context: policy"] += 1

    def send_strays(self, client: Participant, data: bytes) -> None:
        """The client has to answer the right message after them as if there had been none."""
        for _ in range(self._rng.choice([0, 0, 1, 3])):
            found = stray(self._rng, data, client.received, self._servers.known)
            if found is not None:
                wrong, case = found
                client.expect_refusal(wrong, case)
                self._tally.refusals[f"client, stray: {case}"] += 1

    def mislead(self, client: Participant, id: int, data: bytes) -> tuple[bool, bytes | None]:
        """Sends a wrong message. Returns whether the client has answered or ended, and its answer
        if the right message has the same."""
        wrong = wrong_for_client(self._rng, id, data, self._servers.known, self._parameters)
        if wrong is None:
            return False, None
        found = client.outcome(wrong)
        case = found if isinstance(found, str) else None
        self._tally.refusals[f"client: {case}"] += 1
        if case in HARMLESS:
            return False, None
        client.expect_refusal(data, "otherRound")
        if isinstance(found, bytes) and _has_same_contributors(data, wrong):
            return True, found
        return True, None

    def show(self, split: SplitView, client: Participant, id: int, data: bytes) -> None:
        """Shows a client the other set. No server accepts its endorsement."""
        found = client.outcome(split.announcement(data))
        if isinstance(found, str):
            self._tally.refusals[f"client, shown another set: {found}"] += 1
            return
        split.keep(id, found)
        if (case := self._servers.receive(id, found)) != "notAuthentic":
            raise Disagreement(f"endorsement of another set by client {id}: {case}")

    def ask(self, split: SplitView, clients: Mapping[int, Participant]) -> None:
        """Asks for the shares of the other set."""
        for id in split.endorsements:
            is_corrupt = self._rng.random() < 0.7
            request = split.corrupt_request if is_corrupt else split.honest_request
            data, has_to_answer = request(id)
            if has_to_answer:
                clients[id].answer(data)
                self.revealed_for_other_set |= not is_corrupt
                self._tally.counts["shares revealed for another set"] += 1
            else:
                clients[id].expect_refusal(data, "endorsementsBelowThreshold")
                self._tally.refusals["client, another set: endorsementsBelowThreshold"] += 1


def _has_same_contributors(right: bytes, other: bytes) -> bool:
    """Whether two requests differ in the endorsements alone: the shares are the same then."""
    a, b = wire.parse_server_message(right).body, wire.parse_server_message(other).body
    if not isinstance(a, wire.UnmaskingRequest) or not isinstance(b, wire.UnmaskingRequest):
        return False
    return (a.contributor_count, a.contributors) == (b.contributor_count, b.contributors)
