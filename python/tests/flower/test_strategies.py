"""Strategies of Flower, unmodified, with the grid of before and with this one."""

import numpy
import pytest
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAdam, FedAvg, FedProx, FedYogi
from in_process_grid import InProcessGrid, Node, silent, unreachable

from secagg.flower import SecAggGrid

from .federation import NODES, federation, initial_arrays, train, vector
from .round_checks import settings

STRATEGIES = [FedAvg, lambda **o: FedProx(proximal_mu=0.1, **o), FedAdam, FedYogi]
NAMES = ["FedAvg", "FedProx", "FedAdam", "FedYogi"]


def plain_federation():
    app = ClientApp()
    app.train()(train)
    return InProcessGrid({id: Node(app, {}) for id in NODES})


def trained(make, grid, rounds=3):
    strategy = make(fraction_evaluate=0.0)
    return strategy.start(grid=grid, initial_arrays=initial_arrays(), num_rounds=rounds)


@pytest.mark.parametrize("make", STRATEGIES, ids=NAMES)
def test_same_model_as_without(tmp_path, make):
    plain = trained(make, plain_federation())
    secured = trained(make, SecAggGrid(federation(tmp_path), settings()))
    difference = numpy.abs(vector(plain.arrays) - vector(secured.arrays)).max()
    moved = numpy.abs(vector(plain.arrays) - vector(initial_arrays())).max()
    assert difference < 0.002 * moved
    for round in (1, 2, 3):
        mine, theirs = (r.train_metrics_clientapp[round] for r in (secured, plain))
        assert abs(mine["train_loss"] - theirs["train_loss"]) < 1e-4
        assert set(mine) == {"train_loss"}


@pytest.mark.parametrize("make", STRATEGIES, ids=NAMES)
def test_a_skipped_round_leaves_the_model(tmp_path, make):
    grid = federation(tmp_path)
    for id in NODES[:4]:
        grid.nodes[id].fates["train"] = unreachable
    models = []
    outcome = make(fraction_evaluate=0.0).start(
        grid=SecAggGrid(grid, settings()),
        initial_arrays=initial_arrays(),
        num_rounds=2,
        evaluate_fn=lambda round, arrays: models.append(vector(arrays)),
    )
    assert len(models) == 3
    assert all(numpy.array_equal(model, models[0]) for model in models)
    assert outcome.train_metrics_clientapp == {}


def test_training_goes_on_after_a_skipped_round(tmp_path):
    grid = federation(tmp_path)

    def gone_in_round_two(message, answer):
        if message.content["config"]["server-round"] == 2:
            return silent(message, answer)
        return [(0.0, answer())]

    for id in NODES[:4]:
        grid.nodes[id].fates["train"] = gone_in_round_two
    outcome = trained(FedAvg, SecAggGrid(grid, settings()))
    assert sorted(outcome.train_metrics_clientapp) == [1, 3]
