"""What clients may reply to training, and what of it the server learns when it cannot be added."""

from collections import OrderedDict

import numpy
import pytest
from flwr.app import Array, ArrayRecord, Error, Message, MetricRecord, RecordDict

import secagg
from secagg.flower.client.refusal import answering

from .federation import NODES, federation, initial_arrays, train, train_messages
from .round_checks import result, settings


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


def no_loss(content):
    del content["metrics"]["train_loss"]


def several_losses(content):
    content["metrics"]["train_loss"] = [4242.0, 1.0]


def not_finite(content):
    content["arrays"]["bias"] = Array(numpy.full(3, numpy.nan, numpy.float32))


def infinite_loss(content):
    content["metrics"]["train_loss"] = float("inf")


@pytest.mark.parametrize(
    "change",
    [
        without_metrics,
        too_many_examples,
        no_examples,
        half_an_example,
        negative_examples,
        no_number_of_examples,
        other_arrays,
        other_order,
        no_loss,
        several_losses,
        not_finite,
        infinite_loss,
    ],
)
def test_the_round_goes_on_without_it(tmp_path, change):
    grid, arrays = federation(tmp_path, training=replying(change)), initial_arrays()
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == 20 + 30 + 40 + 50
    [refused] = [m for m in grid.seen if m.has_error()]
    assert refused.metadata.src_node_id == 11
    assert refused.error.reason.startswith("secagg: ")
    assert "4242" not in refused.error.reason


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


@pytest.mark.parametrize("bound", [{"clipping_bound": 0.2}, {"metrics": {"train_loss": 0.1}}, {}])
def test_clipping_is_in_the_log_of_the_node(tmp_path, bound, monkeypatch):
    logged = []
    monkeypatch.setattr(
        "secagg.flower.update.log", lambda level, text, *values: logged.append(text % values)
    )
    grid, arrays = federation(tmp_path), initial_arrays()
    result(grid, arrays, settings(**bound))
    assert any("clipped" in line for line in logged) == bool(bound)


def test_whole_numbers_and_double_precision(tmp_path):
    """Counters of a model stay whole, and double precision is not lost."""
    initial = ArrayRecord(
        OrderedDict(
            counter=Array(numpy.full(50, 7, numpy.int64)),
            wide=Array(numpy.array([0.125, 1e6 + 1e-3], numpy.float64)),
            half=Array(numpy.array([1.5], numpy.float16)),
        )
    )

    def training(message, context):
        arrays = message.content["arrays"]
        moved = OrderedDict(
            counter=Array(arrays["counter"].numpy() + 1),
            wide=Array(arrays["wide"].numpy() + 0.5),
            half=Array((arrays["half"].numpy() + 0.5).astype(numpy.float16)),
        )
        metrics = MetricRecord({"num-examples": 1, "train_loss": 0.0})
        return Message(RecordDict({"arrays": ArrayRecord(moved), "m": metrics}), reply_to=message)

    grid = federation(tmp_path, training=training)
    [reply] = result(grid, initial, settings(maximum_examples=1, clipping_bound=2.0))
    trained = reply.content["arrays"]
    assert trained["counter"].numpy().tolist() == [8] * 50
    assert trained["counter"].dtype == "int64"
    assert numpy.abs(trained["wide"].numpy() - [0.625, 1e6 + 0.501]).max() < 1e-5
    assert trained["half"].numpy().tolist() == [2.0]
    assert train_messages(grid, initial)[0].metadata.dst_node_id in NODES


def test_what_an_error_says_stays_at_the_client():
    """Errors of the library name numbers that only the client knows."""
    message = Message(RecordDict(), 11, "train")

    def refuse():
        raise secagg.InvalidUpdate("the client's weight is 4242")

    reply = answering(message, refuse)
    assert reply.error.reason == "secagg: InvalidUpdate, see the log of the node"


def test_the_app_sees_its_own_records_only(tmp_path):
    seen = []

    def training(message, context):
        seen.append(sorted(message.content))
        return train(message, context)

    result(federation(tmp_path, training=training), initial_arrays())
    assert seen == [["arrays", "config"]] * 5
