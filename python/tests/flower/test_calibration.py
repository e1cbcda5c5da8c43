"""Bounds and weights that fit: given, or learnt from the sums."""

import logging
from collections import OrderedDict

import numpy
import pytest
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict

from secagg.flower import ConfigurationError

from .federation import federation, train_messages
from .round_checks import refusals, result, secured, settings


def model(**sizes):
    return ArrayRecord(
        OrderedDict((name, Array(numpy.zeros(size, numpy.float32))) for name, size in sizes.items())
    )


def moving(update, weight=lambda id: 1):
    """Clients that move each array by a function of node, round and name."""

    def training(message, context):
        round = message.content["config"]["server-round"]
        arrays = OrderedDict(
            (name, Array(array.numpy() + numpy.float32(update(context.node_id, round, name))))
            for name, array in message.content["arrays"].items()
        )
        metrics = MetricRecord({"num-examples": weight(context.node_id)})
        content = RecordDict({"arrays": ArrayRecord(arrays), "metrics": metrics})
        return Message(content, reply_to=message)

    return training


def moved(reply, name):
    return reply.content["arrays"][name].numpy()


@pytest.mark.parametrize("size", [1e-7, 1e-5, 1e-2, 1.0, 60.0, 250.0])
@pytest.mark.parametrize("weight", [1, 30, 100_000])
def test_updates_of_any_size_keep_their_precision(tmp_path, size, weight):
    """From the second round on to a ten-thousandth, whatever the weights. In the first round the bound is 2^14 and
    the limit of the weights 2^17: the step is 1e-6 for a weight of 1."""
    training = moving(lambda id, round, name: size * id, lambda id: weight)
    grid, arrays = federation(tmp_path, training=training), model(a=20, b=3)
    rounds = secured(grid, settings())
    mean = size * 33
    for round, precision in ((1, 1e-6 / weight + 1e-6 * mean), (2, 1e-4 * mean), (3, 1e-4 * mean)):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        assert numpy.abs(moved(reply, "a") - mean).max() < precision


def test_updates_beyond_the_first_bound_are_clipped_once(tmp_path, caplog):
    grid, arrays = federation(tmp_path, training=moving(lambda *_: 1e6)), model(a=3)
    rounds = secured(grid, settings())
    with caplog.at_level(logging.WARNING, "flwr"):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays))
    assert abs(moved(reply, "a")[0] - 2**14) < 1
    assert any("array 'a'" in text and "clipped to 16384" in text for text in texts(caplog))
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, 2))
    assert abs(moved(reply, "a")[0] - 1e6) < 1


def test_arrays_have_bounds_of_their_own(tmp_path):
    sizes = {"weight": 1e-4, "bn.running_var": 60.0}
    training = moving(lambda id, round, name: sizes[name], lambda id: 30)
    grid, arrays = federation(tmp_path, training=training), model(**{name: 5 for name in sizes})
    rounds = secured(grid, settings())
    for round in (1, 2, 3):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        for name, size in sizes.items():
            assert numpy.abs(moved(reply, name) - size).max() < 3e-4 * size


def test_bounds_follow_updates_that_grow_and_shrink(tmp_path):
    factor = {1: 1.0, 2: 1e-3, 3: 0.1, 4: 0.1, 5: 0.0, 6: 1e-3}
    training = moving(lambda id, round, name: factor[round])
    grid, arrays = federation(tmp_path, training=training), model(a=4)
    rounds = secured(grid, settings())
    found = {}
    for round in factor:
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        found[round] = float(moved(reply, "a")[0])
    assert abs(found[2] - 1e-3) < 1e-6
    # A hundredfold growth is clipped once, and the bound follows.
    assert 0.01 < found[3] < 0.1
    assert abs(found[4] - 0.1) < 1e-5
    # An array that stood still says nothing of its size.
    assert found[5] == 0 and abs(found[6] - 1e-3) < 1e-5


def test_one_node_cannot_blow_up_the_bounds(tmp_path):
    training = moving(lambda id, round, name: 1e9 if id == 11 and round == 2 else 0.01)
    grid, arrays = federation(tmp_path, training=training), model(a=4)
    rounds = secured(grid, settings())
    for round in (1, 2, 3):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        largest = 0.01 if round != 2 else 0.2
        assert moved(reply, "a").max() < 1.01 * largest
    assert abs(moved(reply, "a")[0] - 0.01) < 1e-5


def texts(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_what_is_clipped_is_counted_in_the_sum(tmp_path, caplog):
    training = moving(lambda id, round, name: 2.0 if name == "b" and id in (11, 22) else 0.5)
    grid, arrays = federation(tmp_path, training=training), model(a=20, b=70_000)
    with caplog.at_level(logging.WARNING, "flwr"):
        [reply] = result(grid, arrays, settings(clipping_bound=1.0, maximum_examples=1))
    assert "secagg: the updates of 2 of 5 nodes were clipped" in texts(caplog)
    line = "secagg: array 'b': 140000 coordinates of 2 nodes were clipped to 1"
    assert [text for text in texts(caplog) if "array" in text] == [line]
    assert abs(moved(reply, "b")[0] - (2 * 1.0 + 3 * 0.5) / 5) < 1e-5


def test_an_update_at_its_bound_is_not_clipped(tmp_path, caplog):
    grid = federation(tmp_path, training=moving(lambda id, round, name: 1.0))
    with caplog.at_level(logging.WARNING, "flwr"):
        result(grid, model(a=5), settings(clipping_bound=1.0, maximum_examples=1))
    assert not any("clipped" in text for text in texts(caplog))


def test_bounds_by_pattern(tmp_path):
    bounds = {"bn.*": 100.0, "*": 0.5}
    training = moving(lambda id, round, name: 60.0)
    grid, arrays = federation(tmp_path, training=training), model(weight=3, **{"bn.var": 3})
    [reply] = result(grid, arrays, settings(clipping_bound=bounds, maximum_examples=1))
    assert abs(moved(reply, "bn.var")[0] - 60) < 1e-4
    assert abs(moved(reply, "weight")[0] - 0.5) < 1e-6


def test_a_pattern_leaves_other_arrays_automatic(tmp_path):
    training = moving(lambda id, round, name: 60.0)
    grid, arrays = federation(tmp_path, training=training), model(weight=3, **{"bn.var": 3})
    [reply] = result(grid, arrays, settings(clipping_bound={"weight": 0.5}))
    assert abs(moved(reply, "bn.var")[0] - 60) < 1e-4
    assert abs(moved(reply, "weight")[0] - 0.5) < 1e-6


def test_settings_that_are_too_coarse_are_in_the_log(tmp_path, caplog):
    training = moving(lambda id, round, name: 1e-9)
    grid, arrays = federation(tmp_path, training=training), model(good=3, coarse=3)
    bounds = {"coarse": 8.0, "good": 1e-6}
    with caplog.at_level(logging.WARNING, "flwr"):
        result(grid, arrays, settings(clipping_bound=bounds, maximum_examples=10_000))
    assert any("array 'coarse': the mean is rounded by" in text for text in texts(caplog))
    assert not any("array 'good'" in text and "rounded" in text for text in texts(caplog))


# Weights


def test_a_limit_that_was_set_and_all_nodes_exceed(tmp_path):
    grid = federation(tmp_path, training=moving(lambda *_: 0.1, lambda id: 12_500))
    with pytest.raises(ConfigurationError, match="maximum_examples.*The limit is 10000"):
        result(grid, model(a=3), settings(maximum_examples=10_000, on_failure="skip"))
    assert set(refusals(grid).values()) == {"weight-too-large"}


def test_a_limit_that_one_node_exceeds(tmp_path, caplog):
    training = moving(lambda *_: 0.1, lambda id: 12_500 if id == 11 else 1)
    grid, arrays = federation(tmp_path, training=training), model(a=3)
    rounds = secured(grid, settings(maximum_examples=10_000))
    with caplog.at_level(logging.WARNING, "flwr"):
        for round in (1, 2, 3):
            [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
            assert reply.content["metrics"]["num-examples"] == 4
    assert any("(limit 10000)" in text for text in texts(caplog))
    assert any("node 11 has refused in each of its last 3 rounds" in text for text in texts(caplog))


def test_a_limit_that_was_not_set_follows_the_nodes(tmp_path):
    """Also where the first guess is too small for all of them."""
    training = moving(lambda *_: 0.1, lambda id: 2_000_000_000)
    grid, arrays = federation(tmp_path, training=training), model(a=3)
    rounds = secured(grid, settings(retries=1))
    for round in (1, 2):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        assert reply.content["metrics"]["num-examples"] == 5 * 2_000_000_000
        assert abs(moved(reply, "a")[0] - 0.1) < 1e-6


def test_a_node_without_examples_counts_for_nothing(tmp_path):
    training = moving(lambda id, round, name: id, lambda id: 0 if id == 55 else 1)
    grid, arrays = federation(tmp_path, training=training), model(a=3)
    [reply] = result(grid, arrays)
    assert abs(moved(reply, "a")[0] - (11 + 22 + 33 + 44) / 4) < 1e-4
    assert reply.content["metrics"]["num-examples"] == 4


def test_nodes_without_any_examples(tmp_path):
    from secagg.flower import RoundFailed

    grid = federation(tmp_path, training=moving(lambda *_: 0.1, lambda id: 0))
    with pytest.raises(RoundFailed, match="weights of all nodes are 0"):
        result(grid, model(a=3))
