"""What a client keeps between two messages, and that it is good for one of them only."""

import copy
import os
import time

import numpy
import pytest
from flwr.app import ArrayRecord
from in_process_grid import unreachable

from secagg.flower import ConfigurationError

from .federation import (
    EXAMPLES,
    NODES,
    federation,
    initial_arrays,
    train,
    train_messages,
)
from .round_checks import INPUT, SHARE, UNMASK, check, result, secured


def answered_twice(tmp_path, phase):
    """A round in which one node gets the message of a phase twice, and its two answers."""
    grid, arrays = federation(tmp_path), initial_arrays()
    answers = []

    def handled_twice(message, answer):
        answers.extend([answer(), answer()])
        return [(0.0, answers[0])]

    grid.nodes[44].fates[phase] = handled_twice
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    return [answer.content[phase] for answer in answers[:2]]


@pytest.mark.parametrize("phase", [INPUT, UNMASK])
def test_a_client_masks_and_reveals_once(tmp_path, phase):
    """The second time it refuses, and goes on."""
    first, second = answered_twice(tmp_path, phase)
    assert "message" in first
    assert second["refusal"] == "unknown-session"


def test_a_client_repeats_its_shares(tmp_path):
    """The same message has the identical answer."""
    first, second = answered_twice(tmp_path, SHARE)
    assert second["message"].data == first["message"].data


@pytest.mark.parametrize("phase", [SHARE, INPUT, UNMASK])
@pytest.mark.parametrize("stray", [b"", b"nonsense"])
def test_a_stray_message_changes_nothing(tmp_path, phase, stray):
    grid, arrays = federation(tmp_path), initial_arrays()
    refused = []

    def disturbed(message, answer):
        damaged = copy.deepcopy(message)
        damaged.content[phase]["message"] = stray
        for other in damaged.content.config_records.keys() - {phase, "config"}:
            del damaged.content[other]
        refused.append(grid._handled(11, damaged).content[phase]["refusal"])
        return [(0.0, answer())]

    grid.nodes[11].fates[phase] = disturbed
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert set(refused) == {"unknown-session"}


def test_an_old_state_is_worth_nothing(tmp_path):
    """Bringing back the context of before the masking does not make the client mask again."""
    grid, arrays = federation(tmp_path), initial_arrays()
    kept = {}

    def remembering(message, answer):
        kept.update(state=grid.nodes[11].state, message=copy.deepcopy(message))
        return [(0.0, answer())]

    grid.nodes[11].fates[INPUT] = remembering
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    grid.nodes[11].state = kept["state"]
    again = grid._handled(11, kept["message"])
    assert again.content[INPUT]["refusal"] == "unknown-session"


def test_state_is_sealed_and_its_key_is_the_nodes_own(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[55].fates[SHARE] = unreachable
    result(grid, arrays)
    [key] = tmp_path.glob("7-55-*")
    assert key.stat().st_mode & 0o777 == 0o600
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
        assert reply.content[SHARE]["refusal"] == "unknown-session"
        return [(0.0, answer())]

    rounds = secured(grid)
    grid.nodes[11].fates[SHARE] = keeping
    rounds.send_and_receive(train_messages(grid, arrays))
    grid.nodes[11].fates = {SHARE: disturbed}
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, round=2))
    check(reply, arrays, NODES)


def keys(folder):
    """How many keys each node keeps."""
    names = [file.name.split("-")[1] for file in folder.iterdir()]
    return {id: names.count(str(id)) for id in NODES}


def test_a_node_keeps_at_most_two_keys(tmp_path):
    """Of the session under way, and of the next."""
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    grid.nodes[55].fates[SHARE] = unreachable
    for round in (1, 2, 3):
        rounds.send_and_receive(train_messages(grid, arrays, round))
        assert max(keys(tmp_path).values()) <= 2
    grid.nodes[55].fates.clear()
    for round in (4, 5):
        rounds.send_and_receive(train_messages(grid, arrays, round))
    assert keys(tmp_path) == dict.fromkeys(NODES, 1)


def test_keys_of_killed_runs_are_deleted_after_a_week(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    old, young, other_node = (tmp_path / name for name in ("3-11-aa", "4-11-bb", "3-99-cc"))
    for file in (old, young, other_node):
        file.write_bytes(bytes(32))
    week = 7 * 24 * 3600
    for file in (old, other_node):
        os.utime(file, (time.time() - week - 1, time.time() - week - 1))
    result(grid, arrays)
    assert [file.exists() for file in (old, young, other_node)] == [False, True, True]


def test_no_home(tmp_path, monkeypatch):
    """The folder can be named; otherwise the server is told what to do."""
    grid, arrays = federation(tmp_path), initial_arrays()
    for variable in ("HOME", "FLWR_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pathlib.Path.home", no_home)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    for node in grid.nodes.values():
        node.config.clear()
    with pytest.raises(ConfigurationError, match="secagg-folder in --node-config"):
        result(grid, arrays)


def no_home():
    raise RuntimeError("Could not determine home directory.")


def test_the_state_does_not_grow_with_the_model(tmp_path):
    sizes = []

    def measured(message, answer):
        reply = answer()
        sizes.append(len(grid.nodes[11].state))
        return [(0.0, reply)]

    arrays = ArrayRecord([numpy.zeros(50_000, numpy.float32)])
    grid = federation(tmp_path, training=lambda message, context: train(message, context))
    grid.nodes[11].fates[INPUT] = measured
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == sum(EXAMPLES.values())
    assert sizes[0] < 4_000
