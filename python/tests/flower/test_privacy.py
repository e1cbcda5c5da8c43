"""What reaches the server, and what a client refuses."""

import pytest
from flwr.app import ConfigRecord, Message
from flwr.clientapp import ClientApp

import secagg
from secagg.flower import register

from .federation import evaluate, federation, initial_arrays, train, train_messages
from .round_checks import check, refusals, result

STEPS = {f"secagg-{step}-train" for step in ("open", "share", "input", "unmask")}


def test_nothing_of_a_single_client_reaches_the_server(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    result(grid, arrays)
    for message in grid.seen:
        assert message.content.metric_records == {}
        assert message.metadata.message_type in ("train", "query.secagg")
        assert set(message.content) <= STEPS | {"secagg-node"}
        for record in message.content.array_records.values():
            assert list(record) == ["message"]
            # 15 parameters, two metrics, the weight and the counts take some hundred lanes.
            assert len(record["message"].data) <= 2000


@pytest.mark.parametrize("kind", ["train", "evaluate"])
@pytest.mark.parametrize("record", ["plain", "other steps"])
def test_a_plain_request_is_refused(tmp_path, kind, record):
    """Before the app does anything."""
    done = []

    def noting(message, context):
        done.append(kind)
        return train(message, context)

    grid, arrays = federation(tmp_path, training=noting, evaluation=noting), initial_arrays()
    messages = train_messages(grid, arrays, kind=kind)
    if record == "other steps":
        for message in messages:
            message.content["secagg-open-train"] = secagg_request()
    replies = list(grid.send_and_receive(messages))
    assert all("not-secured" in reply.error.reason for reply in replies)
    assert done == []


def secagg_request():
    from secagg.flower.messages import request

    return request(bytes(32))


def test_register_alone_protects(tmp_path):
    """Whatever was registered before or after, and with any action."""
    app = ClientApp()
    app.train()(train)
    register(app)
    app.train("again")(train)
    app.evaluate()(evaluate)
    assert isinstance(app, ClientApp)
    grid, arrays = federation(tmp_path), initial_arrays()
    for node in grid.nodes.values():
        node.app = app
    for kind in ("train", "train.again", "evaluate"):
        replies = list(grid.send_and_receive(train_messages(grid, arrays, kind=kind)))
        assert all("not-secured" in reply.error.reason for reply in replies)
    [reply] = result(grid, arrays)
    check(reply, arrays, grid.nodes)


def test_register_is_called_once_for_an_app_of_the_message_api():
    app = register(ClientApp())
    with pytest.raises(TypeError, match="registered already"):
        register(app)
    with pytest.raises(TypeError, match="Message API"):
        register(ClientApp(client_fn=lambda context: None))


def test_a_policy_has_no_context_of_its_own():
    """The plug-in sets one for each session; another would look like protection."""
    with pytest.raises(TypeError, match="without an application context"):
        register(ClientApp(), policy=secagg.Policy(bytes(32)))


def test_policy_of_a_client(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    strict = secagg.Policy(minimum_contributors=6)
    grid.nodes[11].app = federation(tmp_path, nodes=[11], policy=strict).nodes[11].app
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])
    assert refusals(grid) == {11: "session"}


def test_a_node_that_has_trained_for_nobody(tmp_path):
    """A session that the node is not in is refused before it trains."""
    trained = []

    def training(message, context):
        trained.append(context.node_id)
        return train(message, context)

    grid, arrays = federation(tmp_path, training=training), initial_arrays()

    def forgotten(message, answer):
        grid.nodes[11].state = b""
        return [(0.0, answer())]

    grid.nodes[11].fates["secagg-input-train"] = forgotten
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])
    assert 11 not in trained
    assert refusals(grid) == {11: "unknown-session"}


def test_unknown_arrays_stay_with_the_app(tmp_path):
    """An app may keep records of its own in a reply: they do not leave the node."""

    def training(message, context):
        reply = train(message, context)
        reply.content["secagg-secret"] = ConfigRecord({"secret": 4242})
        return reply

    grid, arrays = federation(tmp_path, training=training), initial_arrays()
    for message in result(grid, arrays):
        assert isinstance(message, Message)
    assert all("secret" not in str(list(m.content)) for m in grid.seen if m.has_content())
