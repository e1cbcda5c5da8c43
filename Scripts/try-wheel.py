"""One session with the installed package, and nothing else of the repository."""

import numpy

import secagg

fedavg = secagg.SecureFedAvg(
    parameter_count=3, clipping_bound=1.0, maximum_weight=10, maximum_contributors=4
)
context = fedavg.application_context(numpy.zeros(3), round=1, task="trial")
parameters = secagg.Parameters.recommended(
    fedavg, cohort_size=4, dropout_fraction=0.25, context=context
)
server = secagg.Server(parameters)
clients = {id: secagg.Client(parameters, id, secagg.Policy(context)) for id in range(1, 5)}

for id, client in clients.items():
    server.receive(id, client.message())
while (aggregate := server.close_round()) is None:
    for id, message in server.messages():
        reply = clients[id].handle(message)
        if clients[id].needs_input:
            if id == 3:  # drops out
                continue
            reply = clients[id].mask(numpy.full(3, id / 10), id, fedavg)
        assert reply is not None, id
        server.receive(id, reply)
mean = fedavg.mean(aggregate)
assert mean.contributors == [1, 2, 4] and mean.total_weight == 7, mean
assert numpy.allclose(mean.mean, (0.1 + 0.4 + 1.6) / 7, atol=1e-3), mean
assert all(client.is_finished == (id != 3) for id, client in clients.items())
print(f"secagg {secagg.__version__}: the mean of three of four clients, {mean.mean[0]:.3f}")
