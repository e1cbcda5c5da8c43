"""What is refused, by which exception, and that nothing has changed then."""

import copy
import gc
import pickle

import numpy
import pytest

import secagg
from secagg import Round

from .rounds import LibraryClient, averaging, play, session, updates


@pytest.fixture
def settings():
    return averaging()


@pytest.fixture
def parameters(settings):
    return session(settings)


def advertising(parameters, ids=(1, 2, 3, 4, 5)):
    """A server in round 1 and its clients."""
    server = secagg.Server(parameters)
    clients = {id: secagg.Client(parameters, id) for id in ids}
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


# Settings and parameters


@pytest.mark.parametrize(
    "wrong",
    [
        {"parameter_count": 0},
        {"parameter_count": 2**64 - 1},
        {"clipping_bound": 0.0},
        {"clipping_bound": -1.0},
        {"clipping_bound": float("nan")},
        {"clipping_bound": float("inf")},
        {"norm_bound": -1.0},
        {"norm_bound": 0.0},
        {"norm_bound": float("nan")},
        {"maximum_weight": 0},
        {"maximum_weight": 2**64 - 1},
        {"maximum_contributors": 0},
        {"minimum_value_bits": 0},
        {"minimum_value_bits": 65},
        {"minimum_value_bits": -1},
        {"parameter_count": -1},
        {"parameter_count": 2**64},
        {"parameter_count": 1.5},
        {"parameter_count": None},
        {"clipping_bound": "wide"},
    ],
)
def test_averaging_settings(wrong):
    right = dict(parameter_count=10, clipping_bound=1.0, maximum_weight=10, maximum_contributors=5)
    with pytest.raises((secagg.InvalidParameters, secagg.InvalidArgument)):
        secagg.Averaging(**right | wrong)
    assert secagg.Averaging(**right).parameter_count == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"cohort_size": 2},
        {"cohort_size": 2**32},
        {"cohort_size": 2**32 + 5},
        {"threshold": 1},
        {"threshold": 5},
        {"degree": 3},
        {"minimum_contributors": 1},
        {"minimum_contributors": 6},
        {"context": b"short"},
        {"context": b"x" * 33},
        {"context": None},
    ],
)
def test_session_settings(settings, wrong):
    right = dict(cohort_size=5, threshold=2, minimum_contributors=2, context=bytes(32))
    with pytest.raises((secagg.InvalidParameters, secagg.InvalidArgument)):
        secagg.Parameters(settings, **right | wrong)
    assert secagg.Parameters(settings, **right).degree == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"corrupt_fraction": 1.0},
        {"dropout_fraction": float("nan")},
        {"dropout_fraction": 0.99, "corrupt_fraction": 0.9},
        {"security_bits": 10_000},
        {"cohort_size": 1},
    ],
)
def test_assumptions_that_no_session_withstands(settings, wrong):
    right = dict(cohort_size=5, context=bytes(32))
    with pytest.raises(secagg.InvalidParameters):
        secagg.Parameters.recommended(settings, **right | wrong)


def test_parameters_travel_as_bytes(parameters):
    read = secagg.Parameters.parse(bytes(parameters))
    for name in (
        "threat_model",
        "cohort_size",
        "degree",
        "threshold",
        "minimum_contributors",
        "maximum_contributors",
        "mask_cipher",
        "element_count",
        "word_count",
        "session_id",
        "application_context",
        "digest",
        "maximum_client_message_length",
        "maximum_server_message_length",
    ):
        assert getattr(read, name) == getattr(parameters, name), name


def test_sessions_are_never_the_same(settings):
    assert session(settings).session_id != session(settings).session_id


@pytest.mark.parametrize("data", [b"", b"\0", b"nonsense", bytes(10_000)])
def test_foreign_bytes_are_no_parameters(data):
    with pytest.raises(secagg.MessageRefused):
        secagg.Parameters.parse(data)


def test_every_flipped_bit_of_parameters_is_found(parameters):
    encoded = bytes(parameters)
    for bit in range(len(encoded) * 8):
        damaged = bytearray(encoded)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(secagg.MessageRefused):
            secagg.Parameters.parse(damaged)


# Clients


@pytest.mark.parametrize("id", [0, 6, 2**32 - 1])
def test_ids_outside_the_cohort(parameters, id):
    with pytest.raises((secagg.InvalidArgument, secagg.SessionRefused)):
        secagg.Client(parameters, id)


@pytest.mark.parametrize("id", [-1, 2**32, 2**32 + 1, 1.5, "1", None])
def test_ids_that_are_none(parameters, id):
    with pytest.raises(secagg.InvalidArgument):
        secagg.Client(parameters, id)


@pytest.mark.parametrize(
    "policy",
    [
        secagg.Policy(minimum_cohort_size=6),
        secagg.Policy(minimum_threshold=3),
        secagg.Policy(minimum_contributors=3),
        secagg.Policy(threat_models=secagg.ThreatModel.MALICIOUS),
        secagg.Policy(mask_ciphers=secagg.MaskCipher.AES256CTR),
        secagg.Policy(application_context=bytes(32)),
    ],
)
def test_policy(parameters, policy):
    with pytest.raises(secagg.SessionRefused):
        secagg.Client(parameters, 1, policy=policy)


def test_policy_that_is_met(parameters):
    policy = secagg.Policy(
        minimum_cohort_size=5,
        minimum_threshold=2,
        minimum_contributors=2,
        threat_models=secagg.ThreatModel.SEMI_HONEST,
        mask_ciphers=secagg.mask_ciphers(),
        application_context=parameters.application_context,
    )
    assert secagg.Client(parameters, 1, policy=policy).round is Round.ADVERTISE_KEYS


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


def test_a_client_masks_once(settings, parameters):
    server, clients = masking(parameters)
    delivery = server.message(1)
    clients[1].mask(numpy.zeros(50), 1, delivery, settings)
    with pytest.raises(secagg.WrongPhase):
        clients[1].mask(numpy.ones(50), 1, delivery, settings)


def test_messages_for_another_client_end_the_session(parameters):
    server, clients = advertising(parameters)
    with pytest.raises(secagg.SessionRefused):
        clients[1].share_keys(server.message(2))
    assert clients[1].round is Round.ENDED
    with pytest.raises((secagg.WrongPhase, secagg.SessionRefused)):
        clients[1].share_keys(server.message(1))


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
    client = secagg.Client(parameters, 1)
    sealed = bytes(client.suspend(key))
    assert client.round is Round.ENDED
    for wrong in (other, bytes(32)):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.resume(sealed, wrong)
    for damaged in (sealed[:-1], sealed + b"\0", b"", sealed[:40] + b"\0" + sealed[41:]):
        with pytest.raises(secagg.StateUnreadable):
            secagg.Client.resume(damaged, key)
    for none in (key[:-1], key + b"\0", b"", None):
        with pytest.raises(secagg.InvalidArgument):
            secagg.Client.resume(sealed, none)
    assert secagg.Client.resume(sealed, key).id == 1


def test_a_client_whose_vector_was_sent_sleeps_without_it():
    settings = averaging(parameters=10_000)
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


# Servers


def test_damaged_messages_name_their_sender(parameters):
    server = secagg.Server(parameters)
    message = bytes(secagg.Client(parameters, 3).message)
    with pytest.raises(secagg.MessageRefused) as caught:
        server.receive(3, message[:-1])
    assert caught.value.culprit == 3
    with pytest.raises(secagg.MessageRefused) as caught:
        server.receive(4, message)
    assert caught.value.culprit == 4
    server.receive(3, message)
    with pytest.raises(secagg.MessageRefused) as caught:
        server.receive(3, message)
    assert caught.value.culprit == 3
    assert server.received == [3]
    assert server.awaited == [1, 2, 4, 5]


def test_too_few_clients_leave_the_round_open(parameters):
    server = secagg.Server(parameters)
    server.receive(1, secagg.Client(parameters, 1).message)
    with pytest.raises(secagg.TooFewClients):
        server.close_round()
    assert server.phase is Round.ADVERTISE_KEYS
    for id in (2, 3):
        server.receive(id, secagg.Client(parameters, id).message)
    assert server.close_round() == [1, 2, 3]


def test_no_message_for_who_left(parameters):
    server, _ = advertising(parameters, ids=(1, 2, 3))
    with pytest.raises(secagg.NoMessage):
        server.message(4)
    with pytest.raises(secagg.InvalidArgument):
        server.message(-1)


def test_wrong_phases(parameters):
    server = secagg.Server(parameters)
    with pytest.raises(secagg.WrongPhase):
        server.unmask()
    with pytest.raises(secagg.WrongPhase):
        server.message(1)


def test_more_answers_needed(settings, parameters):
    server, clients = masking(parameters)
    for id, client in clients.items():
        client.mask(numpy.zeros(50), 1, server.message(id), settings)
        server.receive(id, client.message)
    server.close_round()
    with pytest.raises(secagg.MoreAnswersNeeded):
        server.unmask()
    for id, client in clients.items():
        client.unmask(server.message(id))
        server.receive(id, client.message)
    aggregate = server.unmask()
    assert server.phase is Round.ENDED
    assert settings.mean(aggregate).total_weight == 5


def test_weights_of_zero_have_no_mean(settings, parameters):
    vectors = updates(5, 50)
    clients = {id: LibraryClient(parameters, id, vectors[id], 0, settings) for id in vectors}
    aggregate = play(secagg.Server(parameters), clients)
    with pytest.raises(secagg.SumInconsistent):
        settings.mean(aggregate)


def test_mean_wants_the_settings_of_the_session(settings, parameters):
    vectors = updates(5, 50)
    clients = {id: LibraryClient(parameters, id, vectors[id], 1, settings) for id in vectors}
    aggregate = play(secagg.Server(parameters), clients)
    with pytest.raises((secagg.InvalidArgument, secagg.SumInconsistent)):
        averaging(parameters=51).mean(aggregate)
    for out in (numpy.empty(49), numpy.empty(50, int), numpy.empty(100)[::2], [0.0] * 50):
        with pytest.raises(secagg.InvalidArgument):
            settings.mean(aggregate, out=out)
    read_only = numpy.empty(50)
    read_only.flags.writeable = False
    with pytest.raises(secagg.InvalidArgument):
        settings.mean(aggregate, out=read_only)
    assert settings.mean(aggregate).total_weight == 5


def test_a_task_with_a_zero_character_is_no_name(settings):
    with pytest.raises(secagg.InvalidArgument):
        settings.application_context(numpy.zeros(50), round=1, task="one\0two")


# Objects


def test_closed_objects_refuse(settings, parameters):
    client, server = secagg.Client(parameters, 1), secagg.Server(parameters)
    for thing in (client, server, parameters, settings):
        thing.close()
        thing.close()
    with pytest.raises(secagg.InvalidHandle):
        _ = client.message
    with pytest.raises(secagg.InvalidHandle):
        server.close_round()
    with pytest.raises(secagg.InvalidHandle):
        secagg.Client(parameters, 1)
    with pytest.raises(secagg.InvalidHandle):
        settings.application_context(numpy.zeros(50), round=1, task="")


def test_handles_of_another_kind(settings, parameters):
    client = secagg.Client(parameters, 1)
    with pytest.raises(secagg.InvalidHandle):
        secagg.Server(client)
    with pytest.raises(secagg.InvalidHandle):
        secagg.Client(settings, 1)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, pickle.dumps])
def test_objects_are_not_copied(parameters, copying):
    for thing in (parameters, secagg.Client(parameters, 1), secagg.Server(parameters)):
        with pytest.raises(TypeError):
            copying(thing)


def test_messages_outlive_their_client(parameters):
    client = secagg.Client(parameters, 1)
    message = client.message
    kept = bytes(message)
    client.close()
    del client
    gc.collect()
    slice_of_it = message[3:]
    del message
    gc.collect()
    assert bytes(slice_of_it) == kept[3:]
    with pytest.raises(TypeError):
        slice_of_it[0] = 1


def test_with_block_frees(parameters):
    with secagg.Client(parameters, 1) as client:
        assert client.id == 1
    with pytest.raises(secagg.InvalidHandle):
        _ = client.id


@pytest.mark.parametrize(
    "keys",
    [
        {1: b"short"},
        {0: bytes(32)},
        {1: b"\x01" * 32, 2: b"\x01" * 32},
        {-1: bytes(32)},
        {2**32: bytes(32)},
    ],
)
def test_directories(keys):
    with pytest.raises(secagg.InvalidArgument):
        secagg.Directory(keys)


def test_identities_are_their_seed():
    identity = secagg.Identity()
    again = secagg.Identity.from_seed(identity.seed())
    assert again.public_key == identity.public_key
    assert secagg.Identity().public_key != identity.public_key
    with pytest.raises(secagg.InvalidArgument):
        secagg.Identity.from_seed(bytes(31))
