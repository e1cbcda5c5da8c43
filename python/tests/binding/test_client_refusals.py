"""What a client refuses, by which exception, and that nothing has changed then."""

import numpy
import pytest

import secagg
from secagg import Round

from .rounds import advertising, fedavg, masking, session


@pytest.mark.parametrize("id", [0, 6, 2**32 - 1])
def test_ids_outside_the_cohort(parameters, id):
    with pytest.raises((secagg.InvalidArgument, secagg.SessionRefused)):
        secagg.Client(parameters, id, parameters.application_context)


@pytest.mark.parametrize("id", [-1, 2**32, 2**32 + 1, 1.5, "1", None])
def test_ids_that_are_none(parameters, id):
    with pytest.raises(secagg.InvalidArgument):
        secagg.Client(parameters, id, parameters.application_context)


def test_another_context(parameters):
    """A server that gives this client another model than the others: it cannot learn the client's
    update from the sum (Pasquini et al., 2022)."""
    context = bytearray(parameters.application_context)
    context[31] ^= 1
    with pytest.raises(secagg.SessionRefused):
        secagg.Client(parameters, 1, context)


@pytest.mark.parametrize("context", [None, b"", bytes(31), bytes(33), "text"])
def test_contexts_that_are_none(parameters, context):
    with pytest.raises(secagg.InvalidArgument, match="context"):
        secagg.Client(parameters, 1, context)


def test_no_client_without_a_context(parameters):
    with pytest.raises(TypeError):
        secagg.Client(parameters, 1)


@pytest.mark.parametrize(
    "policy",
    [
        secagg.Policy(minimum_cohort_size=6),
        secagg.Policy(minimum_threshold=3),
        secagg.Policy(minimum_contributors=3),
        secagg.Policy(threat_models=secagg.ThreatModel.MALICIOUS),
        secagg.Policy(mask_ciphers=secagg.MaskCipher.AES256CTR),
        # Two of five clients reach the threshold of 2.
        secagg.Policy(corrupt_fraction=0.4, security_bits=1),
    ],
)
def test_policy(parameters, policy):
    with pytest.raises(secagg.SessionRefused):
        secagg.Client(parameters, 1, parameters.application_context, policy=policy)


@pytest.mark.parametrize(
    "policy",
    [
        secagg.Policy(security_bits=0),
        secagg.Policy(security_bits=257),
        secagg.Policy(corrupt_fraction=1.0, security_bits=40),
        secagg.Policy(corrupt_fraction=float("nan"), security_bits=40),
    ],
)
def test_policy_that_cannot_be(parameters, policy):
    with pytest.raises((secagg.InvalidArgument, secagg.InvalidParameters)):
        secagg.Client(parameters, 1, parameters.application_context, policy=policy)


def test_policy_that_is_met(parameters):
    policy = secagg.Policy(
        minimum_cohort_size=5,
        minimum_threshold=2,
        minimum_contributors=2,
        threat_models=secagg.ThreatModel.SEMI_HONEST,
        mask_ciphers=secagg.mask_ciphers(),
        corrupt_fraction=0.2,
        security_bits=256,
    )
    assert (
        secagg.Client(parameters, 1, parameters.application_context, policy=policy).round
        is Round.ADVERTISE_KEYS
    )


@pytest.mark.parametrize(
    ("update", "weight"),
    [
        (numpy.zeros(49), 1),
        (numpy.zeros(51), 1),
        (numpy.zeros(0), 1),
        (numpy.full(50, numpy.nan), 1),
        (numpy.full(50, numpy.inf), 1),
        (numpy.full(50, -numpy.inf, numpy.float32), 1),
        (numpy.zeros(50), 101),
        (numpy.zeros(50), 2**64 - 1),
    ],
)
def test_updates_that_do_not_fit_can_be_replaced(settings, parameters, update, weight):
    server, clients = masking(parameters)
    delivery = server.message(1)
    with pytest.raises(secagg.InvalidUpdate):
        clients[1].mask(update, weight, delivery, settings)
    clients[1].mask(numpy.zeros(50), 1, delivery, settings)
    server.receive(1, clients[1].message)


@pytest.mark.parametrize(
    ("update", "weight"),
    [
        (numpy.zeros((5, 10)), 1),
        (numpy.zeros(50, complex), 1),
        (numpy.array(["a"] * 50), 1),
        (None, 1),
        (numpy.zeros(50), -1),
        (numpy.zeros(50), 2**64),
        (numpy.zeros(50), 1.5),
        (numpy.zeros(50), None),
    ],
)
def test_updates_that_are_none(settings, parameters, update, weight):
    server, clients = masking(parameters)
    with pytest.raises(secagg.InvalidArgument):
        clients[1].mask(update, weight, server.message(1), settings)
    assert clients[1].round is Round.SHARE_KEYS


def test_counters_are_summed_exactly():
    settings = secagg.SecureFedAvg(
        parameter_count=3,
        clipping_bound=1.0,
        maximum_weight=1,
        maximum_contributors=5,
        counter_count=4,
    )
    largest = (1 << settings.value_bits) - 1
    context = bytes(range(32))
    server, clients = masking(session(settings))
    expected = numpy.zeros(4, numpy.uint64)
    for id, client in clients.items():
        counters = numpy.array([largest, 0, id, id * id], numpy.uint64)
        expected += counters
        delivery = server.message(id)
        update = numpy.full(3, id / 10)
        for wrong in (counters[:3], [*counters, 0], [-1, 0, 0, 0], [0.5] * 4, None):
            with pytest.raises(secagg.InvalidArgument):
                client.mask(update, 1, delivery, settings, counters=wrong)
        with pytest.raises(secagg.InvalidUpdate, match="counter 0"):
            client.mask(update, 1, delivery, settings, counters=[largest + 1, 0, 0, 0])
        client.mask(update, 1, delivery, settings, counters=counters, input_context=context)
        server.receive(id, client.message_bytes())
        assert client.message_bytes() == bytes(client.message)
    for id in server.close_round():
        clients[id].unmask(server.message(id))
        server.receive(id, clients[id].message)
    stored = server.store()
    for wrong in (None, bytes(32)):
        with pytest.raises(secagg.SumInconsistent):
            secagg.Server.restore(stored).unmask(input_context=wrong)
    aggregate = server.unmask(input_context=context)
    assert settings.counters(aggregate).tolist() == expected.tolist()
    assert numpy.allclose(settings.mean(aggregate).mean, 0.3, atol=1e-3)


def test_a_client_masks_once(settings, parameters):
    server, clients = masking(parameters)
    delivery = server.message(1)
    clients[1].mask(numpy.zeros(50), 1, delivery, settings)
    with pytest.raises(secagg.WrongPhase):
        clients[1].mask(numpy.ones(50), 1, delivery, settings)


def test_stray_and_repeated_rosters_change_nothing(settings, parameters):
    server, clients = advertising(parameters)
    other, _ = advertising(session(settings))
    client, own = clients[1], bytes(server.message(1))
    advertised = bytes(client.message)
    for stray in (server.message(2), other.message(1)):
        with pytest.raises(secagg.MessageRefused):
            client.share_keys(stray)
        assert client.round is Round.ADVERTISE_KEYS
        assert bytes(client.message) == advertised
    client.share_keys(own)
    answered = bytes(client.message)
    with pytest.raises(secagg.WrongPhase):
        client.share_keys(own)
    with pytest.raises(secagg.MessageRefused):
        client.share_keys(server.message(2))
    assert client.round is Round.SHARE_KEYS
    assert bytes(client.message) == answered
    server.receive(1, answered)


def test_damaged_messages_change_nothing(parameters):
    server, clients = advertising(parameters)
    announcement = bytes(server.message(1))
    generator = numpy.random.default_rng(3)
    for _ in range(200):
        damaged = bytearray(announcement)
        damaged[generator.integers(len(damaged))] ^= 1 << generator.integers(8)
        with pytest.raises(secagg.MessageRefused):
            clients[1].share_keys(damaged)
    clients[1].share_keys(announcement)


@pytest.mark.parametrize("data", [None, 7, "text", [1, 2], numpy.zeros((4, 4))[:, 1]])
def test_messages_that_are_no_bytes(parameters, data):
    server, clients = advertising(parameters)
    with pytest.raises(secagg.InvalidArgument):
        clients[1].share_keys(data)
    with pytest.raises(secagg.InvalidArgument):
        server.receive(1, data)


@pytest.mark.parametrize(
    "make", [bytes, bytearray, memoryview, lambda m: numpy.frombuffer(m, "u1")]
)
def test_messages_may_be_any_bytes(parameters, make):
    server, clients = advertising(parameters)
    clients[1].share_keys(make(server.message(1)))
    server.receive(1, make(clients[1].message))
    assert server.received == [1]


def test_sealed_clients_open_with_their_key_only(parameters):
    key, other = secagg.sealing_key(), secagg.sealing_key()
    client = secagg.Client(parameters, 1, parameters.application_context)
    sealed = bytes(client.suspend(key))
    assert client.round is Round.ENDED
    for wrong in (other, bytes(32)):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.resume(sealed, wrong)
    changed = bytes([sealed[40] ^ 1])
    for damaged in (sealed[:-1], sealed + b"\0", b"", sealed[:40] + changed + sealed[41:]):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.resume(damaged, key)
    for none in (key[:-1], key + b"\0", b"", None):
        with pytest.raises(secagg.InvalidArgument):
            secagg.Client.resume(sealed, none)
    assert secagg.Client.resume(sealed, key).id == 1


def test_a_client_whose_vector_was_sent_sleeps_without_it():
    settings = fedavg(parameters=10_000)
    server, clients = masking(session(settings))
    for id, client in clients.items():
        client.mask(numpy.zeros(10_000), 1, server.message(id), settings)
        server.receive(id, client.message)
    server.close_round()
    key = secagg.sealing_key()
    sealed = bytes(clients[1].suspend(key, sent=True))
    assert len(sealed) < 2_000
    woken = secagg.Client.resume(sealed, key)
    assert woken.round is Round.MASKED_INPUT
    with pytest.raises(secagg.NoMessage):
        _ = woken.message
    # It can sleep again, either way.
    woken = secagg.Client.resume(woken.suspend(key), key)
    woken.unmask(server.message(1))
    server.receive(1, woken.message)
