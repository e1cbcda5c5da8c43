"""What server and clients agree on."""

from dataclasses import replace

import numpy
import pytest
from flwr.app import ArrayRecord, ConfigRecord

import secagg
from secagg.flower import SecAggSettings
from secagg.flower.context import session_context
from secagg.flower.messages import Kind, plan_fields, plan_of
from secagg.flower.model import ModelBytes, ModelShape
from secagg.flower.plan import RoundPlan, VectorForm
from secagg.flower.server.calibration import Calibration

from .federation import NODES, federation, initial_arrays, train_messages
from .round_checks import OPEN, check, secured


@pytest.mark.parametrize("lacking", [False, True], ids=["all have AES", "one has not"])
def test_the_cipher_is_one_that_all_have_declared(tmp_path, lacking):
    grid, arrays = federation(tmp_path), initial_arrays()
    if lacking:
        chacha = secagg.Policy(mask_ciphers=secagg.MaskCipher.CHACHA20)
        grid.nodes[11].app = federation(tmp_path, nodes=[11], policy=chacha).nodes[11].app
    offered = []

    def noting(message, answer):
        parameters = secagg.Parameters.parse(message.content[OPEN]["parameters"])
        offered.append(parameters.mask_cipher)
        return [(0.0, answer())]

    grid.nodes[22].fates[OPEN] = noting
    rounds = secured(grid)
    [reply] = rounds.send_and_receive(train_messages(grid, arrays))
    check(reply, arrays, NODES)
    common = secagg.MaskCipher.CHACHA20 if lacking else secagg.mask_ciphers()
    fastest = max(secagg.MaskCipher.CHACHA20, common & secagg.MaskCipher.AES256CTR)
    assert offered == [secagg.MaskCipher.CHACHA20, fastest]


def plan(**changed):
    usual = RoundPlan(
        kind=Kind.TRAIN,
        round=1,
        model=ModelShape.of(ArrayRecord([numpy.zeros(3)])),
        bounds=(1.0,),
        maximum_examples=10,
        metrics=("loss",),
        weighted_by_key="num-examples",
        minimum_value_bits=16,
    )
    return replace(usual, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Kind.EVALUATE},
        {"round": 2},
        {"model": ModelShape.of(ArrayRecord([numpy.zeros(3, numpy.float32)]))},
        {"metrics": ("loss", "other")},
        {"metrics": ("other",)},
        {"weighted_by_key": "other"},
        {"bounds": (2.0,)},
        {"maximum_examples": 11},
        {"minimum_value_bits": 17},
    ],
)
def test_everything_counts_in_the_input_context(changed):
    model = ModelBytes.of(ArrayRecord([numpy.zeros(3)]))
    other = ModelBytes.of(ArrayRecord([numpy.ones(3)]))
    assert plan().input_context(model) == plan().input_context(model)
    assert plan(**changed).input_context(model) != plan().input_context(model)
    assert plan().input_context(other) != plan().input_context(model)


def test_a_plan_arrives_as_it_was_sent():
    arrays = ArrayRecord([numpy.zeros(3), numpy.zeros((2, 2), numpy.int8)])
    sent = plan(model=ModelShape.of(arrays), bounds=(0.1,), metrics=("a", "b"))
    record = ConfigRecord(plan_fields(sent))
    assert plan_of(record, Kind.TRAIN, arrays) == sent


def test_the_context_is_that_of_the_specification():
    """The digest of a content as section 3 has it, computed by the second implementation."""
    from secagg_reference.parameters import application_context

    for kind in Kind:
        assert session_context(kind) == application_context(f"secagg.flower 2 {kind}".encode())
    assert session_context(Kind.TRAIN) != session_context(Kind.EVALUATE)


@pytest.mark.parametrize(
    ("nodes", "bits"), [(3, 30), (5, 29), (100, 25), (65_536, 16), (10**6, 16)]
)
def test_four_bytes_a_parameter_as_far_as_they_go(nodes, bits):
    model = ModelBytes.of(initial_arrays())
    calibration = Calibration(SecAggSettings(clipping_bound=1.0, maximum_examples=10), model)
    assert calibration.value_bits(nodes) == bits
    fedavg = VectorForm(1000, 0, bits).fedavg(nodes)
    assert fedavg.word_count <= (502 if nodes <= 65_536 else 1002)
    # As long as nothing is known of the updates, twice as many.
    first = Calibration(SecAggSettings(), model)
    assert VectorForm(1000, 0, first.value_bits(nodes)).fedavg(nodes).word_count <= 1003
