"""What reaches the server, and what a client refuses."""

from flwr.app import Array, ArrayRecord

import secagg

from .federation import (
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import TRAIN, check, result


def test_nothing_of_a_single_client_reaches_the_server(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    result(grid, arrays)
    for message in grid.seen:
        assert message.content.metric_records == {}
        if message.metadata.message_type == TRAIN:
            [(name, record)] = message.content.items()
            assert name == "secagg"
            assert list(record) == ["message"]
            shape = message.content["secagg"]["message"]
            # 15 parameters, a metric and a weight take 17 lanes of 32 bits; the rest is envelope.
            assert 80 <= len(shape.data) <= 250


def test_a_plain_request_to_train_is_refused(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for reply in grid.send_and_receive(train_messages(grid, arrays)):
        assert reply.has_error()
        assert "NotSecured" in reply.error.reason


def test_another_model_than_that_of_the_session_is_refused(tmp_path):
    """A server that gives one client a model of its own gets nothing from it."""
    grid, arrays = federation(tmp_path), initial_arrays()

    def marked(message, answer):
        other = {name: array.numpy() + 1 for name, array in message.content["arrays"].items()}

        message.content["arrays"] = ArrayRecord({n: Array(a) for n, a in other.items()})
        return [(0.0, answer())]

    grid.nodes[22].fates[TRAIN] = marked
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 33, 44, 55])


def test_policy_of_a_client(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    strict = secagg.Policy(minimum_contributors=6)
    grid.nodes[11].app = federation(tmp_path, nodes=[11], policy=strict).nodes[11].app
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])
