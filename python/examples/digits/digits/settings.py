"""The metrics that the server may see, and how long it waits. `SecAggGrid(grid, strategy)` alone would do as well."""

from flwr.app import UserConfig

from secagg.flower import SecAggSettings


def secagg_settings(run: UserConfig) -> SecAggSettings:
    return SecAggSettings(
        metrics=["train_loss"],
        train_timeout=float(run["train-timeout"]),
        phase_timeout=float(run["phase-timeout"]),
    )
