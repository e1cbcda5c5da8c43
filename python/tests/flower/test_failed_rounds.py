"""Rounds without a sum: tried again, skipped loudly, or raised."""

import logging

import numpy
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, RecordDict
from in_process_grid import silent, unreachable

from secagg.flower import ConfigurationError, RoundFailed

from .federation import (
    NODES,
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import INPUT, OPEN, UNMASK, check, result, secured, settings


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", ["train", "evaluate"])
@pytest.mark.parametrize("on_failure", ["raise", "skip"])
def test_too_few_nodes_are_a_mistake(tmp_path, count, kind, on_failure):
    grid, arrays = federation(tmp_path, nodes=NODES[:count]), initial_arrays()
    with pytest.raises(ConfigurationError, match=f"{count} nodes were chosen.*min_{kind}_nodes=3"):
        result(grid, arrays, settings(retries=1, on_failure=on_failure), kind)
    assert grid.log == []


@pytest.mark.parametrize("fate", [silent, unreachable])
@pytest.mark.parametrize("on_failure", ["raise", "skip"])
def test_nobody_is_there(tmp_path, fate, on_failure):
    """An empty result is never taken for a success: the first round is not skipped."""
    grid, arrays = federation(tmp_path), initial_arrays()
    for node in grid.nodes.values():
        node.fates[OPEN] = fate
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(retries=2, on_failure=on_failure))


def failing(tmp_path):
    """Three of five leave in training: a sum of two is not released."""
    grid = federation(tmp_path)
    for id in NODES[:3]:
        grid.nodes[id].fates[INPUT] = silent
    return grid


def test_a_round_without_a_sum_is_skipped_loudly(tmp_path, monkeypatch):
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid, settings(on_failure="skip"))
    rounds.send_and_receive(train_messages(grid, arrays))
    for id in NODES[:3]:
        grid.nodes[id].fates[INPUT] = silent
    logged = []
    logger = logging.getLogger("flwr")
    handler = logging.Handler()
    handler.emit = logged.append
    logger.addHandler(handler)
    try:
        assert rounds.send_and_receive(train_messages(grid, arrays, 2)) == []
    finally:
        logger.removeHandler(handler)
    errors = [record.getMessage() for record in logged if record.levelno == logging.ERROR]
    assert any("SKIPPED" in message for message in errors)


def test_a_round_without_a_sum_raises_if_wanted(tmp_path):
    grid, arrays = failing(tmp_path), initial_arrays()
    with pytest.raises(RoundFailed):
        result(grid, arrays)


def test_a_round_is_tried_again_with_those_who_are_there(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:2]:
        grid.nodes[id].fates[INPUT] = silent
    chosen = settings(retries=1, minimum_contributors=3, dropout_fraction=0.0)
    [reply] = result(grid, arrays, chosen)
    check(reply, arrays, NODES[2:])


def test_too_few_answers(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:4]:
        grid.nodes[id].fates[UNMASK] = silent
    with pytest.raises(RoundFailed):
        result(grid, arrays)


def test_different_models_cannot_be_summed(tmp_path):
    grid = federation(tmp_path)
    messages = train_messages(grid, initial_arrays())
    other = RecordDict({"arrays": ArrayRecord([numpy.zeros(3)]), "config": ConfigRecord()})
    messages[1] = Message(other, NODES[1], "train")
    with pytest.raises(ConfigurationError, match="found different ones"):
        secured(grid).send_and_receive(messages)
