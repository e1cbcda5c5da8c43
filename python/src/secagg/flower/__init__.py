"""Secure aggregation for Flower's Message API, in two lines of an app.

The client app:

    app = ClientApp()
    register(app)

The server app:

    strategy.start(grid=SecAggGrid(grid, strategy), initial_arrays=arrays, num_rounds=3)

The strategy gets one reply for each round of training or evaluation: the model after the weighted mean of
all updates, and the weighted mean of the metrics that `SecAggSettings` names. Neither the server nor a
strategy sees the update, the number of examples or the metrics of a single client. FedAvg, FedAvgM, FedProx,
FedAdam, FedYogi and FedAdagrad run unmodified."""

from .client import register
from .server import ConfigurationError, RoundFailed, SecAggGrid
from .settings import SecAggSettings

__all__ = ["ConfigurationError", "RoundFailed", "SecAggGrid", "SecAggSettings", "register"]
