"""Rounds without a sum: tried again, skipped loudly, or raised."""

import logging

import numpy
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, RecordDict
from in_process_grid import silent, unreachable

from secagg.flower import RoundFailed, SecAggGrid

from .federation import (
    NODES,
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import ADVERTISE, TRAIN, UNMASK, check, result, settings


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_for_a_sum(tmp_path, count):
    grid, arrays = federation(tmp_path, nodes=NODES[:count]), initial_arrays()
    assert result(grid, arrays, settings(retries=1)) == []
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(on_failure="raise"))


@pytest.mark.parametrize("fate", [silent, unreachable])
def test_nobody_is_there(tmp_path, fate):
    grid, arrays = federation(tmp_path), initial_arrays()
    for node in grid.nodes.values():
        node.fates[ADVERTISE] = fate
    assert result(grid, arrays, settings(retries=2)) == []


def failing(tmp_path):
    """Three of five leave in training: a sum of two is not released."""
    grid = federation(tmp_path)
    for id in NODES[:3]:
        grid.nodes[id].fates[TRAIN] = silent
    return grid


def test_a_round_without_a_sum_is_skipped_loudly(tmp_path, monkeypatch):
    grid, arrays = failing(tmp_path), initial_arrays()
    logged = []
    logger = logging.getLogger("flwr")
    handler = logging.Handler()
    handler.emit = logged.append
    logger.addHandler(handler)
    try:
        assert result(grid, arrays) == []
    finally:
        logger.removeHandler(handler)
    errors = [record.getMessage() for record in logged if record.levelno == logging.ERROR]
    assert any("SKIPPED" in message for message in errors)


def test_a_round_without_a_sum_raises_if_wanted(tmp_path):
    grid, arrays = failing(tmp_path), initial_arrays()
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(on_failure="raise"))


def test_a_round_is_tried_again_with_those_who_are_there(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:2]:
        grid.nodes[id].fates[TRAIN] = silent
    chosen = settings(retries=1, minimum_contributors=3, dropout_fraction=0.0)
    [reply] = result(grid, arrays, chosen)
    check(reply, arrays, NODES[2:])


def test_too_few_answers(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:4]:
        grid.nodes[id].fates[UNMASK] = silent
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(on_failure="raise"))


def test_different_models_cannot_be_summed(tmp_path):
    grid = federation(tmp_path)
    messages = train_messages(grid, initial_arrays())
    other = RecordDict({"arrays": ArrayRecord([numpy.zeros(3)]), "config": ConfigRecord()})
    messages[1] = Message(other, NODES[1], "train")
    with pytest.raises(ValueError, match="different models"):
        SecAggGrid(grid, settings()).send_and_receive(messages)
