"""What the server does: let a strategy of Flower train, and test the model of each round."""

import json
from collections import OrderedDict
from pathlib import Path

from flwr.app import Array, ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAdagrad, FedAdam, FedAvg, FedAvgM, FedProx, FedYogi

from secagg.flower import SecAggGrid

from . import model
from .data import test_examples
from .settings import secagg_settings

STRATEGIES = {
    "fedadagrad": FedAdagrad,
    "fedadam": FedAdam,
    "fedavg": FedAvg,
    "fedavgm": FedAvgM,
    "fedprox": FedProx,
    "fedyogi": FedYogi,
}

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    run = context.run_config
    options = {"proximal_mu": 0.1} if run["strategy"] == "fedprox" else {}
    strategy = STRATEGIES[str(run["strategy"])](
        fraction_evaluate=0.0,
        min_train_nodes=3,
        min_available_nodes=int(run["nodes"]),
        **options,
    )
    examples = test_examples(str(run["data"]))
    accuracies: dict[int, float] = {}

    def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        numbers = OrderedDict((name, array.numpy()) for name, array in arrays.items())
        accuracies[server_round] = model.accuracy(numbers, examples)
        return MetricRecord({"accuracy": accuracies[server_round]})

    initial = OrderedDict((n, Array(a)) for n, a in model.initial_model().items())
    result = strategy.start(
        grid=SecAggGrid(grid, strategy, secagg_settings(run)),
        initial_arrays=ArrayRecord(initial),
        num_rounds=int(run["num-server-rounds"]),
        evaluate_fn=evaluate,
    )
    if run["report"]:
        report = {
            "accuracy": accuracies,
            "train": {n: dict(m) for n, m in result.train_metrics_clientapp.items()},
        }
        Path(str(run["report"])).write_text(json.dumps(report, indent=1))
