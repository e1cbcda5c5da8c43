"""Mistakes are exceptions that name the setting, its value, what was expected, and the remedy."""

import math

import pytest

from secagg.flower import ConfigurationError, SecAggGrid, SecAggSettings
from secagg.flower.server.strategies import FedAvg

from .federation import federation, initial_arrays
from .round_checks import result, settings

WRONG = [
    ({"metrics": {"train_loss": 10.0}}, "a list of names.*found \\{'train_loss'"),
    ({"metrics": "train_loss"}, "a list of names.*found 'train_loss'"),
    ({"metrics": [1]}, "names, found 1"),
    ({"metrics": ["a", "a"]}, "each name once"),
    ({"clipping_bound": 0.0}, "a positive, finite number.*found 0.0"),
    ({"clipping_bound": math.nan}, "positive"),
    ({"clipping_bound": math.inf}, "positive"),
    ({"clipping_bound": [8.0]}, "found \\[8.0\\]"),
    ({"clipping_bound": {"w*": -1}}, "\\['w\\*'\\]: expected a positive"),
    ({"clipping_bound": {1: 1.0}}, "patterns of names"),
    ({"maximum_examples": 0}, "a whole number from 1 to 4294967295, found 0"),
    ({"maximum_examples": 1 << 32}, "a whole number from 1 to 4294967295, found 4294967296"),
    ({"maximum_examples": 1e4}, "a whole number.*found 10000.0"),
    ({"maximum_examples": True}, "a whole number"),
    ({"secure_evaluation": None}, "True or False"),
    ({"minimum_contributors": 1}, "from 2"),
    ({"corrupt_fraction": -1.0}, "a fraction from 0 and below 1, found -1.0"),
    ({"dropout_fraction": 1.0}, "a fraction"),
    ({"dropout_fraction": math.nan}, "a fraction"),
    ({"dropout_fraction": "0.1"}, "a fraction"),
    ({"minimum_value_bits": 15}, "from 16 to 62"),
    ({"phase_timeout": 0.0}, "a positive number of seconds"),
    # 0 would have been no limit at all.
    ({"train_timeout": 0.0}, "a positive number of seconds"),
    ({"train_timeout": -1.0}, "a positive number of seconds"),
    ({"unmask_grace": -1.0}, "0 seconds or more"),
    ({"retries": -1}, "from 0"),
    ({"retries": 1.5}, "a whole number"),
    ({"on_failure": "ignore"}, '"raise" or "skip", found \'ignore\''),
    ({"poll_interval": 0.0}, "a positive number of seconds"),
    ({"poll_interval": None}, "found None"),
    ({"threads": -1}, "from 0"),
]


@pytest.mark.parametrize(("wrong", "says"), WRONG, ids=lambda value: str(value)[:40])
def test_settings(wrong, says):
    [name] = wrong
    with pytest.raises(ConfigurationError, match=f"SecAggSettings.{name}.*{says}"):
        settings(**wrong)


def test_the_weight_is_no_metric(tmp_path):
    with pytest.raises(ConfigurationError, match="found 'num-examples'.*in every sum anyway"):
        SecAggGrid(federation(tmp_path), FedAvg(), SecAggSettings(metrics=["num-examples"]))
    with pytest.raises(ConfigurationError, match="found 'weight'"):
        strategy = FedAvg(weighted_by_key="weight")
        SecAggGrid(federation(tmp_path), strategy, SecAggSettings(metrics=["weight"]))


@pytest.mark.parametrize(
    "impossible",
    [{"minimum_contributors": 6}, {"dropout_fraction": 0.9}, {"corrupt_fraction": 0.9}],
    ids=str,
)
def test_nodes_and_settings_that_do_not_go_together(tmp_path, impossible):
    grid = federation(tmp_path)
    with pytest.raises(ConfigurationError, match="no secure round of 5 nodes is possible"):
        result(grid, initial_arrays(), settings(on_failure="skip", **impossible))
    assert grid.log == []


def test_the_smallest_numbers_of_nodes(tmp_path):
    """Three nodes, of which none may leave."""
    grid, arrays = federation(tmp_path, nodes=[11, 22, 33]), initial_arrays()
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == 60


def test_a_fraction_that_chooses_two_of_five(tmp_path):
    strategy = FedAvg(fraction_train=0.4, fraction_evaluate=0.0)
    rounds = SecAggGrid(federation(tmp_path), strategy, settings())
    says = "2 nodes were chosen to train.*FedAvg\\(min_train_nodes=3.*fraction_train"
    with pytest.raises(ConfigurationError, match=says):
        strategy.start(rounds, initial_arrays())


def test_a_grid_and_its_settings_can_be_read(tmp_path):
    shown = repr(SecAggGrid(federation(tmp_path), FedAvg(), settings()))
    assert "FedAvg" in shown and "metrics=['train_loss', 'accuracy']" in shown
