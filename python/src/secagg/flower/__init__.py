"""Secure aggregation for Flower's Message API, in three lines of an app.

The client app:

    app = ClientApp(mods=[secagg_mod])
    register(app)

The server app:

    strategy.start(grid=SecAggGrid(grid), initial_arrays=arrays, num_rounds=3)

The strategy gets one reply for each round of training: the model after the weighted mean of all
updates, and the weighted mean of the metrics that `SecAggSettings` names. Neither the server nor a
strategy sees the update, the number of examples or the metrics of a single client. FedAvg, FedProx,
FedAdam, FedYogi and all strategies that use nothing but a weighted mean run unmodified."""

from .client import register, secagg_mod
from .server import RoundFailed, SecAggGrid
from .settings import SecAggSettings

__all__ = ["RoundFailed", "SecAggGrid", "SecAggSettings", "register", "secagg_mod"]
