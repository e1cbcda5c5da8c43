"""A round with `secagg.flower`."""

import tempfile
import time
from collections import OrderedDict

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from secagg.flower import SecAggGrid, SecAggSettings, register

from .cohort import BOUND, LARGEST_WEIGHT, Cohort, Measured

PHASES = {
    "keys": "secagg-open-train",
    "shares": "secagg-share-train",
    "vectors": "secagg-input-train",
    "unmasking": "secagg-unmask-train",
}


def measure(cohort: Cohort, leaving: dict[str, list[int]], dropout_fraction: float) -> Measured:
    from in_process_grid import InProcessGrid, Node, silent

    training = {"seconds": 0.0}
    app = register(ClientApp())

    @app.train()
    def train(message: Message, context: Context) -> Message:
        began = time.process_time()
        vector = cohort.vector(context.node_id)[: message.content["arrays"]["model"].shape[0]]
        arrays = ArrayRecord(OrderedDict(model=Array(vector)))
        metrics = MetricRecord({"num-examples": cohort.weight(context.node_id)})
        training["seconds"] += time.process_time() - began
        return Message(RecordDict({"arrays": arrays, "metrics": metrics}), reply_to=message)

    with tempfile.TemporaryDirectory() as folder:
        nodes = {id: Node(app, {"secagg-folder": folder}) for id in cohort.ids}
        settings = SecAggSettings(
            clipping_bound=BOUND,
            maximum_examples=LARGEST_WEIGHT,
            dropout_fraction=dropout_fraction,
            retries=0,
            phase_timeout=1e-3,
            train_timeout=1e-3,
            poll_interval=1e-4,
            unmask_grace=0.0,
            on_failure="skip",
        )
        grid = InProcessGrid(nodes, remembering=False)
        secured = SecAggGrid(grid, settings=settings, assume_linear=True)
        # A small round first: the grid learns from it which ciphers all nodes have.
        _round(secured, cohort, 16)
        for id in cohort.ids:
            grid.up[id] = grid.down[id] = 0
        grid.client_seconds = grid.transport_seconds = training["seconds"] = 0.0
        for phase, ids in leaving.items():
            for id in ids:
                nodes[id].fates[PHASES[phase]] = silent
        began = time.process_time()
        replies = _round(secured, cohort, cohort.parameters)
        total = time.process_time() - began
    clients = grid.client_seconds - training["seconds"]
    server = total - grid.client_seconds - grid.transport_seconds
    mean = replies[0].content["arrays"]["model"].numpy() if replies else None
    return Measured(
        clients,
        server,
        grid.transport_seconds,
        float(np.mean(list(grid.up.values()))),
        float(np.mean(list(grid.down.values()))),
        mean,
        _shape(cohort.clients, dropout_fraction),
    )


def _round(grid: SecAggGrid, cohort: Cohort, parameters: int) -> list[Message]:
    arrays = ArrayRecord(OrderedDict(model=Array(np.zeros(parameters, np.float32))))
    record = RecordDict({"arrays": arrays, "config": ConfigRecord({"server-round": 1})})
    return list(grid.send_and_receive([Message(record, id, "train") for id in cohort.ids]))


def _shape(clients: int, dropout_fraction: float) -> str:
    import secagg

    fedavg = secagg.SecureFedAvg(
        parameter_count=1, clipping_bound=1, maximum_weight=1, maximum_contributors=clients
    )
    parameters = secagg.Parameters.recommended(
        fedavg, cohort_size=clients, context=bytes(32), dropout_fraction=dropout_fraction
    )
    return f"{parameters.degree}, {parameters.threshold}"
