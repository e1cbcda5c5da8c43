"""Objects that several threads use at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy

import secagg

from .rounds import client, fedavg, session

CLIENTS = 16


def test_clients_of_many_threads_at_one_server():
    settings = fedavg(parameters=5_000, clients=CLIENTS)
    parameters = session(settings, CLIENTS, threshold=8)
    server = secagg.Server(parameters)
    clients = {id: client(parameters, id) for id in range(1, CLIENTS + 1)}

    def advertise(id: int) -> None:
        server.receive(id, clients[id].message())

    def reply(id: int) -> None:
        message = clients[id].handle(server.message(id), threads=1)
        if clients[id].needs_input:
            message = clients[id].mask(numpy.full(5_000, id / 100), 1, settings, threads=1)
        server.receive(id, message)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(advertise, clients))
        while (aggregate := server.close_round()) is None:
            list(pool.map(reply, clients))
    mean = settings.mean(aggregate)
    assert numpy.allclose(
        mean.mean, sum(clients) / CLIENTS / 100, atol=CLIENTS * settings.step * 100
    )


def test_an_object_that_is_closed_while_it_is_used():
    settings = fedavg()
    parameters = session(settings)
    for _ in range(50):
        asking = client(parameters)

        def ask(client: secagg.Client = asking) -> str:
            try:
                return client.message() and "message"
            except secagg.InvalidHandle:
                return "closed"

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask) for _ in range(8)]
            pool.submit(asking.close)
            assert {future.result() for future in asked} <= {"message", "closed"}
        assert ask() == "closed"
