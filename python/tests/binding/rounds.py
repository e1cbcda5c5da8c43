"""Sessions in which everybody behaves, but for those who leave."""

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy
from pure_client import PureClient

import secagg

Leaving = Mapping[secagg.Round, Collection[int]]
Directories = secagg.Directory | None


def fedavg(parameters: int = 50, clients: int = 5, bound: float = 1.0) -> secagg.SecureFedAvg:
    return secagg.SecureFedAvg(
        parameter_count=parameters,
        clipping_bound=bound,
        maximum_weight=100,
        maximum_contributors=clients,
    )


def session(
    settings: secagg.SecureFedAvg,
    clients: int = 5,
    threshold: int = 2,
    threat_model: secagg.ThreatModel = secagg.ThreatModel.SEMI_HONEST,
    degree: int | None = None,
) -> secagg.Parameters:
    model = numpy.zeros(settings.parameter_count)
    return secagg.Parameters(
        settings,
        cohort_size=clients,
        threshold=threshold,
        degree=degree,
        minimum_contributors=2,
        context=settings.application_context(model, round=1, task="test"),
        threat_model=threat_model,
    )


class LibraryClient:
    """A client of the library that can be slept in every round."""

    def __init__(
        self,
        parameters: secagg.Parameters,
        id: int,
        update: numpy.ndarray,
        weight: int,
        settings: secagg.SecureFedAvg,
        identity: secagg.Identity | None = None,
        directory: Directories = None,
        sleeping: str = "",
    ) -> None:
        self.client = secagg.Client(
            parameters, id, parameters.application_context, identity=identity
        )
        self._update, self._weight, self._settings = update, weight, settings
        self._identity, self._directory, self._sleeping = identity, directory, sleeping

    def advertise(self) -> bytes:
        return bytes(self.client.message)

    def answer(self, round: secagg.Round, message: memoryview) -> bytes:
        if self._sleeping:
            key = secagg.sealing_key()
            sealed = self.client.suspend(key, sent=self._sleeping == "sent")
            self.client = secagg.Client.resume(sealed, key, identity=self._identity)
        match round:
            case secagg.Round.SHARE_KEYS:
                self.client.share_keys(message, self._directory)
            case secagg.Round.MASKED_INPUT:
                self.client.mask(self._update, self._weight, message, self._settings)
            case secagg.Round.CONSISTENCY_CHECK:
                self.client.endorse(message)
            case secagg.Round.UNMASKING:
                self.client.unmask(message)
        return bytes(self.client.message)


AnyClient = LibraryClient | PureClient


def play(
    server: secagg.Server,
    clients: Mapping[int, AnyClient],
    leaving: Leaving | None = None,
    between: Callable[[secagg.Server], secagg.Server] = lambda server: server,
) -> secagg.Aggregate:
    """All rounds. `leaving` says who sends nothing from a round on."""
    gone: set[int] = set()

    def staying(round: secagg.Round, ids: Iterable[int]) -> list[int]:
        gone.update((leaving or {}).get(round, ()))
        return [id for id in ids if id not in gone]

    for id in staying(secagg.Round.ADVERTISE_KEYS, clients):
        server.receive(id, clients[id].advertise())
    while True:
        owed = server.close_round()
        server = between(server)
        for id in staying(server.phase, owed):
            server.receive(id, clients[id].answer(server.phase, server.message(id)))
            server = between(server)
        if server.phase is secagg.Round.UNMASKING:
            return server.unmask()


def updates(count: int, parameters: int, seed: int = 0) -> dict[int, numpy.ndarray]:
    generator = numpy.random.default_rng(seed)
    return {id: generator.uniform(-0.9, 0.9, parameters) for id in range(1, count + 1)}


def weighted_mean(
    updates: Mapping[int, numpy.ndarray], weights: Mapping[int, int], ids: Iterable[int]
) -> numpy.ndarray:
    ids = list(ids)
    total = sum(weights[id] for id in ids)
    return sum(updates[id] * weights[id] for id in ids) / total


def advertising(parameters, ids=(1, 2, 3, 4, 5)):
    """A server in round 1 and its clients."""
    server = secagg.Server(parameters)
    clients = {id: secagg.Client(parameters, id, parameters.application_context) for id in ids}
    for id, client in clients.items():
        server.receive(id, client.message)
    server.close_round()
    return server, clients


def masking(parameters):
    """A server in round 2 and its clients."""
    server, clients = advertising(parameters)
    for id, client in clients.items():
        client.share_keys(server.message(id))
        server.receive(id, client.message)
    server.close_round()
    return server, clients
