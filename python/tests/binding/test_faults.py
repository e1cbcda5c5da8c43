"""Clients that do wrong with shares are named, with and without a sum."""

from dataclasses import replace

import numpy
import pytest
from secagg_reference import wire

import secagg
from secagg import Fault, Finding, Secret

from .rounds import advertising


def unmasking(settings, parameters, altered):
    """A server in the last round and its clients. `altered` makes what client 2 deals."""
    server, clients = advertising(parameters)
    for id, client in clients.items():
        client.share_keys(server.message(id))
        server.receive(id, altered(client.message) if id == 2 else client.message)
    server.close_round()
    for id, client in clients.items():
        client.mask(numpy.full(settings.parameter_count, id / 10), 1, server.message(id), settings)
        server.receive(id, client.message)
    server.close_round()
    return server, clients


def changed(data):
    return bytes([data[0] ^ 1]) + data[1:]


def with_body(message, id, **fields):
    """The client's message with `fields` of its body computed anew from the body."""
    parsed = wire.parse_client_message(bytes(message), id)
    new = {name: made(parsed.body) for name, made in fields.items()}
    return replace(parsed, body=replace(parsed.body, **new)).encoded()


def wrong_secret(message):
    return with_body(
        message, 2, self_mask_commitment=lambda body: changed(body.self_mask_commitment)
    )


def damaged_for_client_1(message):
    def damaged(body):
        first = body.shares[0]
        sealed = first.sealed[:50] + changed(first.sealed[50:])
        return (replace(first, sealed=sealed), *body.shares[1:])

    return with_body(message, 2, shares=damaged)


def wrong_shares(message, id):
    return with_body(
        message,
        id,
        shares=lambda body: tuple(replace(s, share=changed(s.share)) for s in body.shares),
    )


def test_shares_that_do_not_open(settings, parameters):
    server, clients = unmasking(settings, parameters, damaged_for_client_1)
    for id, client in clients.items():
        client.unmask(server.message(id))
        server.receive(id, client.message)
    assert server.unmask().faults == [Fault(1, 2, Secret.SELF_MASK, Finding.UNOPENED)]
    assert server.faults == []


def test_a_dealer_of_a_wrong_secret(settings, parameters):
    server, clients = unmasking(settings, parameters, wrong_secret)
    for id, client in clients.items():
        client.unmask(server.message(id))
        server.receive(id, client.message)
    assert server.faults == []
    with pytest.raises(secagg.SumInconsistent, match="client 2"):
        server.unmask()
    assert server.faults == [Fault(2, 2, Secret.SELF_MASK, Finding.WRONG_SECRET)]


def test_a_holder_that_lies(settings, parameters):
    """Of the answers of three clients two hold a share of each secret: exactly the threshold."""
    server, clients = unmasking(settings, parameters, bytes)
    for id, client in clients.items():
        client.unmask(server.message(id))
        server.receive(id, wrong_shares(client.message, 3) if id == 3 else client.message)
        if id == 3:
            # Not enough answers about clients 4 and 5, and a wrong one about 1 and 2.
            with pytest.raises(secagg.MoreAnswersNeeded, match="client 3"):
                server.unmask()
            assert {fault.holder for fault in server.faults} == {3}
            assert {fault.finding for fault in server.faults} == {Finding.WRONG_SHARE}
    aggregate = server.unmask()
    assert {fault.holder for fault in aggregate.faults} == {3}
    assert server.faults == []
    assert settings.mean(aggregate).contributors == [1, 2, 3, 4, 5]
