"""A small federation: each node moves the model by a number of its own."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from in_process_grid import InProcessGrid, Node

from secagg.flower import register

NODES = (11, 22, 33, 44, 55)
SHIFTS = {id: number / 10 for number, id in enumerate(NODES, start=1)}
EXAMPLES = {id: 10 * number for number, id in enumerate(NODES, start=1)}


def initial_arrays() -> ArrayRecord:
    generator = numpy.random.default_rng(5)
    return ArrayRecord(
        OrderedDict(
            weight=Array(generator.normal(size=(4, 3)).astype(numpy.float32)),
            bias=Array(numpy.zeros(3, numpy.float32)),
        )
    )


def vector(arrays: ArrayRecord) -> numpy.ndarray:
    return numpy.concatenate([array.numpy().reshape(-1) for array in arrays.values()])


def train(message: Message, context: Context) -> Message:
    id = context.node_id
    moved = OrderedDict(
        (name, Array((array.numpy() + SHIFTS[id]).astype(array.numpy().dtype)))
        for name, array in message.content["arrays"].items()
    )
    metrics: dict[str, Any] = {
        "num-examples": EXAMPLES[id],
        "train_loss": SHIFTS[id] * 2,
        "private": float(id),
    }
    reply = RecordDict({"arrays": ArrayRecord(moved), "metrics": MetricRecord(metrics)})
    return Message(reply, reply_to=message)


def secure_app(
    training: Any = train, evaluation: Any = None, mods: Any = (), **options: Any
) -> ClientApp:
    app = ClientApp(mods=list(mods))
    register(app, **options)
    app.train()(training)
    app.evaluate()(evaluation or evaluate)
    return app


def evaluate(message: Message, context: Context) -> Message:
    metrics: dict[str, Any] = {
        "num-examples": EXAMPLES[context.node_id],
        "accuracy": SHIFTS[context.node_id],
    }
    content = RecordDict({"metrics": MetricRecord(metrics)})
    return Message(content, reply_to=message)


def federation(folder: Path, nodes: Any = NODES, **options: Any) -> InProcessGrid:
    config = {"secagg-folder": str(folder)}
    return InProcessGrid({id: Node(secure_app(**options), config) for id in nodes})


def train_messages(
    grid: InProcessGrid, arrays: ArrayRecord, round: int = 1, kind: str = "train"
) -> list[Message]:
    config = ConfigRecord({"server-round": round})
    record = RecordDict({"arrays": arrays, "config": config})
    return [Message(record, id, kind) for id in grid.get_node_ids()]


def expected_mean(values: dict[int, float], ids: Any) -> float:
    total = sum(EXAMPLES[id] for id in ids)
    return sum(values[id] * EXAMPLES[id] for id in ids) / total
