"""FedAvg, and the seconds of each round."""

import json
import time
from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from . import VARIANT

ARRAYS = 8
app = ServerApp()


def initial(parameters: int) -> list[np.ndarray]:
    """Numbers at random: Flower sends equal pieces of arrays once only."""
    generator = np.random.default_rng(1)
    size = parameters // ARRAYS
    return [generator.standard_normal(size, np.float32) for _ in range(ARRAYS)]


@app.main()
def main(grid: Grid, context: Context) -> None:
    run = context.run_config
    rounds, nodes = int(run["num-server-rounds"]), int(run["nodes"])
    times: list[float] = []

    def note(server_round: int, *_: object) -> None:
        times.append(time.monotonic())

    model = initial(int(run["parameters"]))
    if VARIANT == "secaggplus":
        legacy(grid, context, model, rounds, nodes, note)
    else:
        strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=nodes, min_available_nodes=nodes)
        if VARIANT == "secured":
            from secagg.flower import SecAggGrid, SecAggSettings

            grid = SecAggGrid(grid, strategy, SecAggSettings(phase_timeout=600.0))
        strategy.start(
            grid=grid, initial_arrays=ArrayRecord(model), num_rounds=rounds, evaluate_fn=note
        )
    seconds = [after - before for before, after in zip(times, times[1:], strict=False)]
    Path(str(run["report"])).write_text(json.dumps(seconds))


def legacy(grid, context, model, rounds, nodes, note) -> None:
    from flwr.common import ndarrays_to_parameters
    from flwr.server import LegacyContext, ServerConfig
    from flwr.server.strategy import FedAvg as LegacyFedAvg
    from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow

    strategy = LegacyFedAvg(
        fraction_evaluate=0.0,
        min_fit_clients=nodes,
        min_available_clients=nodes,
        initial_parameters=ndarrays_to_parameters(model),
        evaluate_fn=note,
    )
    legacy_context = LegacyContext(
        context=context, config=ServerConfig(num_rounds=rounds), strategy=strategy
    )
    workflow = SecAggPlusWorkflow(
        nodes, max(2, nodes * 2 // 3), max_weight=1000, clipping_range=8.0
    )
    DefaultWorkflow(fit_workflow=workflow)(grid, legacy_context)
