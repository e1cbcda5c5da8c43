"""Flower's mods, in the app's list and on its functions: they see what the app sees, and the sum gets what they
make of it."""

import numpy
import pytest
from flwr.clientapp import ClientApp
from flwr.clientapp.mod import (
    LocalDpMod,
    arrays_size_mod,
    fixedclipping_mod,
    message_size_mod,
)
from flwr.serverapp.strategy import DifferentialPrivacyClientSideFixedClipping, FedAvg

from secagg.flower import SecAggGrid, register

from .federation import (
    EXAMPLES,
    NODES,
    SHIFTS,
    evaluate,
    expected_mean,
    federation,
    initial_arrays,
    train,
    train_messages,
    vector,
)
from .round_checks import check, result, secured, settings


def app_with(mods, place, order):
    """An app with mods in its list or on its function, registered before or after it has functions."""
    app = ClientApp(mods=mods if place == "list" else [])
    if order == "first":
        register(app)
    app.train(mods=mods if place == "function" else None)(train)
    app.evaluate()(evaluate)
    return app if order == "first" else register(app)


def with_mods(folder, mods, place="list", order="first"):
    grid = federation(folder)
    for node in grid.nodes.values():
        node.app = app_with(mods, place, order)
    return grid


PLACES = pytest.mark.parametrize("place", ["list", "function"])
ORDERS = pytest.mark.parametrize("order", ["first", "last"])


@PLACES
@ORDERS
def test_mods_that_change_nothing(tmp_path, place, order):
    grid, arrays = (
        with_mods(tmp_path, [message_size_mod, arrays_size_mod], place, order),
        initial_arrays(),
    )
    rounds = secured(grid)
    for round in (1, 2):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        check(reply, arrays, NODES)


@PLACES
@ORDERS
def test_clipping_and_noise_on_the_node(tmp_path, place, order):
    """Of each update, to a norm of 0.05; the noise is next to nothing, to see the mean."""
    mod = LocalDpMod(clipping_norm=0.05, sensitivity=1e-9, epsilon=1.0, delta=1e-5)
    grid, arrays = with_mods(tmp_path, [mod], place, order), initial_arrays()
    [reply] = result(grid, arrays)
    shift = vector(reply.content["arrays"]) - vector(arrays)
    assert abs(numpy.linalg.norm(shift) - 0.05) < 1e-4


def test_noise_is_in_the_sum(tmp_path):
    """Of known size: the mean of five nodes, weighted."""
    mod = LocalDpMod(clipping_norm=100.0, sensitivity=1.0, epsilon=5.0, delta=1e-5)
    deviation = numpy.sqrt(2 * numpy.log(1.25e5)) / 5
    grid, arrays = with_mods(tmp_path, [mod]), initial_arrays()
    noise = []
    rounds = secured(grid)
    for round in range(1, 21):
        [reply] = rounds.send_and_receive(train_messages(grid, arrays, round))
        shift = vector(reply.content["arrays"]) - vector(arrays)
        noise.append(shift - expected_mean(SHIFTS, NODES))
    weights = numpy.array(list(EXAMPLES.values())) / sum(EXAMPLES.values())
    expected = deviation * numpy.sqrt((weights**2).sum())
    # 300 numbers: a false alarm takes 5 deviations of their root mean square.
    measured = numpy.sqrt(numpy.mean(numpy.square(noise)))
    assert abs(measured / expected - 1) < 5 / numpy.sqrt(600)


@PLACES
@ORDERS
def test_clipping_that_the_strategy_asks_for(tmp_path, place, order):
    """The mod needs the one config of the strategy, without the records of secure rounds beside it."""
    grid = with_mods(tmp_path, [fixedclipping_mod], place, order)
    inner = FedAvg(fraction_evaluate=0.0)
    strategy = DifferentialPrivacyClientSideFixedClipping(inner, 1e-9, 0.05, 5)
    rounds = SecAggGrid(grid, strategy, settings(), assume_linear=True)
    outcome = strategy.start(rounds, initial_arrays(), num_rounds=2)
    shift = vector(outcome.arrays) - vector(initial_arrays())
    assert abs(numpy.linalg.norm(shift) - 0.1) < 1e-3


def test_mods_see_no_records_of_secure_rounds(tmp_path):
    seen = []

    def watching(message, context, call_next):
        seen.append((message.metadata.message_type, sorted(message.content)))
        reply = call_next(message, context)
        seen.append(("reply", sorted(reply.content)))
        return reply

    grid, arrays = with_mods(tmp_path, [watching]), initial_arrays()
    result(grid, arrays)
    assert set(map(str, seen)) == {
        str(("train", ["arrays", "config"])),
        str(("reply", ["arrays", "metrics"])),
    }


def test_the_lifespan_of_an_app(tmp_path):
    """It is around the app's own work."""
    events = []
    grid, arrays = federation(tmp_path), initial_arrays()
    app = grid.nodes[11].app

    @app.lifespan()
    def lifespan(context):
        events.append("began")
        yield
        events.append("ended")

    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert events == ["began", "ended"]
