"""Trains the same model with one strategy after the other."""

import json
from pathlib import Path

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp, strategy

from . import SECURED
from .models import MODELS, digits

OPTIONS = {
    "FedAvgM": {"server_momentum": 0.5},
    "FedProx": {"proximal_mu": 0.1},
    "FedAdam": {"eta": 0.03},
    "FedYogi": {"eta": 0.03},
    "FedAdagrad": {"eta": 0.05},
}

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    run = context.run_config
    nodes, rounds = int(run["nodes"]), int(run["num-server-rounds"])
    kind = MODELS[str(run["model"])]
    _, test = digits(str(run["data"]))
    report = {}
    for name in str(run["strategies"]).split(","):
        chosen = getattr(strategy, name)(
            min_train_nodes=3,
            min_evaluate_nodes=3,
            min_available_nodes=nodes,
            **OPTIONS.get(name, {}),
        )
        used = grid
        if SECURED:
            from secagg.flower import SecAggGrid, SecAggSettings

            metrics = SecAggSettings(metrics=["train_loss", "accuracy"], phase_timeout=600.0)
            used = SecAggGrid(grid, chosen, metrics)
        result = chosen.start(used, kind().record(), num_rounds=rounds)
        model = kind()
        model.load(result.arrays)
        accuracies = {n: m["accuracy"] for n, m in result.evaluate_metrics_clientapp.items()}
        report[name] = {"nodes": accuracies, "server": model.accuracy(test)}
    Path(str(run["report"])).write_text(json.dumps(report))
