"""The lines that documents show are those of the example."""

import re
from collections import OrderedDict

import numpy
import pytest
from conftest import REPOSITORY
from flwr.app import Array, ArrayRecord
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAvg, FedMedian

from secagg.flower import SecAggGrid, SecAggSettings

from .federation import NODES, federation, initial_arrays, train, train_messages
from .round_checks import result, settings
from .test_replies import no_examples, other_arrays, replying

EXAMPLE = REPOSITORY / "python/examples/digits/digits"


@pytest.mark.parametrize("document", ["README.md", "Docs/Flower.md", "python/README.md"])
def test_the_lines_of_an_app(document):
    text = (REPOSITORY / document).read_text()
    client, server = ((EXAMPLE / f"{n}_app.py").read_text() for n in ("client", "server"))
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    lines = [line.split("#")[0].strip() for line in blocks.splitlines() if line.strip()]
    for line in ("app = ClientApp()", "register(app)"):
        assert line in lines
        assert f"\n{line}\n" in client
    [third] = [line for line in lines if "SecAggGrid(" in line]
    assert "grid=SecAggGrid(grid, strategy" in third
    assert "grid=SecAggGrid(grid, strategy, " in server


class Mine(FedAvg):
    def aggregate_train(self, server_round, replies):
        return super().aggregate_train(server_round, replies)


def of_all(change):
    """A training whose reply is changed at every node."""
    train = replying(change)

    def training(message, context):
        node, context.node_id = context.node_id, 11
        try:
            return train(message, context)
        finally:
            context.node_id = node

    return training


def four(folder, **options):
    return federation(folder, nodes=NODES[:4], **options)


def without_a_folder(folder):
    grid = four(folder)
    blocked = folder / "a file"
    blocked.write_text("")
    for node in grid.nodes.values():
        node.config["secagg-folder"] = str(blocked / "keys")
    result(grid, initial_arrays())


def two_nodes(folder):
    grid = federation(folder, nodes=NODES[:2])
    rounds = SecAggGrid(grid, FedAvg(), settings())
    rounds.send_and_receive(train_messages(grid, initial_arrays()))


def not_registered(folder):
    grid = four(folder)
    for node in grid.nodes.values():
        node.app = ClientApp()
        node.app.train()(train)
    try:
        result(grid, initial_arrays())
    finally:
        # Nobody was asked to train.
        assert {kind for _, kind, _ in grid.log} == {"query.secagg"}


def many_examples(content):
    content["metrics"]["num-examples"] = 12_500


MISTAKES = {
    "two nodes": two_nodes,
    "`register` forgotten": not_registered,
    "FedMedian": lambda f: SecAggGrid(four(f), FedMedian()),
    "a strategy of your own": lambda f: SecAggGrid(four(f), Mine()),
    "no strategy given": lambda f: SecAggGrid(four(f)),
    "complex numbers": lambda f: result(
        four(f), ArrayRecord(OrderedDict(spectrum=Array(numpy.zeros(2, numpy.complex64))))
    ),
    "`metrics={": lambda f: SecAggSettings(metrics={"train_loss": 10.0}),
    "`maximum_examples=2": lambda f: SecAggSettings(maximum_examples=2**32),
    "more examples than": lambda f: result(
        four(f, training=of_all(many_examples)),
        initial_arrays(),
        settings(maximum_examples=10_000),
    ),
    "without `num-examples`": lambda f: result(
        four(f, training=of_all(no_examples)), initial_arrays()
    ),
    "with other arrays": lambda f: result(four(f, training=of_all(other_arrays)), initial_arrays()),
    "more dropouts": lambda f: result(four(f), initial_arrays(), settings(minimum_contributors=5)),
    "without a folder": without_a_folder,
}


def rows_of_mistakes():
    text = (REPOSITORY / "Docs/Flower.md").read_text()
    table = text[text.index("| mistake | what you see |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table]


def test_every_mistake_of_the_guide_is_tried():
    rows = [mistake for mistake, _ in rows_of_mistakes()]
    untried = [row for row in rows if not any(name in row for name in MISTAKES)]
    assert [row.split()[0] for row in untried] == ["`SecAggGrid`"]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_looks_as_the_guide_shows_it(tmp_path, name):
    [shown] = [text for mistake, text in rows_of_mistakes() if name in mistake]
    with pytest.raises(ValueError) as raised:
        MISTAKES[name](tmp_path)
    said, at = str(raised.value), 0
    for piece in shown.split("`")[1].split("..."):
        assert piece.strip("{}").strip() in said[at:], (piece, said)
        at = said.index(piece.strip("{}").strip(), at)
