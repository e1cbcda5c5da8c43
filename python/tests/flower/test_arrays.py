"""Models of any type: averaged as they should be, or refused by name before any node trains."""

from collections import OrderedDict

import numpy
import pytest
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import FedAdam, FedAvg

from secagg.flower import ConfigurationError, SecAggGrid
from secagg.flower.arrays import array_of, form_of, numbers_of

from .federation import EXAMPLES, NODES, SHIFTS, expected_mean, federation
from .round_checks import result, secured, settings

WHOLE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATING = ["float16", "float32", "float64"]


def replying(change):
    """A client that changes every array by a function of its node and the array."""

    def training(message, context):
        arrays = OrderedDict(
            (name, Array(numpy.asarray(change(context.node_id, name, array.numpy()))))
            for name, array in message.content["arrays"].items()
        )
        metrics = MetricRecord({"num-examples": EXAMPLES[context.node_id]})
        content = RecordDict({"arrays": ArrayRecord(arrays), "metrics": metrics})
        return Message(content, reply_to=message)

    return training


def averaged(folder, change, **arrays):
    """The model after one round."""
    record = ArrayRecord(OrderedDict((name, Array(a)) for name, a in arrays.items()))
    grid = federation(folder, training=replying(change))
    [reply] = result(grid, record)
    return {name: array.numpy() for name, array in reply.content["arrays"].items()}


@pytest.mark.parametrize("dtype", WHOLE)
def test_equal_whole_numbers_come_back_bit_for_bit(tmp_path, dtype):
    """Over the whole range, wherever training has moved them."""
    limits = numpy.iinfo(dtype)
    before = numpy.array([0, 1, limits.min, limits.max, 0], dtype)
    after = numpy.array([391 % limits.max, 0, limits.max, limits.min, limits.max - 1], dtype)
    found = averaged(tmp_path, lambda id, name, array: after, whole=before)["whole"]
    assert found.dtype == dtype
    assert found.tolist() == after.tolist()


@pytest.mark.parametrize("dtype", WHOLE)
def test_the_mean_of_whole_numbers_is_exact(tmp_path, dtype):
    """The exact weighted mean, rounded: of numbers at random in the whole range."""
    generator = numpy.random.default_rng(11)
    limits = numpy.iinfo(dtype)
    numbers = {
        id: generator.integers(limits.min, limits.max, 40, dtype, endpoint=True) for id in NODES
    }
    found = averaged(tmp_path, lambda id, *_: numbers[id], whole=numpy.zeros(40, dtype))["whole"]
    total = sum(EXAMPLES.values())
    for place in range(40):
        exact = sum(int(numbers[id][place]) * EXAMPLES[id] for id in NODES)
        # Half a step away at most, in exact arithmetic.
        assert abs(2 * (int(found[place]) * total - exact)) <= total


def test_booleans_follow_the_weighted_majority(tmp_path):
    votes = {
        11: [True, True],
        22: [True, False],
        33: [True, False],
        44: [True, True],
        55: [True, False],
    }
    found = averaged(tmp_path, lambda id, *_: numpy.array(votes[id]), flag=numpy.zeros(2, bool))
    assert found["flag"].dtype == bool
    # 10 + 40 of 150 examples say yes to the second.
    assert found["flag"].tolist() == [True, False]


def test_a_model_with_batch_normalization(tmp_path):
    """Counters and statistics beside weights, each of its own size."""

    def change(id, name, array):
        if name == "bn.num_batches_tracked":
            return array + 391
        if name == "bn.running_var":
            return numpy.full_like(array, 60 + SHIFTS[id])
        return array + array.dtype.type(SHIFTS[id] / 100)

    model = {
        "fc.weight": numpy.full((4, 3), 0.5, numpy.float32),
        "bn.running_var": numpy.ones(4, numpy.float32),
        "bn.num_batches_tracked": numpy.array(0, numpy.int64),
    }
    found = averaged(tmp_path, change, **model)
    mean = expected_mean(SHIFTS, NODES)
    assert found["bn.num_batches_tracked"].dtype == numpy.int64
    assert found["bn.num_batches_tracked"].shape == ()
    assert found["bn.num_batches_tracked"] == 391
    assert numpy.abs(found["bn.running_var"] - (60 + mean)).max() < 1e-5
    assert numpy.abs(found["fc.weight"] - (0.5 + mean / 100)).max() < 1e-7


@pytest.mark.parametrize("dtype", FLOATING)
def test_floating_point_numbers_keep_their_type(tmp_path, dtype):
    found = averaged(
        tmp_path,
        lambda id, name, array: array + array.dtype.type(SHIFTS[id]),
        a=numpy.ones(50, dtype),
    )["a"]
    assert found.dtype == dtype
    precision = {"float16": 1e-3, "float32": 3e-7, "float64": 1e-9}[dtype]
    assert numpy.abs(found.astype(float) - 1 - expected_mean(SHIFTS, NODES)).max() < precision


def brain_array(numbers):
    """An array of bfloat16 as ml_dtypes and Flower write it."""
    form = form_of("a", Array("bfloat16", numbers.shape, "numpy.ndarray", b""))
    return array_of(numbers, form)


def test_bfloat16_is_averaged(tmp_path):
    """numpy cannot read it. Strategies get float32, nodes get bfloat16 in every round."""
    seen = []

    def training(message, context):
        array = message.content["arrays"]["a"]
        seen.append(array.dtype)
        numbers = numbers_of(array.data, form_of("a", array)) + numpy.float32(
            SHIFTS[context.node_id]
        )
        metrics = MetricRecord({"num-examples": EXAMPLES[context.node_id]})
        arrays = ArrayRecord({"a": brain_array(numbers)})
        return Message(RecordDict({"arrays": arrays, "metrics": metrics}), reply_to=message)

    grid = federation(tmp_path, training=training)
    strategy = FedAvg(fraction_evaluate=0.0)
    found = strategy.start(
        SecAggGrid(grid, strategy, settings()),
        ArrayRecord({"a": brain_array(numpy.ones(8, numpy.float32))}),
        num_rounds=3,
    ).arrays["a"]
    assert seen == ["bfloat16"] * 15
    assert numpy.abs(found.numpy() - 1 - 3 * expected_mean(SHIFTS, NODES)).max() < 0.03


def test_bfloat16_is_rounded_to_the_nearest():
    numbers = numpy.array(
        [1.0, 1 + 2**-8, 1 + 3 * 2**-8, -2.5, 0.0, numpy.inf, numpy.nan], numpy.float32
    )
    array = brain_array(numbers)
    found = numbers_of(array.data, form_of("a", array))
    # Ties go to the even neighbour.
    assert found[:6].tolist() == [1.0, 1.0, 1 + 4 * 2**-8, -2.5, 0.0, numpy.inf]
    assert numpy.isnan(found[6])


def test_the_strategy_may_change_types(tmp_path):
    """FedAdam gives float64 for float32 and for counters. Nodes get what the first model had."""
    seen = []

    def training(message, context):
        seen.append([array.dtype for array in message.content["arrays"].values()])
        return replying(lambda id, name, array: array + 1)(message, context)

    grid = federation(tmp_path, training=training)
    strategy = FedAdam(fraction_evaluate=0.0)
    model = {
        "w": numpy.zeros(3, numpy.float32),
        "n": numpy.zeros(1, numpy.int64),
        "b": numpy.zeros(1, bool),
    }
    record = ArrayRecord(OrderedDict((name, Array(array)) for name, array in model.items()))

    outcome = strategy.start(SecAggGrid(grid, strategy, settings()), record, num_rounds=3)
    assert seen == [["float32", "int64", "bool"]] * 15
    assert sorted(outcome.train_metrics_clientapp) == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("spectrum", Array(numpy.full(2, 2 + 5j, numpy.complex64))),
        ("spectrum", Array(numpy.full(2, 2 + 5j, numpy.complex128))),
        ("time", Array(numpy.array(["2020-01-01"], "datetime64[D]"))),
        ("delay", Array(numpy.array([1], "timedelta64[s]"))),
        ("label", Array(numpy.array(["a"]))),
        ("blob", Array(numpy.array([b"a"]))),
        ("record", Array(numpy.zeros(1, "i4,f4"))),
        ("tree", Array("uint8", (3,), "json", b"{1}")),
        ("float8", Array("float8_e4m3fn", (1,), "numpy.ndarray", b"a")),
    ],
)
def test_other_types_are_refused_by_name(tmp_path, name, array):
    grid = federation(tmp_path)
    arrays = ArrayRecord(OrderedDict(good=Array(numpy.zeros(3, numpy.float32))) | {name: array})
    with pytest.raises(ConfigurationError, match=f"found '{name}' \\("):
        result(grid, arrays)
    assert grid.log == []


@pytest.mark.parametrize("record", [ArrayRecord(), ArrayRecord([numpy.zeros(0)])])
def test_an_empty_model_is_refused(tmp_path, record):
    grid = federation(tmp_path)
    with pytest.raises(ConfigurationError, match="found none"):
        result(grid, record)


def test_arrays_in_other_orders_of_bytes_and_places(tmp_path):
    """Big-endian, transposed and empty arrays."""
    model = {
        "big": numpy.arange(6, dtype=">f4"),
        "fortran": numpy.asfortranarray(numpy.arange(12, dtype=numpy.float64).reshape(3, 4)),
        "empty": numpy.zeros((0, 3), numpy.float32),
        "none": numpy.zeros((2, 0), numpy.int64),
        "scalar": numpy.array(2.5, numpy.float32),
    }
    found = averaged(
        tmp_path,
        lambda id, name, array: (
            array + array.dtype.type(1 if array.dtype.kind == "i" else SHIFTS[id])
        ),
        **model,
    )
    mean = expected_mean(SHIFTS, NODES)
    for name, before in model.items():
        assert found[name].shape == before.shape
        assert numpy.abs(found[name] - before - (mean if before.size else 0)).max(initial=0) < 1e-5


@pytest.mark.parametrize(
    ("change", "good"),
    [
        (lambda array: array.astype(numpy.float64) + 5, True),
        (lambda array: array.astype(numpy.int32) + 5, True),
        (lambda array: array + 0.5, False),
        (lambda array: array.astype(numpy.float64) * numpy.nan, False),
        (lambda array: array.astype(numpy.int64) + 300, False),
    ],
)
def test_a_node_may_change_types_but_not_kinds(tmp_path, change, good):
    """A counter of int8 that comes back as whole numbers of another type."""
    before = numpy.ones(3, numpy.int8)

    def changed(id, name, array):
        return change(array) if id == 11 else (array + 5).astype(numpy.int8)

    record = ArrayRecord(OrderedDict(n=Array(before)))
    grid = federation(tmp_path, training=replying(changed))
    [reply] = secured(grid).send_and_receive(
        [Message(RecordDict({"arrays": record}), id, "train") for id in NODES]
    )
    assert reply.content["arrays"]["n"].numpy().tolist() == [6] * 3
    assert reply.content["metrics"]["num-examples"] == (150 if good else 140)
