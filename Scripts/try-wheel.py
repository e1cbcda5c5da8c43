"""One session with the installed package, and nothing else of the repository."""

import numpy

import secagg

averaging = secagg.Averaging(
    parameter_count=3, clipping_bound=1.0, maximum_weight=10, maximum_contributors=4
)
context = averaging.application_context(numpy.zeros(3), round=1, task="trial")
parameters = secagg.Parameters.recommended(
    averaging, cohort_size=4, dropout_fraction=0.25, context=context
)
server = secagg.Server(parameters)
clients = {id: secagg.Client(parameters, id, context) for id in range(1, 5)}


def hand_in(ids: list[int]) -> None:
    for id in ids:
        server.receive(id, clients[id].message)


hand_in([1, 2, 3, 4])
for id in server.close_round():
    clients[id].share_keys(server.message(id))
hand_in([1, 2, 3, 4])
for id in server.close_round():
    clients[id].mask(numpy.full(3, id / 10), id, server.message(id), averaging)
hand_in([1, 2, 4])
for id in server.close_round():
    clients[id].unmask(server.message(id))
hand_in([1, 2, 4])
mean = averaging.mean(server.unmask())
assert mean.contributors == [1, 2, 4] and mean.total_weight == 7, mean
assert numpy.allclose(mean.mean, (0.1 + 0.4 + 1.6) / 7, atol=1e-3), mean
print(f"secagg {secagg.__version__}: the mean of three of four clients, {mean.mean[0]:.3f}")
