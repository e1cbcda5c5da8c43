"""Objects that several threads use at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy

import secagg

from .rounds import fedavg, session

CLIENTS = 16


def test_clients_of_many_threads_at_one_server():
    settings = fedavg(parameters=5_000, clients=CLIENTS)
    parameters = session(settings, CLIENTS, threshold=8)
    server = secagg.Server(parameters)
    clients = {
        id: secagg.Client(parameters, id, parameters.application_context)
        for id in range(1, CLIENTS + 1)
    }

    def send(id: int) -> None:
        server.receive(id, clients[id].message)

    def share(id: int) -> None:
        clients[id].share_keys(server.message(id), threads=1)
        send(id)

    def mask(id: int) -> None:
        update = numpy.full(5_000, id / 100)
        clients[id].mask(update, 1, server.message(id), settings, threads=1)
        send(id)

    def unmask(id: int) -> None:
        clients[id].unmask(server.message(id))
        send(id)

    with ThreadPoolExecutor(8) as pool:
        for step in (send, share, mask, unmask):
            list(pool.map(step, clients))
            if step is not unmask:
                server.close_round()
    mean = settings.mean(server.unmask())
    assert numpy.allclose(
        mean.mean, sum(clients) / CLIENTS / 100, atol=CLIENTS * settings.step * 100
    )


def test_an_object_that_is_closed_while_it_is_used():
    settings = fedavg()
    parameters = session(settings)
    for _ in range(50):
        client = secagg.Client(parameters, 1, parameters.application_context)

        def ask(client: secagg.Client = client) -> str:
            try:
                return bytes(client.message) and "message"
            except secagg.InvalidHandle:
                return "closed"

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask) for _ in range(8)]
            pool.submit(client.close)
            assert {future.result() for future in asked} <= {"message", "closed"}
        assert ask() == "closed"
