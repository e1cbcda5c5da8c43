"""What a server refuses, by which exception, and that nothing has changed then."""

import numpy
import pytest

import secagg
from secagg import Round

from .rounds import (
    LibraryClient,
    advertising,
    client,
    fedavg,
    mask,
    masking,
    play,
    reply,
    updates,
)


def test_damaged_messages_name_their_sender(parameters):
    server = secagg.Server(parameters)
    message = client(parameters, 3).message()
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
    server.receive(1, client(parameters).message())
    with pytest.raises(secagg.TooFewClients):
        server.close_round()
    assert server.round is Round.ADVERTISE_KEYS
    for id in (2, 3):
        server.receive(id, client(parameters, id).message())
    assert server.close_round() is None
    assert server.awaited == [1, 2, 3]
    assert [id for id, _ in server.messages()] == [1, 2, 3]


def test_no_message_for_a_client_that_dropped_out(parameters):
    server, _ = advertising(parameters, ids=(1, 2, 3))
    with pytest.raises(secagg.NoMessage):
        server.message(4)
    with pytest.raises(secagg.InvalidArgument):
        server.message(-1)


def test_no_message_before_the_first_round_is_closed(parameters):
    server = secagg.Server(parameters)
    with pytest.raises(secagg.WrongRound):
        server.message(1)
    assert list(server.messages()) == []


def test_more_answers_needed(settings, parameters):
    server, clients = masking(parameters)
    mask(server, clients, settings)
    with pytest.raises(secagg.MoreAnswersNeeded):
        server.close_round()
    reply(server, clients)
    aggregate = server.close_round()
    assert server.round is None
    assert list(server.messages()) == []
    assert settings.mean(aggregate).total_weight == 5
    with pytest.raises(secagg.WrongRound):
        server.close_round()


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
        fedavg(parameters=51).mean(aggregate)
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
