"""One session with servers and clients of both implementations."""

import random

from secagg_reference import wire
from secagg_reference.server import Result

from . import simulation
from .dishonesty import Dishonesty
from .plan import Plan
from .python_roles import PythonClient, Shadow
from .roles import ClientRole, outcome
from .server_pair import ServerPair
from .swift_roles import SwiftClient
from .tally import Disagreement, Tally
from .wrong_messages import wrong_for_client, wrong_for_server


class Session:
    """Both servers get every message and have to agree in all messages, refusals and the result.

    A client of the package that gets a wrong message is followed by a shadow; both have to refuse
    it for the same reason."""

    def __init__(self, rng: random.Random, program: str, plan: Plan, tally: Tally) -> None:
        self._rng, self._program, self._plan, self._tally = rng, program, plan, tally
        self._servers = ServerPair(program, plan, tally)
        ids = range(1, plan.parameters.cohort_size + 1)
        self._dishonesty = Dishonesty(rng, [id for id in ids if id not in plan.swift_clients])
        self._clients: dict[int, ClientRole] = {}
        self._shadows: dict[int, Shadow] = {}
        self._keys: list[bytes] = []
        """Those that were advertised."""

    def close(self) -> None:
        self._servers.close()
        for client in self._clients.values():
            client.close()

    def run(self) -> str:
        """What became of the session."""
        present = self._advertise()
        for round in (1, 2, 3, 4) if self._plan.parameters.is_malicious else (1, 2, 4):
            if case := self._servers.close_round():
                return f"{case} before round {round}"
            present = self._answers(round, present)
        found = self._servers.recover()
        if self._dishonesty.lies:
            self._tally.counts["sessions with lies"] += 1
        if isinstance(found, str):
            return f"{found} at the end"
        if self._dishonesty.made_noise.intersection(found.contributors):
            raise Disagreement("noise in the sum was not noticed")
        self._check_sum(found)
        return "sum"

    def _leaves(self, round: int) -> bool:
        return self._rng.random() < self._plan.dropout_in(round)

    def _advertise(self) -> list[int]:
        """Those that came."""
        p, seed = self._plan.parameters, self._plan.seed
        ids = list(range(1, p.cohort_size + 1))
        self._rng.shuffle(ids)
        for id in ids:
            if self._leaves(0):
                continue
            if id in self._plan.swift_clients:
                swift = SwiftClient(self._program, id, p, seed)
                self._clients[id] = swift
                self._shadows[id] = Shadow(id, p, seed, swift.advertisement)
            else:
                self._clients[id] = PythonClient(id, p, seed, self._dishonesty)
            self._send(id, self._clients[id].advertisement)
        return sorted(self._clients)

    def _answers(self, round: int, present: list[int]) -> list[int]:
        """Sends each client what it is owed, and hands in the answers; those that sent one."""
        answered = []
        self._rng.shuffle(present)
        for id in present:
            data = self._servers.message_for(id)
            if data is None or self._leaves(round) or self._is_misled(id, data):
                continue
            answer = self._clients[id].answer(data)
            if id in self._shadows:
                self._shadows[id].answer(data)
            if not self._leaves(round):
                self._send(id, answer)
                answered.append(id)
        return answered

    def _send(self, id: int, data: bytes) -> None:
        """Hands in a right message, after wrong ones; now and then once more."""
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

    def _is_misled(self, id: int, data: bytes) -> bool:
        """Sends a client of the package a wrong message, now and then; then it has ended."""
        may = self._plan.has_wrong_messages and id in self._shadows
        if not may or self._rng.random() > 0.15:
            return False
        p, server = self._plan.parameters, self._servers.known
        wrong = wrong_for_client(self._rng, id, data, server, p)
        if wrong is None:
            return False
        clients = (self._clients[id], self._shadows[id])
        swift, shadow = (self._case(client, wrong) for client in clients)
        if swift != shadow:
            text = f"{swift} and {shadow}: {wrong.hex()} instead of {data.hex()}"
            raise Disagreement(f"message to client {id}: {text}")
        self._tally.refusals[f"client: {swift}"] += 1
        return True

    @staticmethod
    def _case(client: ClientRole, data: bytes) -> str | None:
        found = outcome(lambda: client.answer(data))
        return found if isinstance(found, str) else None

    def _check_sum(self, found: Result) -> None:
        contributors, sums, plan = found.contributors, found.sums, self._plan
        vectors = [simulation.vector(plan.seed, id, plan.parameters) for id in contributors]
        if sums != [sum(column) for column in zip(*vectors, strict=True)]:
            raise Disagreement("the sum is not that of the plain vectors")
        swift = len(plan.swift_clients.intersection(contributors))
        mix = {0: "Python", len(contributors): "Swift"}.get(swift, "both")
        self._tally.counts[f"sums, {plan.about}"] += 1
        self._tally.counts[f"sums with clients of {mix}"] += 1
