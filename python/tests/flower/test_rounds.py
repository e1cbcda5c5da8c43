"""One round of training through the grid: what the strategy gets, whoever leaves and whenever."""

import copy
import logging
import math

import numpy
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, RecordDict
from in_process_grid import late, silent, twice, unreachable

import secagg
from secagg.flower import RoundFailed, SecAggGrid, SecAggSettings
from secagg.flower.model_vector import ModelShape
from secagg.flower.update import UpdateShape

from .federation import (
    EXAMPLES,
    NODES,
    SHIFTS,
    expected_mean,
    federation,
    initial_arrays,
    train,
    train_messages,
    vector,
)

ADVERTISE, SHARE, TRAIN, UNMASK = (
    "query.secagg_advertise",
    "query.secagg_share",
    "train",
    "query.secagg_unmask",
)
FAST = dict(
    phase_timeout=0.3,
    train_timeout=0.3,
    poll_interval=0.01,
    unmask_grace=0.05,
    metrics={"train_loss": 2.0},
    clipping_bound=1.0,
    maximum_examples=100,
    retries=0,
)


def settings(**changed):
    return SecAggSettings(**FAST | changed)


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


def test_all_stay(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert [kind for id, kind in grid.log if id == 11] == [ADVERTISE, SHARE, TRAIN, UNMASK]


@pytest.mark.parametrize("fate", [silent, unreachable], ids=["silent", "unreachable"])
@pytest.mark.parametrize(
    ("phase", "contributing"),
    [(ADVERTISE, False), (SHARE, False), (TRAIN, False), (UNMASK, True)],
)
def test_one_leaves(tmp_path, fate, phase, contributing):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[33].fates[phase] = fate
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES if contributing else [11, 22, 44, 55])


def test_straggler_and_its_late_reply_in_the_next_round(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    secured = SecAggGrid(grid, settings())
    grid.nodes[22].fates[TRAIN] = late(0.6)
    [reply] = secured.send_and_receive(train_messages(grid, arrays))
    check(reply, arrays, [11, 33, 44, 55])
    grid.nodes[22].fates.clear()
    [reply] = secured.send_and_receive(train_messages(grid, arrays, round=2))
    check(reply, arrays, NODES)


def test_slow_but_in_time(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for phase in (ADVERTISE, SHARE, TRAIN, UNMASK):
        grid.nodes[22].fates[phase] = late(0.1)
    [reply] = result(grid, arrays, settings(unmask_grace=1.0))
    check(reply, arrays, NODES)


@pytest.mark.parametrize("phase", [ADVERTISE, SHARE, TRAIN, UNMASK])
def test_repeated_replies_count_once(tmp_path, phase):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[44].fates[phase] = twice
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)


@pytest.mark.parametrize("phase", [SHARE, TRAIN, UNMASK])
def test_a_client_answers_a_message_once(tmp_path, phase):
    """The second time it refuses, and goes on."""
    grid, arrays = federation(tmp_path), initial_arrays()
    answers = []

    def handled_twice(message, answer):
        answers.extend([answer(), answer()])
        return [(0.0, answers[0])]

    grid.nodes[44].fates[phase] = handled_twice
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    assert [answer.has_error() for answer in answers] == [False, True]
    assert answers[1].error.reason.startswith("secagg: ")


def test_an_old_state_is_worth_nothing(tmp_path):
    """Who brings back the context of before the masking cannot make the client mask again."""
    grid, arrays = federation(tmp_path), initial_arrays()
    kept = {}

    def remembering(message, answer):
        kept.update(state=grid.nodes[11].state, message=copy.deepcopy(message))
        return [(0.0, answer())]

    grid.nodes[11].fates[TRAIN] = remembering
    [reply] = result(grid, arrays)
    check(reply, arrays, NODES)
    grid.nodes[11].state = kept["state"]
    again = grid._handled(11, kept["message"])
    assert again.has_error() and "Malformed" in again.error.reason
    assert list(tmp_path.iterdir()) == []


def test_state_is_sealed_and_its_key_is_the_nodes_own(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[55].fates[SHARE] = unreachable
    result(grid, arrays)
    [key] = tmp_path.iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.name.startswith("7-55-")
    assert key.read_bytes() not in grid.nodes[55].state
    assert len(key.read_bytes()) == 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    grid, arrays = federation(tmp_path), initial_arrays()

    def exposed(message, answer):
        for file in tmp_path.glob("7-11-*"):
            file.chmod(mode)
        return [(0.0, answer())]

    grid.nodes[11].fates[SHARE] = exposed
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])


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
        from flwr.app import Array

        message.content["arrays"] = ArrayRecord({n: Array(a) for n, a in other.items()})
        return [(0.0, answer())]

    grid.nodes[22].fates[TRAIN] = marked
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 33, 44, 55])


def test_too_few_for_a_sum(tmp_path, caplog):
    grid, arrays = federation(tmp_path, nodes=NODES[:2]), initial_arrays()
    with caplog.at_level(logging.ERROR, logger="flwr"):
        assert result(grid, arrays) == []


def failing(tmp_path):
    """Three of five leave in training: a sum of two is not released."""
    grid = federation(tmp_path)
    for id in NODES[:3]:
        grid.nodes[id].fates[TRAIN] = silent
    return grid


def test_a_round_without_a_sum_is_skipped_loudly(tmp_path, monkeypatch):
    grid, arrays = failing(tmp_path), initial_arrays()
    logged = []
    logger = logging.getLogger("flwr")
    handler = logging.Handler()
    handler.emit = logged.append
    logger.addHandler(handler)
    try:
        assert result(grid, arrays) == []
    finally:
        logger.removeHandler(handler)
    errors = [record.getMessage() for record in logged if record.levelno == logging.ERROR]
    assert any("SKIPPED" in message for message in errors)


def test_a_round_without_a_sum_raises_if_wanted(tmp_path):
    grid, arrays = failing(tmp_path), initial_arrays()
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(on_failure="raise"))


def test_a_round_is_tried_again_with_those_who_are_there(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:2]:
        grid.nodes[id].fates[TRAIN] = silent
    chosen = settings(retries=1, minimum_contributors=3, dropout_fraction=0.0)
    [reply] = result(grid, arrays, chosen)
    check(reply, arrays, NODES[2:])


def test_damaged_answers_are_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def damaged(message, answer):
        reply = answer()
        array = reply.content["secagg"]["message"]
        array.data = array.data[:-1] + bytes([array.data[-1] ^ 1])
        return [(0.0, reply)]

    grid.nodes[33].fates[TRAIN] = damaged
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 22, 44, 55])


def test_answers_without_content_are_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def empty(message, answer):
        answer()
        return [(0.0, Message(RecordDict(), reply_to=message))]

    for phase, id in ((ADVERTISE, 11), (TRAIN, 22)):
        grid.nodes[id].fates[phase] = empty
    [reply] = result(grid, arrays, settings(minimum_contributors=3, dropout_fraction=0.4))
    check(reply, arrays, [33, 44, 55])


@pytest.mark.parametrize("lacking", [False, True], ids=["all have AES", "one has not"])
def test_the_cipher_is_one_that_all_have_declared(tmp_path, lacking):
    grid, arrays = federation(tmp_path), initial_arrays()
    if lacking:
        chacha = secagg.Policy(mask_ciphers=secagg.MaskCipher.CHACHA20)
        grid.nodes[11].app = federation(tmp_path, nodes=[11], policy=chacha).nodes[11].app
    offered = []

    def noting(message, answer):
        parameters = secagg.Parameters.parse(message.content["secagg"]["parameters"])
        offered.append(parameters.mask_cipher)
        return [(0.0, answer())]

    grid.nodes[22].fates[ADVERTISE] = noting
    secured = SecAggGrid(grid, settings())
    for round in (1, 2):
        [reply] = secured.send_and_receive(train_messages(grid, arrays, round))
        check(reply, arrays, NODES)
    common = secagg.MaskCipher.CHACHA20 if lacking else secagg.mask_ciphers()
    fastest = max(secagg.MaskCipher.CHACHA20, common & secagg.MaskCipher.AES256CTR)
    assert offered == [secagg.MaskCipher.CHACHA20, fastest]


def test_policy_of_a_client(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    strict = secagg.Policy(minimum_contributors=6)
    grid.nodes[11].app = federation(tmp_path, nodes=[11], policy=strict).nodes[11].app
    [reply] = result(grid, arrays)
    check(reply, arrays, [22, 33, 44, 55])


def test_other_messages_pass(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    record = RecordDict({"arrays": arrays, "config": ConfigRecord({"server-round": 1})})
    messages = [Message(record, id, "evaluate") for id in NODES]
    replies = list(SecAggGrid(grid, settings()).send_and_receive(messages, timeout=1))
    assert [reply.content["metrics"]["accuracy"] for reply in replies] == [0.5] * 5


def test_different_models_cannot_be_summed(tmp_path):
    grid = federation(tmp_path)
    messages = train_messages(grid, initial_arrays())
    other = RecordDict({"arrays": ArrayRecord([numpy.zeros(3)]), "config": ConfigRecord()})
    messages[1] = Message(other, NODES[1], "train")
    with pytest.raises(ValueError, match="different models"):
        SecAggGrid(grid, settings()).send_and_receive(messages)


def test_a_message_of_another_session_changes_nothing(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    old = []

    def keeping(message, answer):
        old.append(copy.deepcopy(message))
        return [(0.0, answer())]

    def disturbed(message, answer):
        reply = grid._handled(11, old[0])
        assert reply.has_error()
        return [(0.0, answer())]

    secured = SecAggGrid(grid, settings())
    grid.nodes[11].fates[SHARE] = keeping
    secured.send_and_receive(train_messages(grid, arrays))
    grid.nodes[11].fates = {SHARE: disturbed}
    [reply] = secured.send_and_receive(train_messages(grid, arrays, round=2))
    check(reply, arrays, NODES)


def test_nothing_is_left_of_a_session_that_a_node_left(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    secured = SecAggGrid(grid, settings())
    grid.nodes[55].fates[SHARE] = unreachable
    secured.send_and_receive(train_messages(grid, arrays))
    assert len(list(tmp_path.iterdir())) == 1
    grid.nodes[55].fates.clear()
    secured.send_and_receive(train_messages(grid, arrays, round=2))
    assert list(tmp_path.iterdir()) == []


def test_the_state_does_not_grow_with_the_model(tmp_path):
    sizes = []

    def measured(message, answer):
        reply = answer()
        sizes.append(len(grid.nodes[11].state))
        return [(0.0, reply)]

    arrays = ArrayRecord([numpy.zeros(50_000, numpy.float32)])
    grid = federation(tmp_path, training=lambda message, context: train(message, context))
    grid.nodes[11].fates[TRAIN] = measured
    [reply] = result(grid, arrays)
    assert reply.content["metrics"]["num-examples"] == sum(EXAMPLES.values())
    assert sizes[0] < 4_000


def test_a_reply_in_the_name_of_another_node_is_dropped(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()

    def impersonating(message, answer):
        reply = answer()
        reply.metadata.__dict__["_src_node_id"] = 44
        return [(0.0, reply)]

    grid.nodes[33].fates[TRAIN] = impersonating
    [reply] = result(grid, arrays)
    check(reply, arrays, [11, 22, 44, 55])


def test_all_answers_are_waited_for_within_the_grace(tmp_path):
    """A sum from all answers has wrong shares corrected; one from just enough has not."""
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[22].fates[UNMASK] = late(0.2)
    result(grid, arrays, settings(unmask_grace=3600.0, phase_timeout=3600.0))
    answered = {m.metadata.src_node_id for m in grid.seen if m.metadata.message_type == UNMASK}
    assert answered == set(NODES)


def test_fewer_answers_will_do_after_the_grace(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    grid.nodes[22].fates[UNMASK] = silent
    [reply] = result(grid, arrays, settings(phase_timeout=3600.0))
    check(reply, arrays, NODES)


def test_too_few_answers(tmp_path):
    grid, arrays = federation(tmp_path), initial_arrays()
    for id in NODES[:4]:
        grid.nodes[id].fates[UNMASK] = silent
    with pytest.raises(RoundFailed):
        result(grid, arrays, settings(on_failure="raise"))


def test_messages_do_not_outlive_their_phase(tmp_path):
    """A node that comes back does not work on what nobody waits for."""
    grid, arrays = federation(tmp_path), initial_arrays()
    lifetimes = {}

    def noting(message, answer):
        lifetimes[message.metadata.message_type] = message.metadata.ttl
        return [(0.0, answer())]

    grid.nodes[11].fates = dict.fromkeys((ADVERTISE, SHARE, UNMASK), noting)
    result(grid, arrays)
    assert lifetimes == dict.fromkeys((ADVERTISE, SHARE, UNMASK), 0.6)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": numpy.ones(3)},
        {"round": 2},
        {"metrics": (("loss", 2.0),)},
        {"metrics": (("other", 1.0),)},
        {"weighted_by_key": "other"},
        {"clipping_bound": 2.0},
        {"maximum_examples": 11},
        {"minimum_value_bits": 17},
    ],
)
def test_everything_counts_in_the_application_context(changed):
    def context(model=None, round=1, **fields):
        arrays = ArrayRecord([numpy.zeros(3) if model is None else model])
        usual = dict(
            metrics=(("loss", 1.0),),
            weighted_by_key="num-examples",
            clipping_bound=1.0,
            maximum_examples=10,
            minimum_value_bits=16,
        )
        shape = UpdateShape(model=ModelShape.of(arrays), **usual | fields)
        return shape.context(arrays, round)

    assert context() == context()
    assert context(**changed) != context()


@pytest.mark.parametrize(
    "wrong",
    [
        {"metrics": {"num-examples": 1.0}},
        {"metrics": {"train_loss": 0.0}},
        {"metrics": {"train_loss": math.inf}},
        {"retries": -1},
        {"on_failure": "ignore"},
        {"phase_timeout": 0.0},
    ],
)
def test_settings(wrong):
    with pytest.raises(ValueError):
        settings(**wrong)


def test_the_application_context_is_that_of_the_specification(tmp_path):
    """The digest of a content as section 3 has it, computed by the second implementation."""
    from secagg_reference.parameters import application_context

    from secagg.flower.update import _application_context

    assert _application_context(b"content") == application_context(b"content")
