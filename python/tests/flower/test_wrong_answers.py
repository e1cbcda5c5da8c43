"""Answers that are damaged, empty, or not the node's own: dropped, and the round goes on."""

from flwr.app import Message, RecordDict

from .federation import (
    federation,
    initial_arrays,
)
from .round_checks import INPUT, OPEN, check, result, settings


def test_damaged_answers_are_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def damaged(message, answer):
        reply = answer()
        array = reply.content[INPUT]["message"]
        array.data = array.data[:-1] + bytes([array.data[-1] ^ 1])
        return [(0.0, reply)]

    grid.nodes[33].fates[INPUT] = damaged
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 22, 44, 55])


def test_answers_without_content_are_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def empty(message, answer):
        answer()
        return [(0.0, Message(RecordDict(), reply_to=message))]

    for phase, id in ((OPEN, 11), (INPUT, 22)):
        grid.nodes[id].fates[phase] = empty
    [reply] = result(grid, arrays, settings(minimum_contributors=3, dropout_fraction=0.4))
    check(reply, arrays, [33, 44, 55])


def test_a_reply_in_the_name_of_another_node_is_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def impersonating(message, answer):
        reply = answer()
        reply.metadata.__dict__["_src_node_id"] = 44
        return [(0.0, reply)]

    grid.nodes[33].fates[INPUT] = impersonating
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 22, 44, 55])
