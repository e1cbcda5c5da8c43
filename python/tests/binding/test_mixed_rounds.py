"""Clients of the pure-Python implementation and of the library in one session."""

import numpy
import pytest
from pure_client import PureClient

import secagg
from secagg import Round

from .rounds import LibraryClient, fedavg, play, session, updates, weighted_mean

COUNT = 6
WEIGHTS = {id: 15 * id for id in range(1, COUNT + 1)}


@pytest.mark.parametrize("pure", [{2}, {1, 3, 5}, {1, 2, 3, 4, 5, 6}])
@pytest.mark.parametrize(
    "leaving", [{}, {Round.SHARE_KEYS: [1]}, {Round.MASKED_INPUT: [2]}, {Round.UNMASKING: [3]}]
)
@pytest.mark.parametrize("malicious", [False, True])
def test_mixed(pure, leaving, malicious):
    settings = fedavg(clients=COUNT)
    model = secagg.ThreatModel.MALICIOUS if malicious else secagg.ThreatModel.SEMI_HONEST
    parameters = session(settings, COUNT, threshold=3, threat_model=model)
    seeds = {id: bytes([id]) * 32 for id in WEIGHTS}
    identities = {id: secagg.Identity.from_seed(seed) for id, seed in seeds.items()}
    keys = {id: identity.public_key for id, identity in identities.items()}
    directory = secagg.Directory(keys) if malicious else None
    vectors = updates(COUNT, 50)
    clients = {}
    for id in WEIGHTS:
        if id in pure:
            clients[id] = PureClient(
                parameters,
                id,
                vectors[id],
                WEIGHTS[id],
                parameters.application_context,
                bound=1.0,
                largest_weight=100,
                identity_seed=seeds[id] if malicious else None,
                directory=keys if malicious else None,
            )
        else:
            clients[id] = LibraryClient(
                parameters,
                id,
                vectors[id],
                WEIGHTS[id],
                settings,
                identities[id] if malicious else None,
                directory,
            )
    aggregate = play(secagg.Server(parameters, directory=directory), clients, leaving)
    before_input = {id for r in leaving if r is not Round.UNMASKING for id in leaving[r]}
    assert aggregate.contributors == [id for id in WEIGHTS if id not in before_input]
    assert aggregate.faults == []
    mean = settings.mean(aggregate)
    expected = weighted_mean(vectors, WEIGHTS, aggregate.contributors)
    assert mean.total_weight == sum(WEIGHTS[id] for id in aggregate.contributors)
    assert numpy.abs(mean.mean - expected).max() <= COUNT * settings.step * 100 / mean.total_weight


def test_application_context_is_that_of_the_specification():
    """Section 18, computed here from its text."""
    import struct

    from secagg_reference.encoding import lp, u64
    from secagg_reference.parameters import application_context

    settings = fedavg(parameters=3, clients=5)
    model = numpy.array([0.5, -2.0, 1e-3])
    f64 = lambda x: struct.pack("<d", x)  # noqa: E731
    content = (
        lp("täsk".encode())
        + u64(7)
        + u64(settings.element_count)
        + f64(1.0)
        + f64(float("inf"))
        + u64(100)
        + u64(min(settings.value_bits, 52))
        + u64(1)
        + lp(b"parameters")
        + u64(1)
        + u64(3)
        + u64(3)
        + b"".join(f64(x) for x in model)
    )
    assert settings.application_context(model, round=7, task="täsk") == application_context(content)
