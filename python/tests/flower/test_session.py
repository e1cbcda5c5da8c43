"""What server and clients agree on."""

import math

import numpy
import pytest
from flwr.app import ArrayRecord

import secagg
from secagg.flower import SecAggGrid
from secagg.flower.model_vector import ModelShape
from secagg.flower.server.training import _value_bits
from secagg.flower.update import UpdateShape

from .federation import (
    NODES,
    federation,
    initial_arrays,
    train_messages,
)
from .round_checks import ADVERTISE, check, settings


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


def test_the_application_context_is_that_of_the_specification(tmp_path):
    """The digest of a content as section 3 has it, computed by the second implementation."""
    from secagg_reference.parameters import application_context

    from secagg.flower.update import _application_context

    assert _application_context(b"content") == application_context(b"content")


@pytest.mark.parametrize(
    "wrong",
    [
        {"metrics": {"num-examples": 1.0}},
        {"metrics": {"train_loss": 0.0}},
        {"metrics": {"train_loss": math.inf}},
        {"retries": -1},
        {"on_failure": "ignore"},
        {"phase_timeout": 0.0},
        # 0 would have been no limit at all.
        {"train_timeout": 0.0},
        {"train_timeout": -1.0},
        {"unmask_grace": -1.0},
        {"poll_interval": 0.0},
        {"clipping_bound": 0.0},
        {"clipping_bound": math.nan},
        {"clipping_bound": math.inf},
        {"clipping_bound": None},
        {"maximum_examples": 0},
        {"corrupt_fraction": -1.0},
        {"dropout_fraction": 1.0},
        {"dropout_fraction": math.nan},
        {"minimum_contributors": 1},
        {"minimum_value_bits": 0},
        {"threads": -1},
    ],
)
def test_settings(wrong):
    [name] = wrong
    with pytest.raises(ValueError, match=name):
        settings(**wrong)


@pytest.mark.parametrize(
    ("nodes", "bits"), [(3, 30), (5, 29), (100, 25), (65_536, 16), (10**6, 16)]
)
def test_four_bytes_a_parameter_as_far_as_they_go(nodes, bits):
    assert _value_bits(nodes) == bits
    averaging = secagg.Averaging(
        parameter_count=1000,
        clipping_bound=1.0,
        maximum_weight=1,
        maximum_contributors=nodes,
        minimum_value_bits=bits,
    )
    assert averaging.word_count <= (502 if nodes <= 65_536 else 1002)
