"""Keys and shares of the next round travel with the exchanges of this one."""

import pytest
from in_process_grid import silent, unreachable

from secagg.flower import SecAggGrid
from secagg.flower.server.strategies import FedAvg

from .federation import NODES, federation, initial_arrays, train_messages
from .round_checks import INPUT, OPEN, QUERY, SHARE, UNMASK, check, secured, settings


def exchanges(grid, id=11):
    """The types of the messages that a node got since the last call."""
    types = [kind for node, kind, _ in grid.log if node == id]
    grid.log.clear()
    return types


def test_two_exchanges_a_round(tmp_path):
    """Of training and of evaluation; two more before the first of each."""
    grid = federation(tmp_path)
    arrays = initial_arrays()
    rounds = SecAggGrid(grid, FedAvg(), settings())
    for round in (1, 2, 3, 4):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        check(reply, arrays, NODES)
        assert exchanges(grid) == [QUERY] * 2 * (round == 1) + ["train", QUERY]
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round, "evaluate"))
        assert reply.content["metrics"]["num-examples"] == 150
        assert exchanges(grid) == ["evaluate", QUERY]


def test_nothing_is_prepared_for_evaluation_that_does_not_happen(tmp_path):
    grid = federation(tmp_path)
    rounds = SecAggGrid(grid, FedAvg(fraction_evaluate=0.0), settings())
    rounds.send_and_receive(train_messages(grid, initial_arrays()))
    assert not any("evaluate" in record for _, _, records in grid.log for record in records)


def test_other_nodes_begin_anew(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    rounds.send_and_receive(train_messages(grid, arrays))
    exchanges(grid)
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 2)[:4])
    check(reply, arrays, NODES[:4])
    assert exchanges(grid) == [QUERY, QUERY, "train", QUERY]
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 3))
    check(reply, arrays, NODES)
    assert exchanges(grid) == [QUERY, QUERY, "train", QUERY]


@pytest.mark.parametrize("fate", [silent, unreachable])
@pytest.mark.parametrize("step", [OPEN, SHARE, INPUT, UNMASK])
def test_a_round_after_one_that_a_node_left(tmp_path, fate, step):
    """It begins anew, with all nodes that are chosen. One that leaves in the second round, whose keys are there
    already, leaves with its shares."""
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    rounds.send_and_receive(train_messages(grid, arrays))
    grid.nodes[33].fates[step] = fate
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 2))
    contributes = step in (SHARE, UNMASK)
    check(reply, arrays, NODES if contributes else [11, 22, 44, 55])
    grid.nodes[33].fates.clear()
    exchanges(grid)
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 3))
    check(reply, arrays, NODES)
    assert exchanges(grid) == [QUERY, QUERY, "train", QUERY]
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 4))
    assert exchanges(grid) == ["train", QUERY]


def test_a_node_that_lost_what_was_prepared(tmp_path):
    """It cannot take part in that round, and can in the next."""
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    rounds.send_and_receive(train_messages(grid, arrays))
    grid.nodes[22].state = b""
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 2))
    check(reply, arrays, [11, 33, 44, 55])
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 3))
    check(reply, arrays, NODES)


@pytest.mark.parametrize("forgetful", [(11, 22), NODES])
def test_too_many_lost_it(tmp_path, forgetful):
    """For example because their SuperNodes were started again. The round begins anew, which is no retry."""
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid, settings(retries=0))
    rounds.send_and_receive(train_messages(grid, arrays))
    for id in forgetful:
        grid.nodes[id].state = b""
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 2))
    check(reply, arrays, NODES)
