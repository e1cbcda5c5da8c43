"""Sessions of honest clients, some of which drop out."""

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


def policy(parameters: secagg.Parameters, **demands: object) -> secagg.Policy:
    """That of a client which expects the session's context."""
    return secagg.Policy(parameters.application_context, **demands)


def client(parameters: secagg.Parameters, id: int = 1) -> secagg.Client:
    return secagg.Client(parameters, id, policy(parameters))


class LibraryClient:
    """A client of the library that can be stored and restored before every message."""

    def __init__(
        self,
        parameters: secagg.Parameters,
        id: int,
        update: numpy.ndarray,
        weight: int,
        settings: secagg.SecureFedAvg,
        identity: secagg.Identity | None = None,
        directory: Directories = None,
        storing: str = "",
    ) -> None:
        self.client = secagg.Client(
            parameters, id, policy(parameters), identity=identity, directory=directory
        )
        self._update, self._weight, self._settings = update, weight, settings
        self._identity, self._directory, self._storing = identity, directory, storing

    def advertise(self) -> bytes:
        return self.client.message()

    def answer(self, message: memoryview) -> bytes:
        if self._storing:
            key = secagg.storage_key()
            stored = self.client.store(key, keeping_message=self._storing == "whole")
            self.client = secagg.Client.restore(
                stored, key, identity=self._identity, directory=self._directory
            )
        reply = self.client.handle(message)
        if self.client.needs_input:
            reply = self.client.mask(self._update, self._weight, self._settings)
        assert reply is not None
        return reply


AnyClient = LibraryClient | PureClient


def play(
    server: secagg.Server,
    clients: Mapping[int, AnyClient],
    leaving: Leaving | None = None,
    between: Callable[[secagg.Server], secagg.Server] = lambda server: server,
) -> secagg.Aggregate:
    """All rounds. `leaving` names the clients that send nothing from a round on."""
    gone: set[int] = set()

    def staying(round: secagg.Round | None, ids: Iterable[int]) -> list[int]:
        gone.update((leaving or {}).get(round, ()))
        return [id for id in ids if id not in gone]

    for id in staying(secagg.Round.ADVERTISE_KEYS, clients):
        server.receive(id, clients[id].advertise())
    while True:
        aggregate = server.close_round()
        if aggregate is not None:
            return aggregate
        server = between(server)
        for id in staying(server.round, server.awaited):
            server.receive(id, clients[id].answer(server.message(id)))
            server = between(server)


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
    clients = {id: client(parameters, id) for id in ids}
    for id, each in clients.items():
        server.receive(id, each.message())
    assert server.close_round() is None
    return server, clients


def masking(parameters):
    """A server in round 2 and its clients, which need their input."""
    server, clients = advertising(parameters)
    reply(server, clients)
    assert server.close_round() is None
    for id, message in server.messages():
        assert clients[id].handle(message) is None
        assert clients[id].needs_input
    return server, clients


def reply(server, clients):
    """One round without input."""
    for id, message in server.messages():
        server.receive(id, clients[id].handle(message))


def mask(server, clients, settings, value=0.0):
    """The round of masked updates, which the server then closes."""
    for id, each in clients.items():
        update = numpy.full(settings.parameter_count, value)
        server.receive(id, each.mask(update, 1, settings))
    assert server.close_round() is None
