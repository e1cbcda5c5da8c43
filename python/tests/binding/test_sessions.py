"""Whole sessions: the result is the weighted mean of the clients whose input arrived."""

import numpy
import pytest

import secagg
from secagg import Round

from .rounds import LibraryClient, fedavg, play, session, updates, weighted_mean

CLIENTS = 5
WEIGHTS = {1: 10, 2: 100, 3: 1, 4: 37, 5: 50}


def library_clients(parameters, vectors, settings, **options):
    return {
        id: LibraryClient(parameters, id, vectors[id], WEIGHTS[id], settings, **options)
        for id in vectors
    }


def tolerance(settings: secagg.SecureFedAvg, total: int) -> float:
    """Each contributor's coordinate is rounded by less than a step."""
    return CLIENTS * settings.step * 100 / total


@pytest.mark.parametrize(
    ("leaving", "contributors"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({Round.ADVERTISE_KEYS: [1]}, [2, 3, 4, 5]),
        ({Round.SHARE_KEYS: [2]}, [1, 3, 4, 5]),
        ({Round.MASKED_INPUT: [3]}, [1, 2, 4, 5]),
        ({Round.UNMASKING: [4]}, [1, 2, 3, 4, 5]),
        ({Round.SHARE_KEYS: [5], Round.MASKED_INPUT: [1]}, [2, 3, 4]),
        ({Round.ADVERTISE_KEYS: [1], Round.UNMASKING: [3]}, [2, 3, 4, 5]),
    ],
)
@pytest.mark.parametrize("storing", ["", "whole", "sent"])
def test_mean_of_those_who_stay(leaving, contributors, storing):
    settings = fedavg()
    parameters = session(settings)
    vectors = updates(CLIENTS, settings.parameter_count)
    clients = library_clients(parameters, vectors, settings, storing=storing)
    aggregate = play(secagg.Server(parameters), clients, leaving)
    mean = settings.mean(aggregate)
    assert mean.contributors == contributors
    assert mean.total_weight == sum(WEIGHTS[id] for id in contributors)
    assert aggregate.faults == []
    expected = weighted_mean(vectors, WEIGHTS, contributors)
    assert numpy.abs(mean.mean - expected).max() <= tolerance(settings, mean.total_weight)


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_both_float_types(dtype):
    settings = fedavg()
    parameters = session(settings)
    vectors = {id: v.astype(dtype) for id, v in updates(CLIENTS, 50).items()}
    aggregate = play(secagg.Server(parameters), library_clients(parameters, vectors, settings))
    out = numpy.empty(50, dtype)
    mean = settings.mean(aggregate, out=out)
    assert mean.mean is out
    assert numpy.abs(out - weighted_mean(vectors, WEIGHTS, vectors)).max() <= tolerance(
        settings, mean.total_weight
    )


def test_server_survives_a_restart_after_every_message():
    settings = fedavg()
    parameters = session(settings)
    vectors = updates(CLIENTS, 50)
    aggregate = play(
        secagg.Server(parameters),
        library_clients(parameters, vectors, settings),
        {Round.MASKED_INPUT: [2]},
        between=lambda server: secagg.Server.restore(server.store()),
    )
    mean = settings.mean(aggregate)
    assert mean.contributors == [1, 3, 4, 5]
    expected = weighted_mean(vectors, WEIGHTS, mean.contributors)
    assert numpy.abs(mean.mean - expected).max() <= tolerance(settings, mean.total_weight)


def test_malicious_model():
    settings = fedavg()
    parameters = session(settings, threshold=3, threat_model=secagg.ThreatModel.MALICIOUS)
    identities = {id: secagg.Identity() for id in range(1, CLIENTS + 1)}
    directory = secagg.Directory({id: i.public_key for id, i in identities.items()})
    vectors = updates(CLIENTS, 50)
    clients = {
        id: LibraryClient(
            parameters, id, vectors[id], WEIGHTS[id], settings, identities[id], directory, "sent"
        )
        for id in vectors
    }
    server = secagg.Server(parameters, directory=directory)
    mean = settings.mean(play(server, clients, {Round.MASKED_INPUT: [5]}))
    assert mean.contributors == [1, 2, 3, 4]
    expected = weighted_mean(vectors, WEIGHTS, mean.contributors)
    assert numpy.abs(mean.mean - expected).max() <= tolerance(settings, mean.total_weight)


def test_updates_are_clipped():
    settings = fedavg(bound=0.25)
    parameters = session(settings)
    vectors = updates(CLIENTS, 50)
    aggregate = play(secagg.Server(parameters), library_clients(parameters, vectors, settings))
    clipped = {id: vector.clip(-0.25, 0.25) for id, vector in vectors.items()}
    mean = settings.mean(aggregate)
    assert numpy.abs(mean.mean - weighted_mean(clipped, WEIGHTS, clipped)).max() <= tolerance(
        settings, mean.total_weight
    )


def test_nothing_but_noise_arrives():
    """Two clients that mask the same update send words that have nothing in common."""
    settings = fedavg(parameters=20_000)
    parameters = session(settings)
    vectors = {id: numpy.zeros(20_000) for id in range(1, CLIENTS + 1)}
    clients = library_clients(parameters, vectors, settings)
    seen: dict[int, bytes] = {}
    server = secagg.Server(parameters)

    class Listening:
        def __init__(self, id):
            self.id = id

        def advertise(self):
            return clients[self.id].advertise()

        def answer(self, message):
            answer = clients[self.id].answer(message)
            if server.round is Round.MASKED_INPUT:
                seen[self.id] = answer
            return answer

    play(server, {id: Listening(id) for id in clients})
    bits = {id: numpy.unpackbits(numpy.frombuffer(b, numpy.uint8)) for id, b in seen.items()}
    length = min(len(b) for b in bits.values())
    for id in (2, 3):
        agreeing = numpy.mean(bits[1][:length] == bits[id][:length])
        # Six standard deviations of a fair coin, and what the envelope has in common.
        assert abs(agreeing - 0.5) < 3 / length**0.5 + 0.01
