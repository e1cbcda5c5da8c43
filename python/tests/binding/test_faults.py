"""Clients that do wrong with shares are named, with and without a sum."""

import numpy
import pytest
from altered_messages import damaged_first, wrong_secret, wrong_shares

import secagg
from secagg import Fault, Finding, Secret

from .rounds import advertising, reply


def unmasking(settings, parameters, altered):
    """A server in the last round and its clients. `altered` makes what client 2 deals."""
    server, clients = advertising(parameters)
    for id, client in clients.items():
        message = client.handle(server.message(id))
        server.receive(id, altered(message) if id == 2 else message)
    server.close_round()
    for id, client in clients.items():
        assert client.handle(server.message(id)) is None
        update = numpy.full(settings.parameter_count, id / 10)
        server.receive(id, client.mask(update, 1, settings))
    server.close_round()
    return server, clients


def test_shares_that_do_not_open(settings, parameters):
    server, clients = unmasking(settings, parameters, lambda message: damaged_first(message, 2))
    reply(server, clients)
    assert server.close_round().faults == [Fault(1, 2, Secret.SELF_MASK, Finding.UNOPENED)]
    assert server.faults == []


def test_a_dealer_of_a_wrong_secret(settings, parameters):
    server, clients = unmasking(settings, parameters, lambda message: wrong_secret(message, 2))
    reply(server, clients)
    assert server.faults == []
    with pytest.raises(secagg.SumInconsistent, match="client 2"):
        server.close_round()
    assert server.faults == [Fault(2, 2, Secret.SELF_MASK, Finding.WRONG_SECRET)]


def test_a_holder_that_lies(settings, parameters):
    """Of the answers of three clients two hold a share of each secret: exactly the threshold."""
    server, clients = unmasking(settings, parameters, bytes)
    for id, client in clients.items():
        message = client.handle(server.message(id))
        server.receive(id, wrong_shares(message, 3) if id == 3 else message)
        if id == 3:
            # Not enough answers about clients 4 and 5, and a wrong one about 1 and 2.
            with pytest.raises(secagg.MoreAnswersNeeded, match="client 3"):
                server.close_round()
            assert {fault.holder for fault in server.faults} == {3}
            assert {fault.finding for fault in server.faults} == {Finding.WRONG_SHARE}
    aggregate = server.close_round()
    assert {fault.holder for fault in aggregate.faults} == {3}
    assert server.faults == []
    assert settings.mean(aggregate).contributors == [1, 2, 3, 4, 5]
