"""Messages that no honest grid sends, at a client: refused before the app trains."""

from collections import OrderedDict

import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict

import secagg
from secagg.flower.messages import declared_ciphers, node_record

from .federation import NODES, federation, initial_arrays, train
from .round_checks import ADVERTISE, SHARE, TRAIN, UNMASK, check, result

WRONG = [
    {"version": 2},
    {"version": None},
    {"session": None},
    {"session": "text"},
    {"message": None},
    {"message": 7},
    {"round": "one"},
    {"metric-names": "train_loss"},
    {"metric-names": []},
    {"metric-bounds": [1]},
    {"weighted-by": 1},
    {"clipping-bound": 1},
    {"maximum-examples": 1.5},
    {"value-bits": None},
]


def changing(fields):
    """What a node does with a request of which fields were changed, or taken out."""

    def fate(message, answer):
        record = dict(message.content["secagg"])
        record.update({name: value for name, value in fields.items() if value is not None})
        for name in [name for name, value in fields.items() if value is None]:
            del record[name]
        message.content["secagg"] = ConfigRecord(record)
        return [(0.0, answer())]

    return fate


@pytest.mark.parametrize("fields", WRONG, ids=str)
def test_training(tmp_path, fields):
    trained = []

    def training(message, context):
        trained.append(context.node_id)
        return train(message, context)

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    grid.nodes[11].fates[TRAIN] = changing(fields)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES[1:])
    [refused] = [m for m in grid.seen if m.has_error()]
    assert refused.error.reason.startswith("secagg: ")
    if fields != {"metric-bounds": [1]}:
        assert "Malformed" in refused.error.reason
        assert 11 not in trained


def test_a_model_of_its_own_gets_no_update(tmp_path):
    """A server that sends one node another model than the others could learn that node's update from
    the sum (Pasquini et al., 2022). The node masks nothing."""
    grid, arrays = federation(tmp_path), initial_arrays()

    def other_model(message, answer):
        moved = OrderedDict(
            (name, Array((array.numpy() + 1).astype(array.numpy().dtype)))
            for name, array in message.content["arrays"].items()
        )
        message.content["arrays"] = ArrayRecord(moved)
        return [(0.0, answer())]

    grid.nodes[11].fates[TRAIN] = other_model
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES[1:])
    [refused] = [m for m in grid.seen if m.has_error()]
    assert "Malformed" in refused.error.reason


@pytest.mark.parametrize("phase", [ADVERTISE, SHARE, UNMASK])
@pytest.mark.parametrize("fields", WRONG[:6], ids=str)
def test_other_rounds(tmp_path, phase, fields):
    if phase == ADVERTISE:
        fields = {"version": fields.get("version")} if "version" in fields else {"client": "one"}
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[11].fates[phase] = changing(fields)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES if phase == UNMASK else NODES[1:])
    [refused] = [m for m in grid.seen if m.has_error()]
    assert "Malformed" in refused.error.reason


@pytest.mark.parametrize("parameters", [b"", b"nonsense"])
def test_parameters_that_are_none(tmp_path, parameters):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[11].fates[ADVERTISE] = changing({"parameters": parameters})
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES[1:])
    [refused] = [m for m in grid.seen if m.has_error()]
    assert "MessageRefused" in refused.error.reason


def test_everybody_has_chacha20():
    """Whatever a node declares: nothing, nonsense, or no ciphers at all."""
    chacha = secagg.MaskCipher.CHACHA20
    assert declared_ciphers(RecordDict()) == chacha
    for declared in (0, 4, 255):
        record = node_record(bytes(32), secagg.MaskCipher(declared))
        known = chacha | secagg.MaskCipher(declared & 2)
        assert declared_ciphers(RecordDict({"secagg-node": record})) == known
