"""Settings and parameters that are refused, or travel as bytes."""

import pytest

import secagg

from .rounds import session


@pytest.mark.parametrize(
    "wrong",
    [
        {"parameter_count": 0},
        {"parameter_count": 2**64 - 1},
        {"clipping_bound": 0.0},
        {"clipping_bound": -1.0},
        {"clipping_bound": float("nan")},
        {"clipping_bound": float("inf")},
        {"norm_bound": -1.0},
        {"norm_bound": 0.0},
        {"norm_bound": float("nan")},
        {"maximum_weight": 0},
        {"maximum_weight": 2**64 - 1},
        {"maximum_contributors": 0},
        {"minimum_value_bits": 0},
        {"minimum_value_bits": 65},
        {"minimum_value_bits": -1},
        {"parameter_count": -1},
        {"parameter_count": 2**64},
        {"parameter_count": 1.5},
        {"parameter_count": None},
        {"clipping_bound": "wide"},
    ],
)
def test_fedavg_settings(wrong):
    right = dict(parameter_count=10, clipping_bound=1.0, maximum_weight=10, maximum_contributors=5)
    with pytest.raises((secagg.InvalidParameters, secagg.InvalidArgument)):
        secagg.SecureFedAvg(**right | wrong)
    assert secagg.SecureFedAvg(**right).parameter_count == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"cohort_size": 2},
        {"cohort_size": 2**32},
        {"cohort_size": 2**32 + 5},
        {"threshold": 1},
        {"threshold": 5},
        {"degree": 3},
        {"degree": 0},
        {"degree": -2},
        {"minimum_contributors": 1},
        {"threat_model": 3},
        {"threat_model": "malicious"},
        {"threat_model": 2**32 + 1},
        {"mask_cipher": 2**32 + 1},
        {"mask_cipher": -1},
        {"minimum_contributors": 6},
        {"context": b"short"},
        {"context": b"x" * 33},
        {"context": None},
    ],
)
def test_session_settings(settings, wrong):
    right = dict(cohort_size=5, threshold=2, minimum_contributors=2, context=bytes(32))
    with pytest.raises((secagg.InvalidParameters, secagg.InvalidArgument)):
        secagg.Parameters(settings, **right | wrong)
    assert secagg.Parameters(settings, **right).degree == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"corrupt_fraction": 1.0},
        {"dropout_fraction": float("nan")},
        {"dropout_fraction": 0.99, "corrupt_fraction": 0.9},
        # What stands for the usual one at the library's border.
        {"dropout_fraction": -1.0},
        {"corrupt_fraction": -1.0},
        {"minimum_contributors": 0},
        {"minimum_contributors": 6},
        {"failure_bits": 0},
        {"security_bits": 0},
        {"security_bits": 10_000},
        {"cohort_size": 1},
    ],
)
def test_assumptions_that_no_session_withstands(settings, wrong):
    right = dict(cohort_size=5, context=bytes(32))
    with pytest.raises(secagg.InvalidParameters):
        secagg.Parameters.recommended(settings, **right | wrong)


def test_corrupt_clients_that_drop_out(settings):
    minima = [
        secagg.Parameters.recommended(
            settings, cohort_size=5, context=bytes(32), corrupt_clients_drop_out=silent
        ).minimum_contributors
        for silent in (False, True)
    ]
    assert minima == [5, 4]


def test_parameters_travel_as_bytes(parameters):
    read = secagg.Parameters.parse(bytes(parameters))
    for name in (
        "threat_model",
        "cohort_size",
        "degree",
        "threshold",
        "minimum_contributors",
        "maximum_contributors",
        "mask_cipher",
        "element_count",
        "word_count",
        "session_id",
        "application_context",
        "digest",
        "maximum_client_message_length",
        "maximum_server_message_length",
    ):
        assert getattr(read, name) == getattr(parameters, name), name


def test_sessions_are_never_the_same(settings):
    assert session(settings).session_id != session(settings).session_id


@pytest.mark.parametrize("data", [b"", b"\0", b"nonsense", bytes(10_000)])
def test_foreign_bytes_are_no_parameters(data):
    with pytest.raises(secagg.MessageRefused):
        secagg.Parameters.parse(data)


def test_every_flipped_bit_of_parameters_is_found(parameters):
    encoded = bytes(parameters)
    for bit in range(len(encoded) * 8):
        damaged = bytearray(encoded)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(secagg.MessageRefused):
            secagg.Parameters.parse(damaged)
