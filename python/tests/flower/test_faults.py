"""Nodes that do wrong with shares are named in the server's log, with and without a sum."""

import logging

import pytest
from altered_messages import damaged_first, wrong_secret, wrong_shares

from secagg.flower import RoundFailed
from secagg.flower.messages import packed

from .federation import NODES, federation, initial_arrays
from .round_checks import SHARE, UNMASK, check, result


@pytest.fixture
def warnings():
    """The texts of the log."""
    logged = []
    logger = logging.getLogger("flwr")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: logged.append(record.getMessage())
    logger.addHandler(handler)
    yield logged
    logger.removeHandler(handler)


def altering(altered, id, step):
    """What a node does whose client sends what `altered` makes of its message."""

    def fate(message, answer):
        reply = answer()
        changed = altered(reply.content[step]["message"].data, id)
        reply.content[step] = packed(bytes(changed))
        return [(0.0, reply)]

    return fate


def test_a_wrong_share(tmp_path, warnings):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[UNMASK] = altering(wrong_shares, 3, UNMASK)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert "secagg: node 33 revealed a wrong share of a secret of node 11" in warnings


def test_shares_that_do_not_open(tmp_path, warnings):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[SHARE] = altering(damaged_first, 3, SHARE)
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert [line for line in warnings if "shares" in line] == [
        "secagg: node 11 reports that the shares of node 33 do not open; one of the two is at fault"
    ]


def test_a_wrong_secret(tmp_path, warnings):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[SHARE] = altering(wrong_secret, 3, SHARE)
    with pytest.raises(RoundFailed):
        result(grid, arrays)
    assert "secagg: node 33 dealt shares of a wrong secret" in warnings
