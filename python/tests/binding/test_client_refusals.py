"""What a client rejects, by which exception, and that nothing has changed then."""

import logging

import numpy
import pytest

import secagg
from secagg import Round

from .rounds import advertising, client, fedavg, mask, masking, policy, reply, session


@pytest.mark.parametrize("id", [0, 6, 2**32 - 1])
def test_ids_outside_the_cohort(parameters, id):
    with pytest.raises((secagg.InvalidArgument, secagg.SessionRefused)):
        client(parameters, id)


@pytest.mark.parametrize("id", [-1, 2**32, 2**32 + 1, 1.5, "1", None])
def test_ids_that_are_none(parameters, id):
    with pytest.raises(secagg.InvalidArgument):
        client(parameters, id)


def test_another_context(parameters):
    """A server that gives this client another model than the others: it cannot learn the client's
    update from the sum (Pasquini et al., 2022)."""
    context = bytearray(parameters.application_context)
    context[31] ^= 1
    with pytest.raises(secagg.SessionRefused):
        secagg.Client(parameters, 1, secagg.Policy(context))


@pytest.mark.parametrize("context", [None, b"", bytes(31), bytes(33), "text"])
def test_contexts_that_are_none(parameters, context):
    with pytest.raises(secagg.InvalidArgument, match="context"):
        secagg.Client(parameters, 1, secagg.Policy(context))


def test_no_client_without_a_context(parameters):
    with pytest.raises(TypeError):
        secagg.Client(parameters, 1)
    with pytest.raises(secagg.InvalidArgument, match="application_context: .* None"):
        secagg.Client(parameters, 1, secagg.Policy(minimum_contributors=2))


@pytest.mark.parametrize(
    "demands",
    [
        {"minimum_cohort_size": 6},
        {"minimum_threshold": 3},
        {"minimum_contributors": 3},
        {"threat_models": secagg.ThreatModel.MALICIOUS},
        {"mask_ciphers": secagg.MaskCipher.AES256CTR},
        # Two of five clients reach the threshold of 2.
        {"corrupt_fraction": 0.4, "security_bits": 1},
    ],
)
def test_policy(parameters, demands):
    with pytest.raises(secagg.SessionRefused):
        secagg.Client(parameters, 1, policy(parameters, **demands))


@pytest.mark.parametrize(
    "demands",
    [
        {"security_bits": 0},
        {"security_bits": 257},
        {"corrupt_fraction": 1.0, "security_bits": 40},
        {"corrupt_fraction": float("nan"), "security_bits": 40},
    ],
)
def test_policy_that_cannot_be(parameters, demands):
    with pytest.raises((secagg.InvalidArgument, secagg.InvalidParameters)):
        secagg.Client(parameters, 1, policy(parameters, **demands))


def test_policy_that_is_met(parameters):
    met = policy(
        parameters,
        minimum_cohort_size=5,
        minimum_threshold=2,
        minimum_contributors=2,
        threat_models=secagg.ThreatModel.SEMI_HONEST,
        mask_ciphers=secagg.mask_ciphers(),
        corrupt_fraction=0.2,
        security_bits=256,
    )
    assert secagg.Client(parameters, 1, met).awaited is Round.SHARE_KEYS


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
    with pytest.raises(secagg.InvalidUpdate):
        clients[1].mask(update, weight, settings)
    server.receive(1, clients[1].mask(numpy.zeros(50), 1, settings))


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
    _, clients = masking(parameters)
    with pytest.raises(secagg.InvalidArgument):
        clients[1].mask(update, weight, settings)
    assert clients[1].needs_input


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
    for id, each in clients.items():
        counters = numpy.array([largest, 0, id, id * id], numpy.uint64)
        expected += counters
        update = numpy.full(3, id / 10)
        for wrong in (counters[:3], [*counters, 0], [-1, 0, 0, 0], [0.5] * 4, None):
            with pytest.raises(secagg.InvalidArgument):
                each.mask(update, 1, settings, counters=wrong)
        with pytest.raises(secagg.InvalidUpdate, match="counter 0"):
            each.mask(update, 1, settings, counters=[largest + 1, 0, 0, 0])
        masked = each.mask(update, 1, settings, counters=counters, input_context=context)
        assert each.message() == masked
        server.receive(id, masked)
    assert server.close_round() is None
    reply(server, clients)
    stored = server.store()
    for wrong in (None, bytes(32)):
        with pytest.raises(secagg.SumInconsistent):
            secagg.Server.restore(stored).close_round(input_context=wrong)
    aggregate = server.close_round(input_context=context)
    assert settings.counters(aggregate).tolist() == expected.tolist()
    assert numpy.allclose(settings.mean(aggregate).mean, 0.3, atol=1e-3)


def test_a_client_masks_once(settings, parameters):
    _, clients = masking(parameters)
    masked = clients[1].mask(numpy.zeros(50), 1, settings)
    with pytest.raises(secagg.WrongRound):
        clients[1].mask(numpy.ones(50), 1, settings)
    assert clients[1].message() == masked


def test_a_client_that_needs_no_input_does_not_mask(settings, parameters):
    with pytest.raises(secagg.WrongRound, match="share keys"):
        client(parameters).mask(numpy.zeros(50), 1, settings)


def test_stray_messages_change_nothing_and_are_logged(settings, parameters, caplog):
    server, clients = advertising(parameters)
    other, _ = advertising(session(settings))
    own, first = bytes(server.message(1)), clients[1].message()
    strays = [server.message(2), other.message(1), b"", b"nonsense", own[:-1], first]
    for stray in strays:
        assert clients[1].handle(stray) is None
        assert not clients[1].needs_input
        assert clients[1].awaited is Round.SHARE_KEYS
        assert clients[1].message() == first
    assert [(r.name, r.levelno) for r in caplog.records] == [("secagg", logging.WARNING)] * 6
    assert all("client 1 ignores a message: " in r.getMessage() for r in caplog.records)
    caplog.clear()
    server.receive(1, clients[1].handle(own))
    assert not caplog.records


def test_a_repeated_message_has_the_identical_reply(settings, parameters):
    server, clients = advertising(parameters)
    rosters = dict(server.messages())
    for id, roster in rosters.items():
        shares = clients[id].handle(roster)
        assert clients[id].handle(roster) == shares
        server.receive(id, shares)
    server.close_round()
    delivery = server.message(1)
    for _ in range(2):
        assert clients[1].handle(delivery) is None
        assert clients[1].needs_input
    masked = clients[1].mask(numpy.zeros(50), 1, settings)
    assert clients[1].handle(delivery) == masked
    assert clients[1].handle(rosters[1]) is None


def test_a_client_that_rejects_a_message_has_ended(settings):
    """The server asks a client of the malicious model to accept a signature of nobody."""
    parameters = session(settings, threshold=3, threat_model=secagg.ThreatModel.MALICIOUS)
    identities = {id: secagg.Identity() for id in range(1, 6)}
    keys = {id: identity.public_key for id, identity in identities.items()}
    others = secagg.Directory({id: secagg.Identity().public_key for id in keys})
    clients = {
        id: secagg.Client(
            parameters,
            id,
            policy(parameters),
            identity=identities[id],
            directory=others if id == 1 else secagg.Directory(keys),
        )
        for id in keys
    }
    server = secagg.Server(parameters, directory=secagg.Directory(keys))
    for id, each in clients.items():
        server.receive(id, each.message())
    server.close_round()
    with pytest.raises(secagg.SessionRefused):
        clients[1].handle(server.message(1))
    assert clients[1].is_finished
    assert clients[1].awaited is None
    with pytest.raises(secagg.WrongRound):
        clients[1].message()
    assert clients[1].handle(server.message(1)) is None


def test_damaged_messages_change_nothing(parameters):
    server, clients = advertising(parameters)
    announcement = bytes(server.message(1))
    generator = numpy.random.default_rng(3)
    for _ in range(200):
        damaged = bytearray(announcement)
        damaged[generator.integers(len(damaged))] ^= 1 << generator.integers(8)
        assert clients[1].handle(damaged) is None
    assert clients[1].handle(announcement) is not None


@pytest.mark.parametrize("data", [None, 7, "text", [1, 2], numpy.zeros((4, 4))[:, 1]])
def test_messages_that_are_no_bytes(parameters, data):
    server, clients = advertising(parameters)
    with pytest.raises(secagg.InvalidArgument):
        clients[1].handle(data)
    with pytest.raises(secagg.InvalidArgument):
        server.receive(1, data)


@pytest.mark.parametrize(
    "make", [bytes, bytearray, memoryview, lambda m: numpy.frombuffer(m, "u1")]
)
def test_messages_may_be_any_bytes(parameters, make):
    server, clients = advertising(parameters)
    server.receive(1, make(clients[1].handle(make(server.message(1)))))
    assert server.received == [1]


def test_stored_clients_open_with_their_key_only(parameters):
    key, other = secagg.storage_key(), secagg.storage_key()
    one = client(parameters)
    stored = bytes(one.store(key))
    assert one.awaited is Round.SHARE_KEYS
    for wrong in (other, bytes(32)):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.restore(stored, wrong)
    changed = bytes([stored[40] ^ 1])
    for damaged in (stored[:-1], stored + b"\0", b"", stored[:40] + changed + stored[41:]):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.restore(damaged, key)
    for none in (key[:-1], key + b"\0", b"", None):
        with pytest.raises(secagg.InvalidArgument):
            secagg.Client.restore(stored, none)
    restored = secagg.Client.restore(stored, key)
    assert restored.id == 1
    assert restored.message() == one.message()


def test_what_belongs_to_the_malicious_model(parameters, settings):
    malicious = session(settings, threshold=3, threat_model=secagg.ThreatModel.MALICIOUS)
    identity = secagg.Identity()
    directory = secagg.Directory({1: identity.public_key})
    both = {"identity": identity, "directory": directory}
    one = {"identity": identity}
    for wrong, given in ((parameters, both), (parameters, one), (malicious, one), (malicious, {})):
        with pytest.raises(secagg.InvalidArgument):
            secagg.Client(wrong, 1, policy(wrong), **given)
    key = secagg.storage_key()
    plain = client(parameters).store(key)
    signed = secagg.Client(malicious, 1, policy(malicious), **both).store(key)
    for wrong, given in ((plain, both), (plain, one), (signed, one), (signed, {})):
        with pytest.raises(secagg.InvalidArgument):
            secagg.Client.restore(wrong, key, **given)
    assert secagg.Client.restore(signed, key, **both).id == 1


def test_a_client_can_be_stored_without_its_masked_update():
    settings = fedavg(parameters=10_000)
    server, clients = masking(session(settings))
    mask(server, clients, settings)
    key = secagg.storage_key()
    stored = bytes(clients[1].store(key, keeping_message=False))
    assert len(stored) < 2_500
    restored = secagg.Client.restore(stored, key)
    assert restored.awaited is Round.UNMASKING
    with pytest.raises(secagg.NoMessage):
        restored.message()
    # It can be stored again, either way.
    restored = secagg.Client.restore(restored.store(key), key)
    server.receive(1, restored.handle(server.message(1)))
    assert restored.is_finished
