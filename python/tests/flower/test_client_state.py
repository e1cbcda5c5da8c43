"""What a client keeps between two messages, and that it is good for one of them only."""

import copy

import numpy
import pytest
from flwr.app import ArrayRecord
from in_process_grid import unreachable

from secagg.flower import SecAggGrid

from .federation import (
    EXAMPLES,
    NODES,
    federation,
    initial_arrays,
    train,
    train_messages,
)
from .round_checks import SHARE, TRAIN, UNMASK, check, result, settings


@pytest.mark.parametrize("phase", [SHARE, TRAIN, UNMASK])
def test_a_client_answers_a_message_once(tmp_path, phase):
    """The second time it refuses, and goes on."""
    grid, arrays = federation(tmp_path), initial_arrays()
    answers = []

    def handled_twice(message, answer):
        answers.extend([answer(), answer()])
        return [(0.0, answers[0])]

    grid.nodes[44].fates[phase] = handled_twice
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert [answer.has_error() for answer in answers] == [False, True]
    assert answers[1].error.reason.startswith("secagg: ")


def test_an_old_state_is_worth_nothing(tmp_path):
    """Who brings back the context of before the masking cannot make the client mask again."""
    grid, arrays = federation(tmp_path), initial_arrays()
    kept = {}

    def remembering(message, answer):
        kept.update(state=grid.nodes[11].state, message=copy.deepcopy(message))
        return [(0.0, answer())]

    grid.nodes[11].fates[TRAIN] = remembering
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    grid.nodes[11].state = kept["state"]
    again = grid._handled(11, kept["message"])
    assert again.has_error() and "Malformed" in again.error.reason
    assert list(tmp_path.iterdir()) == []


def test_state_is_sealed_and_its_key_is_the_nodes_own(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[55].fates[SHARE] = unreachable
    result(grid, arrays)
    [key] = tmp_path.iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.name.startswith("7-55-")
    assert key.read_bytes() not in grid.nodes[55].state
    assert len(key.read_bytes()) == 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    grid, arrays = federation(tmp_path), initial_arrays()

    def exposed(message, answer):
        for file in tmp_path.glob("7-11-*"):
            file.chmod(mode)
        return [(0.0, answer())]

    grid.nodes[11].fates[SHARE] = exposed
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])


def test_a_message_of_another_session_changes_nothing(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    old = []

    def keeping(message, answer):
        old.append(copy.deepcopy(message))
        return [(0.0, answer())]

    def disturbed(message, answer):
        reply = grid._handled(11, old[0])
        assert reply.has_error()
        return [(0.0, answer())]

    secured = SecAggGrid(grid, settings())
    grid.nodes[11].fates[SHARE] = keeping
    secured.send_and_receive(train_messages(grid, arrays))
    grid.nodes[11].fates = {SHARE: disturbed}
    [reply] = secured.send_and_receive(train_messages(grid, arrays, round=2))
    check(reply, arrays, NODES)


def test_nothing_is_left_of_a_session_that_a_node_left(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    secured = SecAggGrid(grid, settings())
    grid.nodes[55].fates[SHARE] = unreachable
    secured.send_and_receive(train_messages(grid, arrays))
    assert len(list(tmp_path.iterdir())) == 1
    grid.nodes[55].fates.clear()
    secured.send_and_receive(train_messages(grid, arrays, round=2))
    assert list(tmp_path.iterdir()) == []


def test_the_state_does_not_grow_with_the_model(tmp_path):
    sizes = []

    def measured(message, answer):
        reply = answer()
        sizes.append(len(grid.nodes[11].state))
        return [(0.0, reply)]

    arrays = ArrayRecord([numpy.zeros(50_000, numpy.float32)])
    grid = federation(tmp_path, training=lambda message, context: train(message, context))
    grid.nodes[11].fates[TRAIN] = measured
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == sum(EXAMPLES.values())
    assert sizes[0] < 4_000
