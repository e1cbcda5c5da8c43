"""One session with servers and clients of both implementations."""

import random

from secagg_reference import wire
from secagg_reference.server import Result

from . import simulation
from .dishonesty import Dishonesty
from .misleading import Misleading
from .participant import Participant
from .plan import Plan
from .python_roles import PythonClient, Shadow
from .roles import ClientRole, Failure
from .server_pair import ServerPair
from .split_view import SplitView
from .swift_roles import SwiftClient
from .tally import Disagreement, Tally
from .wrong_messages import wrong_for_server


class Session:
    """Both servers get every message and have to agree in all messages, refusals, faults and the
    result. Without a program, this implementation plays alone."""

    def __init__(self, rng: random.Random, program: str | None, plan: Plan, tally: Tally) -> None:
        self._rng, self._program, self._plan, self._tally = rng, program, plan, tally
        self._servers = ServerPair(program, plan, tally)
        ids = range(1, plan.parameters.cohort_size + 1)
        self._swift_clients = frozenset() if program is None else plan.swift_clients
        self._dishonesty = Dishonesty(rng, [id for id in ids if id not in self._swift_clients])
        self._misleading = Misleading(rng, plan.parameters, self._servers, tally)
        self._clients: dict[int, Participant] = {}
        self._keys: list[bytes] = []
        """All advertised keys."""
        self._found: Result | Failure | str | None = None
        """The last recovery."""

    def close(self) -> None:
        self._servers.close()
        for client in self._clients.values():
            client.close()

    def run(self) -> str:
        """Returns the outcome of the session."""
        present = self._advertise()
        for round in (1, 2, 3, 4) if self._plan.parameters.is_malicious else (1, 2, 4):
            if case := self._servers.close_round():
                return f"{case} before round {round}"
            present = self._answers(round, present)
        if not self._has_ended:
            self._recover()
        if self._dishonesty.lies.are_there:
            self._tally.counts["sessions with lies"] += 1
        return self._checked_outcome()

    def _leaves(self, round: int) -> bool:
        return self._rng.random() < self._plan.dropout_in(round)

    # Clients

    def _advertise(self) -> list[int]:
        """Returns the clients that advertised."""
        ids = list(range(1, self._plan.parameters.cohort_size + 1))
        self._rng.shuffle(ids)
        for id in ids:
            if not self._leaves(0):
                self._clients[id] = self._started(id)
                self._send(id, self._clients[id].advertisement)
        return sorted(self._clients)

    def _started(self, id: int) -> Participant:
        p, seed = self._plan.parameters, self._plan.seed
        context = self._plan.input_contexts.of_client(id)
        if self._program is None or id not in self._swift_clients:
            if self._plan.has_wrong_messages:
                self._misleading.start_with_other_policy(id)
            client: ClientRole = PythonClient(id, p, seed, self._dishonesty, context)
            return Participant(id, client, None)
        client = SwiftClient(self._program, id, p, seed, context)
        return Participant(id, client, Shadow(id, p, seed, client.advertisement))

    def _answers(self, round: int, present: list[int]) -> list[int]:
        """Sends each client its message and hands in the answers. Returns the clients that answered."""
        answered = []
        self._rng.shuffle(present)
        split = self._split_view(round)
        for id in present:
            data = self._servers.message_for(id)
            if data is None or self._leaves(round):
                continue
            if split is not None and id in split.shown:
                self._misleading.show(split, self._clients[id], id, data)
                continue
            answer = self._answer(id, data)
            if answer is None or self._leaves(round):
                continue
            self._send(id, answer)
            answered.append(id)
            if round == 4 and not self._has_ended and self._rng.random() < 0.1:
                self._recover()
        if split is not None:
            self._misleading.ask(split, self._clients)
        return answered

    def _answer(self, id: int, data: bytes) -> bytes | None:
        """The answer to a message, or None from a client that a wrong message has ended."""
        client = self._clients[id]
        if not self._plan.has_wrong_messages:
            return client.answer(data)
        self._misleading.send_strays(client, data)
        is_followed = client.shadow is not None
        if self._rng.random() < (0.15 if is_followed else 0.03):
            was_answered, answer = self._misleading.mislead(client, id, data)
            if was_answered:
                return answer
        answer = client.answer(data)
        if self._rng.random() < 0.3:
            client.expect_refusal(data, "otherRound")
            self._tally.refusals["client, once more: otherRound"] += 1
        return answer

    def _split_view(self, round: int) -> SplitView | None:
        is_split = self._plan.has_wrong_messages and round == 3 and self._rng.random() < 0.3
        return (
            SplitView(self._rng, self._servers.known.state, self._plan.seed) if is_split else None
        )

    # Servers

    def _send(self, id: int, data: bytes) -> None:
        """Hands in a right message after wrong ones, and sometimes repeats it."""
        if self._plan.has_wrong_messages:
            for _ in range(self._rng.choice([0, 1, 3])):
                p = self._plan.parameters
                wrong = wrong_for_server(self._rng, id, data, self._keys, p)
                if wrong is not None and wrong != data:
                    self._tally.refusals[f"server: {self._servers.receive(id, wrong)}"] += 1
        if case := self._servers.receive(id, data):
            self._tally.refusals[f"server, of a right message: {case}"] += 1
        elif self._plan.has_wrong_messages and self._rng.random() < 0.1:
            self._tally.refusals[f"server, once more: {self._servers.receive(id, data)}"] += 1
        body = wire.parse_client_message(data, id).body
        if isinstance(body, wire.KeyAdvertisement):
            self._keys += [body.sealing_key, body.mask_key]

    @property
    def _has_ended(self) -> bool:
        return self._found is not None and not isinstance(self._found, Failure)

    def _recover(self) -> None:
        self._found = self._servers.recover()
        if not isinstance(self._found, str):
            self._dishonesty.lies.check(self._found.faults, self._servers.known.state)

    def _checked_outcome(self) -> str:
        found = self._found
        assert found is not None
        if isinstance(found, str):
            if found == "sumInconsistent" and self._plan.input_contexts.deviating is not None:
                self._tally.counts["inconsistent sums with another input context"] += 1
            return f"{found} at the end"
        if isinstance(found, Failure):
            return f"{found.case} at the end"
        if self._dishonesty.lies.noise.intersection(found.contributors):
            raise Disagreement("noise in the sum was not noticed")
        if not self._plan.input_contexts.agree(found.contributors):
            raise Disagreement("another input context was not noticed")
        if self._misleading.revealed_for_other_set:
            raise Disagreement("clients revealed shares for two sets of contributors")
        self._check_sum(found)
        return "sum"

    def _check_sum(self, found: Result) -> None:
        contributors, sums, plan = found.contributors, found.sums, self._plan
        vectors = [simulation.vector(plan.seed, id, plan.parameters) for id in contributors]
        if sums != [sum(column) for column in zip(*vectors, strict=True)]:
            raise Disagreement("the sum is not that of the plain vectors")
        swift = len(self._swift_clients.intersection(contributors))
        mix = {0: "Python", len(contributors): "Swift"}.get(swift, "both")
        self._tally.counts[f"sums, {plan.about}"] += 1
        self._tally.counts[f"sums with clients of {mix}"] += 1
        if plan.input_contexts.of_servers is not None:
            self._tally.counts["sums with an input context"] += 1
