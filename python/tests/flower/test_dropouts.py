"""Nodes that leave, come late, or answer again: the sum is that of those whose input arrived."""

import pytest
from flwr.app import Message, MetricRecord, RecordDict
from in_process_grid import late, silent, twice, unreachable

from .federation import (
    NODES,
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import INPUT, OPEN, QUERY, SHARE, TRAIN, UNMASK, check, result, secured, settings


def test_all_stay(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert [kind for id, kind, _ in grid.log if id == 11] == [QUERY, QUERY, TRAIN, QUERY]


@pytest.mark.parametrize("fate", [silent, unreachable], ids=["silent", "unreachable"])
@pytest.mark.parametrize(
    ("phase", "contributing"),
    [(OPEN, False), (SHARE, False), (INPUT, False), (UNMASK, True)],
)
def test_one_leaves(tmp_path, fate, phase, contributing):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[phase] = fate
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES if contributing else [11, 22, 44, 55])


def test_straggler_and_its_late_reply_in_the_next_round(tmp_path, clock):
    grid, arrays = federation(tmp_path), initial_arrays()
    rounds = secured(grid)
    grid.nodes[22].fates[INPUT] = late(60.0)
    [reply] = rounds.send_and_receive(train_messages(grid, arrays))
    check(reply, arrays, [11, 33, 44, 55])
    grid.nodes[22].fates.clear()
    clock.sleep(60.0)
    [reply] = rounds.send_and_receive(train_messages(grid, arrays, round=2))
    check(reply, arrays, NODES)


def test_slow_but_in_time(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for phase in (OPEN, SHARE, INPUT, UNMASK):
        grid.nodes[22].fates[phase] = late(10.0)
    [reply] = result(grid, arrays, settings(unmask_grace=20.0))
    check(reply, arrays, NODES)


@pytest.mark.parametrize("phase", [OPEN, SHARE, INPUT, UNMASK])
def test_repeated_replies_count_once(tmp_path, phase):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[44].fates[phase] = twice
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)


def test_all_answers_are_waited_for_within_the_grace(tmp_path):
    """A sum from all answers has wrong shares corrected; one from just enough has not."""
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[22].fates[UNMASK] = late(20.0)
    result(grid, arrays, settings(unmask_grace=3600.0, phase_timeout=3600.0))
    answered = {m.metadata.src_node_id for m in grid.seen if UNMASK in m.content}
    assert answered == set(NODES)


def test_fewer_answers_will_do_after_the_grace(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[22].fates[UNMASK] = silent
    [reply] = result(grid, arrays, settings(phase_timeout=3600.0))
    check(reply, arrays, NODES)


def test_a_clock_may_be_off_by_an_hour(tmp_path):
    """Messages count as outdated when a node's own clock says so."""
    grid, arrays = federation(tmp_path), initial_arrays()
    lifetimes = []

    def noting(message, answer):
        if message.metadata.message_type == QUERY:
            lifetimes.append(message.metadata.ttl)
        return [(0.0, answer())]

    grid.nodes[11].fates = dict.fromkeys((OPEN, SHARE, UNMASK), noting)
    result(grid, arrays)
    assert lifetimes == [30.0 + 3600.0] * 3


def test_queries_pass(tmp_path):
    grid = federation(tmp_path)

    for node in grid.nodes.values():

        @node.app.query("weather")
        def weather(message, context):
            return Message(RecordDict({"m": MetricRecord({"sun": 1})}), reply_to=message)

    messages = [Message(RecordDict(), id, "query.weather") for id in NODES]
    replies = list(secured(grid).send_and_receive(messages, timeout=1))
    assert [reply.content["m"]["sun"] for reply in replies] == [1] * 5
