"""What clients may reply to training, and what of it the server learns when it cannot be added."""

import logging
import math
from collections import OrderedDict

import numpy
import pytest
from flwr.app import Array, ArrayRecord, Error, Message

from .federation import EXAMPLES, NODES, SHIFTS, federation, initial_arrays, train
from .round_checks import refusals, result, settings


def replying(change):
    """A client whose reply is changed before the mod sees it."""

    def training(message, context):
        reply = train(message, context)
        if context.node_id == 11:
            change(reply.content)
        return reply

    return training


def without_metrics(content):
    del content["metrics"]


def too_many_examples(content):
    content["metrics"]["num-examples"] = 4242


def no_examples(content):
    del content["metrics"]["num-examples"]


def half_an_example(content):
    content["metrics"]["num-examples"] = 12.5


def no_number_of_examples(content):
    content["metrics"]["num-examples"] = float("nan")


def negative_examples(content):
    content["metrics"]["num-examples"] = -4242


def other_arrays(content):
    content["arrays"] = ArrayRecord([numpy.full(4242, 0.1)])


def other_order(content):
    content["arrays"] = ArrayRecord(OrderedDict(reversed(list(content["arrays"].items()))))


def not_finite(content):
    content["arrays"]["bias"] = Array(numpy.full(3, numpy.nan, numpy.float32))


def several_models(content):
    content["more"] = ArrayRecord([numpy.full(3, 4242.0)])


def complex_numbers(content):
    arrays = content["arrays"]
    arrays["bias"] = Array(arrays["bias"].numpy() + 4242j)


def truncated(content):
    array = content["arrays"]["bias"]
    array.data = array.data[:-1]


def other_stype(content):
    array = content["arrays"]["bias"]
    array.stype = "pickle"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (without_metrics, "arrays"),
        (too_many_examples, "weight-too-large"),
        (no_examples, "weight"),
        (half_an_example, "weight"),
        (negative_examples, "weight"),
        (no_number_of_examples, "weight"),
        (other_arrays, "arrays"),
        (other_order, "arrays"),
        (several_models, "arrays"),
        (complex_numbers, "arrays"),
        (truncated, "arrays"),
        (other_stype, "arrays"),
        (not_finite, "not-finite"),
    ],
)
def test_the_round_goes_on_without_it(tmp_path, change, refusal):
    """The server learns of which kind a refusal is, and a limit that it has set, but nothing else."""
    grid, arrays = federation(tmp_path, training=replying(change)), initial_arrays()
    [reply] = result(grid, arrays, settings(maximum_examples=100))
    assert reply.content["metrics"]["num-examples"] == 20 + 30 + 40 + 50
    assert refusals(grid) == {11: refusal}
    [record] = [r for m in grid.seen for r in m.content.config_records.values() if "refusal" in r]
    limit = 100 if change is too_many_examples else 0
    assert dict(record) == {"version": 2, "refusal": refusal, "limit": limit}


def nan_loss(content):
    content["metrics"]["train_loss"] = float("nan")


def infinite_loss(content):
    content["metrics"]["train_loss"] = float("-inf")


def no_loss(content):
    del content["metrics"]["train_loss"]


def several_losses(content):
    content["metrics"]["train_loss"] = [4242.0, 1.0]


@pytest.mark.parametrize("change", [nan_loss, infinite_loss, no_loss, several_losses])
def test_a_node_without_a_metric_loses_the_metric_only(tmp_path, change, caplog):
    grid, arrays = federation(tmp_path, training=replying(change)), initial_arrays()
    with caplog.at_level(logging.WARNING, "flwr"):
        [reply] = result(grid, arrays)
    metrics = reply.content["metrics"]
    assert metrics["num-examples"] == 150
    expected = sum(2 * SHIFTS[id] * EXAMPLES[id] for id in NODES[1:]) / 140
    assert math.isclose(metrics["train_loss"], expected, abs_tol=1e-9)
    said = [r.getMessage() for r in caplog.records if "'train_loss'" in r.getMessage()]
    assert len(said) == (0 if change is no_loss else 1)


def test_metrics_are_exact_and_clipped_far_out(tmp_path):
    values = dict(zip(NODES, (1e-9, -123456.789, 1e12, 3, 0.1), strict=True))

    def training(message, context):
        reply = train(message, context)
        reply.content["metrics"]["train_loss"] = values[context.node_id]
        return reply

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    [reply] = result(grid, arrays)
    clipped = values | {33: 2.0**30}
    expected = sum(clipped[id] * EXAMPLES[id] for id in NODES) / 150
    assert math.isclose(reply.content["metrics"]["train_loss"], expected, abs_tol=1e-6)


def test_a_metric_that_no_node_has(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    [reply] = result(grid, arrays, settings(metrics=["f1"]))
    assert dict(reply.content["metrics"]) == {"num-examples": 150}


def test_dropped_metrics_are_in_the_logs(tmp_path, caplog):
    grid, arrays = federation(tmp_path), initial_arrays()
    with caplog.at_level(logging.WARNING, "flwr"):
        result(grid, arrays, settings(metrics=[]))
    said = [record.getMessage() for record in caplog.records]
    assert any("names no metric" in line for line in said)
    assert any("'train_loss', 'private'" in line for line in said)


@pytest.mark.parametrize("kind", [RuntimeError, FileNotFoundError])
def test_what_the_app_raises_is_the_apps(tmp_path, kind):
    def training(message, context):
        if context.node_id == 11:
            raise kind("no data today")
        return train(message, context)

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == 140
    [failed] = [m for m in grid.seen if m.has_error()]
    assert kind.__name__ in failed.error.reason and "no data today" in failed.error.reason


def test_an_app_that_replies_with_an_error(tmp_path):
    def training(message, context):
        if context.node_id == 11:
            return Message(Error(17, "no data today"), reply_to=message)
        return train(message, context)

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == 140
    [failed] = [m for m in grid.seen if m.has_error()]
    assert failed.error.code == 17


def test_the_app_sees_its_own_records_only(tmp_path):
    seen = []

    def training(message, context):
        seen.append(sorted(message.content))
        return train(message, context)

    result(federation(tmp_path, training=training), initial_arrays())
    assert seen == [["arrays", "config"]] * 5
