"""What suits this model and these clients. `SecAggGrid(grid)` alone would do as well."""

from flwr.app import UserConfig

from secagg.flower import SecAggSettings


def secagg_settings(run: UserConfig) -> SecAggSettings:
    return SecAggSettings(
        clipping_bound=2.0,
        maximum_examples=1000,
        metrics={"train_loss": 10.0},
        train_timeout=float(run["train-timeout"]),
        phase_timeout=float(run["phase-timeout"]),
    )
