"""Strategies of Flower, unmodified, with the grid of before and with this one."""

import numpy
import pytest
from flwr.clientapp import ClientApp
from flwr.serverapp import strategy
from flwr.serverapp.strategy import FedAdagrad, FedAdam, FedAvg, FedAvgM, FedProx, FedYogi
from in_process_grid import InProcessGrid, Node, silent, unreachable

from secagg.flower import ConfigurationError, RoundFailed, SecAggGrid

from .federation import NODES, evaluate, federation, initial_arrays, train, vector
from .round_checks import settings

STRATEGIES = [
    FedAvg,
    lambda **o: FedAvgM(server_momentum=0.5, **o),
    lambda **o: FedProx(proximal_mu=0.1, **o),
    FedAdam,
    FedYogi,
    FedAdagrad,
]
NAMES = ["FedAvg", "FedAvgM", "FedProx", "FedAdam", "FedYogi", "FedAdagrad"]


def plain_federation():
    app = ClientApp()
    app.train()(train)
    app.evaluate()(evaluate)
    return InProcessGrid({id: Node(app, {}) for id in NODES})


def trained(make, plain, chosen=None, rounds=3):
    """As a server app does it, with a grid of Flower's or, given settings, with ours in front of it."""
    strategy = make()
    grid = plain if chosen is None else SecAggGrid(plain, strategy, chosen)
    return strategy.start(grid=grid, initial_arrays=initial_arrays(), num_rounds=rounds)


@pytest.mark.parametrize("make", STRATEGIES, ids=NAMES)
def test_same_model_as_without(tmp_path, make):
    plain = trained(make, plain_federation())
    secured = trained(make, federation(tmp_path), settings())
    difference = numpy.abs(vector(plain.arrays) - vector(secured.arrays)).max()
    moved = numpy.abs(vector(plain.arrays) - vector(initial_arrays())).max()
    assert difference < 0.002 * moved
    for round in (1, 2, 3):
        mine, theirs = (r.train_metrics_clientapp[round] for r in (secured, plain))
        assert abs(mine["train_loss"] - theirs["train_loss"]) < 1e-8
        assert set(mine) == {"train_loss"}
        mine, theirs = (r.evaluate_metrics_clientapp[round] for r in (secured, plain))
        assert abs(mine["accuracy"] - theirs["accuracy"]) < 1e-8


@pytest.mark.parametrize("make", STRATEGIES, ids=NAMES)
def test_a_skipped_round_leaves_the_model(tmp_path, make):
    grid = federation(tmp_path)

    def gone_in_round_two(message, answer):
        if message.content["config"]["server-round"] == 2:
            return silent(message, answer)
        return [(0.0, answer())]

    for id in NODES[:4]:
        grid.nodes[id].fates["train"] = gone_in_round_two
    models = []
    strategy = make(fraction_evaluate=0.0)
    outcome = strategy.start(
        grid=SecAggGrid(grid, strategy, settings(on_failure="skip")),
        initial_arrays=initial_arrays(),
        num_rounds=3,
        evaluate_fn=lambda round, arrays: models.append(vector(arrays)),
    )
    assert numpy.array_equal(models[1], models[2])
    assert not numpy.array_equal(models[2], models[3])
    assert sorted(outcome.train_metrics_clientapp) == [1, 3]


def test_a_failed_first_round_is_no_empty_result(tmp_path):
    grid = federation(tmp_path)
    for id in NODES[:4]:
        grid.nodes[id].fates["train"] = unreachable
    with pytest.raises(RoundFailed):
        trained(FedAvg, grid, settings(on_failure="skip"))


LINEAR = "FedAdagrad, FedAdam, FedAvg, FedAvgM, FedProx or FedYogi"


def wrapped(kind, **options):
    return kind(FedAvg(), 1.0, 1.0, 5, **options)


class Unknown(FedAvg):
    def aggregate_train(self, server_round, replies):
        return super().aggregate_train(server_round, replies)


class OtherNodes(FedAdam):
    """Chooses nodes of its own, and aggregates as before."""

    def configure_train(self, server_round, arrays, config, grid):
        return super().configure_train(server_round, arrays, config, grid)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (strategy.FedMedian, f"looks at single updates.*Take {LINEAR}"),
        (strategy.FedTrimmedAvg, "looks at single updates"),
        (lambda: strategy.Krum(num_malicious_nodes=1), "looks at single updates"),
        (
            lambda: strategy.MultiKrum(num_malicious_nodes=1, num_nodes_to_select=2),
            "looks at single updates",
        ),
        (lambda: strategy.Bulyan(num_malicious_nodes=0), "looks at single updates"),
        (lambda: strategy.QFedAvg(client_learning_rate=0.1), "a weight that grows with its loss"),
        (strategy.FedXgbBagging, "trees have no sum"),
        (strategy.FedXgbCyclic, "trees have no sum"),
        (
            lambda: wrapped(strategy.DifferentialPrivacyServerSideFixedClipping),
            "would protect nobody.*LocalDpMod",
        ),
        (
            lambda: strategy.DifferentialPrivacyServerSideAdaptiveClipping(FedAvg(), 0.1, 50),
            "would protect nobody",
        ),
        (
            lambda: strategy.DifferentialPrivacyClientSideAdaptiveClipping(FedAvg(), 0.1, 50),
            "counts the clipped nodes",
        ),
        (
            lambda: wrapped(strategy.DifferentialPrivacyClientSideFixedClipping),
            "equal weights.*assume_linear=True",
        ),
        (Unknown, f"Unknown: expected {LINEAR}.*assume_linear=True"),
        (lambda: FedAvg(train_metrics_aggr_fn=largest), "assume_linear=True"),
        (lambda: FedAvg(evaluate_metrics_aggr_fn=largest), "assume_linear=True"),
    ],
)
def test_strategies_that_need_more_than_a_mean(tmp_path, make, says):
    with pytest.raises(ConfigurationError, match=says):
        SecAggGrid(federation(tmp_path), make())


def largest(records, key):
    return max(records)


@pytest.mark.parametrize(
    "make",
    [
        Unknown,
        lambda: FedAvg(train_metrics_aggr_fn=largest),
        lambda: wrapped(strategy.DifferentialPrivacyClientSideFixedClipping),
    ],
)
def test_somebody_vouches_for_a_strategy(tmp_path, make):
    SecAggGrid(federation(tmp_path), make(), assume_linear=True)


@pytest.mark.parametrize("kind", [strategy.FedMedian, strategy.Krum])
def test_nobody_can_vouch_for_a_median(tmp_path, kind):
    made = kind() if kind is strategy.FedMedian else kind(num_malicious_nodes=1)
    with pytest.raises(ConfigurationError):
        SecAggGrid(federation(tmp_path), made, assume_linear=True)


def test_nodes_may_be_chosen_in_any_way(tmp_path):
    SecAggGrid(federation(tmp_path), OtherNodes())


def test_a_grid_needs_a_strategy(tmp_path):
    with pytest.raises(ConfigurationError, match="found none"):
        SecAggGrid(federation(tmp_path))
    with pytest.raises(ConfigurationError, match="found SecAggSettings"):
        SecAggGrid(federation(tmp_path), settings())
    with pytest.raises(ConfigurationError, match="found dict"):
        SecAggGrid(federation(tmp_path), FedAvg(), {"metrics": []})
