"""Messages that no honest grid sends, at a client: refused before the app trains."""

from collections import OrderedDict

import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict

import secagg
from secagg.flower import RoundFailed
from secagg.flower.messages import declared_ciphers

from .federation import NODES, federation, initial_arrays, train
from .round_checks import INPUT, OPEN, SHARE, UNMASK, check, refusals, result

WRONG = [
    {"version": 3},
    {"version": None},
    {"session": None},
    {"session": "text"},
    {"session": 7},
    {"message": None},
    {"message": 7},
    {"round": "one"},
    {"metrics": "train_loss"},
    {"metrics": [1]},
    {"bounds": [1.0]},
    {"bounds": [1, 2]},
    {"bounds": [1.0, 0.0]},
    {"bounds": [1.0, float("nan")]},
    {"bounds": [1.0, float("inf")]},
    {"array-types": ["float32"]},
    {"array-types": ["float32", "complex64"]},
    {"array-types": ["float32", "int64"]},
    {"weighted-by": 1},
    {"maximum-examples": 1.5},
    {"maximum-examples": 0},
    {"maximum-examples": 1 << 32},
    {"value-bits": None},
]


def changing(step, fields):
    """What a node does with a request of which fields were changed, or taken out."""

    def fate(message, answer):
        record = dict(message.content[step])
        record.update({name: value for name, value in fields.items() if value is not None})
        for name in [name for name, value in fields.items() if value is None]:
            del record[name]
        message.content[step] = ConfigRecord(record)
        return [(0.0, answer())]

    return fate


@pytest.mark.parametrize("fields", WRONG, ids=str)
def test_training(tmp_path, fields):
    trained = []

    def training(message, context):
        trained.append(context.node_id)
        return train(message, context)

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    grid.nodes[11].fates[INPUT] = changing(INPUT, fields)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES[1:])
    assert refusals(grid) == {11: "malformed"}
    assert 11 not in trained


def other_model(message, answer):
    moved = OrderedDict(
        (name, Array((array.numpy() + 1).astype(array.numpy().dtype)))
        for name, array in message.content["arrays"].items()
    )
    message.content["arrays"] = ArrayRecord(moved)
    return [(0.0, answer())]


def other_round(message, answer):
    return changing(INPUT, {"round": 77})(message, answer)


def other_bounds(message, answer):
    return changing(INPUT, {"bounds": [1e3, 1e3]})(message, answer)


@pytest.mark.parametrize("changed", [other_model, other_round, other_bounds])
def test_a_request_of_its_own_gets_no_update(tmp_path, changed):
    """A server that sends one node another model than the others could learn that node's update from the sum
    (Pasquini et al., 2022). The node's masks are bound to what it received: they do not cancel."""
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[11].fates[INPUT] = changed
    with pytest.raises(RoundFailed, match="contradicts the number of contributors"):
        result(grid, arrays)


@pytest.mark.parametrize("phase", [OPEN, SHARE, UNMASK])
@pytest.mark.parametrize("fields", WRONG[:6], ids=str)
def test_other_rounds(tmp_path, phase, fields):
    if phase == OPEN:
        fields = {"version": fields.get("version")} if "version" in fields else {"client": "one"}
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[11].fates[phase] = changing(phase, fields)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES if phase == UNMASK else NODES[1:])
    assert refusals(grid)[11] == "malformed"


@pytest.mark.parametrize("parameters", [b"", b"nonsense"])
def test_parameters_that_are_none(tmp_path, parameters):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[11].fates[OPEN] = changing(OPEN, {"parameters": parameters})
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES[1:])
    assert refusals(grid)[11] == "session"


def test_everybody_has_chacha20():
    """Whatever a node declares: nonsense, or no ciphers at all."""
    assert declared_ciphers(RecordDict()) is None
    for declared in (0, 4, 255, "all"):
        content = RecordDict({"secagg-node": ConfigRecord({"mask-ciphers": declared})})
        known = declared & 2 if isinstance(declared, int) else 0
        assert declared_ciphers(content) == secagg.MaskCipher.CHACHA20 | secagg.MaskCipher(known)
