"""Rounds with settings that many tests share, and what has to come out of them."""

import math

import numpy

from secagg.flower import SecAggGrid, SecAggSettings

from .federation import (
    EXAMPLES,
    SHIFTS,
    expected_mean,
    train_messages,
    vector,
)

QUERY, TRAIN = "query.secagg", "train"
OPEN, SHARE, INPUT, UNMASK = (
    "secagg-open-train",
    "secagg-share-train",
    "secagg-input-train",
    "secagg-unmask-train",
)
"""Records of the steps of a round of training. Each of its exchanges carries one of them."""
CHOSEN = dict(
    phase_timeout=30.0,
    train_timeout=30.0,
    poll_interval=1.0,
    unmask_grace=5.0,
    metrics=["train_loss", "accuracy"],
    retries=0,
)


def settings(**changed):
    return SecAggSettings(**CHOSEN | changed)


def secured(grid, chosen=None):
    return SecAggGrid(grid, settings=chosen or settings(), assume_linear=True)


def result(grid, arrays, chosen=None, kind="train"):
    return list(secured(grid, chosen).send_and_receive(train_messages(grid, arrays, kind=kind)))


def check(reply, arrays, contributors):
    assert not reply.has_error()
    [(name, trained)] = reply.content.array_records.items()
    assert name == "arrays"
    assert {n: (a.shape, a.dtype) for n, a in trained.items()} == {
        n: (a.shape, a.dtype) for n, a in arrays.items()
    }
    shift = vector(trained) - vector(arrays)
    assert numpy.abs(shift - expected_mean(SHIFTS, contributors)).max() < 1e-4
    [metrics] = reply.content.metric_records.values()
    assert metrics["num-examples"] == sum(EXAMPLES[id] for id in contributors)
    assert math.isclose(
        metrics["train_loss"], 2 * expected_mean(SHIFTS, contributors), abs_tol=1e-4
    )
    assert set(metrics) == {"num-examples", "train_loss"}


def refusals(grid):
    """The last refusal of each node that refused."""
    found = {}
    for message in grid.seen:
        if message.has_error():
            word = message.error.reason.removeprefix("secagg: ").split(":")[0]
            found[message.metadata.src_node_id] = word
            continue
        for record in message.content.config_records.values():
            if "refusal" in record:
                found[message.metadata.src_node_id] = record["refusal"]
    return found
