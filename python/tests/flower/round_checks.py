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

ADVERTISE, SHARE, TRAIN, UNMASK = (
    "query.secagg_advertise",
    "query.secagg_share",
    "train",
    "query.secagg_unmask",
)
CHOSEN = dict(
    phase_timeout=30.0,
    train_timeout=30.0,
    poll_interval=1.0,
    unmask_grace=5.0,
    metrics={"train_loss": 2.0},
    clipping_bound=1.0,
    maximum_examples=100,
    retries=0,
)


def settings(**changed):
    return SecAggSettings(**CHOSEN | changed)


def result(grid, arrays, chosen=None):
    replies = SecAggGrid(grid, chosen or settings()).send_and_receive(train_messages(grid, arrays))
    return list(replies)


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
