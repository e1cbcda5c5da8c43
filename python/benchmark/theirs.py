"""A round with the SecAgg+ of Flower: its workflow for servers and its mod for clients, both as they
come, which work with the legacy interface only."""

import time

import numpy as np
from flwr.app import ConfigRecord, Context, RecordDict
from flwr.client import NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.clientapp import ClientApp
from flwr.common import FitIns, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.compat.common import recorddict_compat as compat
from flwr.server.compat.grid_client_proxy import GridClientProxy
from flwr.server.compat.legacy_context import LegacyContext
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key

from .cohort import BOUND, LARGEST_WEIGHT, Cohort, Measured

PHASES = ("keys", "shares", "vectors", "unmasking")


class _Client(NumPyClient):
    def __init__(self, cohort: Cohort, id: int, training: dict[str, float]) -> None:
        self._cohort, self._id, self._training = cohort, id, training

    def fit(self, parameters, config):
        began = time.process_time()
        vector = self._cohort.vector(self._id)
        self._training["seconds"] += time.process_time() - began
        return [vector], self._cohort.weight(self._id), {}


class _Strategy(FedAvg):
    """Chooses all clients, and keeps what comes out."""

    def __init__(self, proxies, parameters) -> None:
        super().__init__()
        self._proxies, self._parameters, self.mean = proxies, parameters, None

    def configure_fit(self, server_round, parameters, client_manager):
        return [(proxy, FitIns(self._parameters, {})) for proxy in self._proxies]

    def aggregate_fit(self, server_round, results, failures):
        # The workflow has put the mean into each result.
        self.mean = parameters_to_ndarrays(results[0][1].parameters)[0]
        return None, {}


def measure(cohort: Cohort, leaving: dict[str, list[int]], shares: int, threshold: int) -> Measured:
    from in_process_grid import InProcessGrid, Node, answers, silent

    training = {"seconds": 0.0}

    def client(context: Context):
        return _Client(cohort, context.node_id, training).to_client()

    app = ClientApp(client, mods=[secaggplus_mod])
    calls: dict[int, int] = dict.fromkeys(cohort.ids, 0)

    def fate(message, answer):
        """All four stages come as train messages, in order."""
        id = message.metadata.dst_node_id
        phase = PHASES[calls[id]]
        calls[id] += 1
        return (silent if id in leaving.get(phase, ()) else answers)(message, answer)

    nodes = {id: Node(app, {}, fates={"train": fate}) for id in cohort.ids}
    grid = InProcessGrid(nodes, remembering=False)
    proxies = [GridClientProxy(id, grid, 7) for id in cohort.ids]
    parameters = ndarrays_to_parameters([np.zeros(cohort.parameters, np.float32)])
    strategy = _Strategy(proxies, parameters)
    context = LegacyContext(Context(7, 1, {}, RecordDict(), {}), strategy=strategy)
    context.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: 1})
    context.state.array_records[MAIN_PARAMS_RECORD] = compat.parameters_to_arrayrecord(
        parameters, True
    )
    workflow = SecAggPlusWorkflow(
        shares, threshold, max_weight=LARGEST_WEIGHT, clipping_range=BOUND
    )
    began = time.process_time()
    try:
        workflow(grid, context)
    except Exception as error:
        print(f"      SecAgg+: {type(error).__name__}: {error}")
    total = time.process_time() - began
    return Measured(
        grid.client_seconds - training["seconds"],
        total - grid.client_seconds - grid.transport_seconds,
        grid.transport_seconds,
        float(np.mean(list(grid.up.values()))),
        float(np.mean(list(grid.down.values()))),
        strategy.mean,
        f"{shares - 1}, {threshold}",
    )
