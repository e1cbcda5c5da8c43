"""Evaluation goes through the secure sum, as training does."""

import logging
import math

import pytest
from flwr.app import Error, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import FedAvg
from in_process_grid import silent, unreachable

from secagg.flower import RoundFailed, SecAggGrid

from .federation import (
    EXAMPLES,
    NODES,
    SHIFTS,
    evaluate,
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import refusals, result, secured, settings

STEPS = [f"secagg-{step}-evaluate" for step in ("open", "share", "input", "unmask")]


def check(reply, contributors):
    assert set(reply.content) == {"metrics"}
    metrics = reply.content["metrics"]
    total = sum(EXAMPLES[id] for id in contributors)
    mean = sum(SHIFTS[id] * EXAMPLES[id] for id in contributors) / total
    assert set(metrics) == {"num-examples", "accuracy"}
    assert metrics["num-examples"] == total
    assert math.isclose(metrics["accuracy"], mean, abs_tol=1e-9)


def test_the_server_gets_the_mean_only(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    [reply] = result(grid, arrays, kind="evaluate")
    check(reply, NODES)
    for message in grid.seen:
        assert message.content.metric_records == {}
        for record in message.content.array_records.values():
            assert len(record["message"].data) < 1000


@pytest.mark.parametrize("fate", [silent, unreachable])
@pytest.mark.parametrize("step", STEPS)
def test_one_leaves(tmp_path, fate, step):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[step] = fate
    [reply] = result(grid, arrays, kind="evaluate")
    check(reply, NODES if step == STEPS[3] else [11, 22, 44, 55])


def test_too_few_are_left(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:3]:
        grid.nodes[id].fates["evaluate"] = silent
    with pytest.raises(RoundFailed):
        result(grid, arrays, kind="evaluate")


def test_the_example_counts_may_be_large(tmp_path):
    """They have no limit but 2^32: nothing of an evaluation is scaled by them."""

    def counting(message, context):
        reply = evaluate(message, context)
        reply.content["metrics"]["num-examples"] = 4_000_000_000 + context.node_id
        return reply

    grid, arrays = federation(tmp_path, evaluation=counting), initial_arrays()
    [reply] = result(grid, arrays, settings(maximum_examples=10), kind="evaluate")
    assert reply.content["metrics"]["num-examples"] == 5 * 4_000_000_000 + sum(NODES)


def test_a_node_that_cannot_evaluate(tmp_path):
    def failing(message, context):
        if context.node_id == 11:
            return Message(Error(17, "no data today"), reply_to=message)
        if context.node_id == 22:
            return Message(
                RecordDict({"metrics": MetricRecord({"accuracy": 1.0})}), reply_to=message
            )
        return evaluate(message, context)

    grid, arrays = federation(tmp_path, evaluation=failing), initial_arrays()
    chosen = settings(dropout_fraction=0.4)
    [reply] = result(grid, arrays, chosen, kind="evaluate")
    check(reply, [33, 44, 55])
    assert refusals(grid)[22] == "weight"


def test_opting_out_needs_both_ends(tmp_path):
    """A server that asks in the clear gets an answer only from apps that agree."""
    arrays = initial_arrays()
    plain = settings(secure_evaluation=False)
    grid = federation(tmp_path)
    replies = result(grid, arrays, plain, kind="evaluate")
    assert all("not-secured" in reply.error.reason for reply in replies)
    grid = federation(tmp_path, plain_evaluation=True)
    replies = result(grid, arrays, plain, kind="evaluate")
    assert [reply.content["metrics"]["accuracy"] for reply in replies] == list(SHIFTS.values())
    # An app that agrees takes part in secure rounds all the same, and training is never in the clear.
    [reply] = result(grid, arrays, kind="evaluate")
    check(reply, NODES)
    replies = list(grid.send_and_receive(train_messages(grid, arrays)))
    assert all("not-secured" in reply.error.reason for reply in replies)


def test_fewer_nodes_evaluate_than_train(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    for round in (1, 2, 3):
        rounds.send_and_receive(train_messages(grid, arrays, round))
        chosen = train_messages(grid, arrays, round, "evaluate")[:4]
        [reply] = rounds.send_and_receive(chosen)
        check(reply, NODES[:4])


def test_both_kinds_at_once(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    messages = train_messages(grid, arrays) + train_messages(grid, arrays, kind="evaluate")
    trained, evaluated = secured(grid).send_and_receive(messages)
    assert "arrays" in trained.content and "arrays" not in evaluated.content


def test_a_strategy_that_evaluates(tmp_path, caplog):
    grid = federation(tmp_path)
    strategy = FedAvg()
    with caplog.at_level(logging.INFO, "flwr"):
        outcome = strategy.start(
            SecAggGrid(grid, strategy, settings()), initial_arrays(), num_rounds=3
        )
    assert sorted(outcome.evaluate_metrics_clientapp) == [1, 2, 3]
    for metrics in outcome.evaluate_metrics_clientapp.values():
        assert math.isclose(metrics["accuracy"], 0.3666666666, abs_tol=1e-6)
