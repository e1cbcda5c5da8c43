"""Objects that own a handle of the library."""

import copy
import gc
import pickle

import numpy
import pytest

import secagg
from secagg.binding.arguments import Memory, vector

from . import rounds


def test_closed_objects_refuse(settings, parameters):
    client, server = (
        rounds.client(parameters),
        secagg.Server(parameters),
    )
    for thing in (client, server, parameters, settings):
        thing.close()
        thing.close()
    with pytest.raises(secagg.InvalidHandle):
        client.message()
    with pytest.raises(secagg.InvalidHandle):
        server.close_round()
    with pytest.raises(secagg.InvalidHandle):
        secagg.Client(parameters, 1, secagg.Policy(bytes(32)))
    with pytest.raises(secagg.InvalidHandle):
        settings.application_context(numpy.zeros(50), round=1, task="")


def test_handles_of_another_kind(settings, parameters):
    client = rounds.client(parameters)
    with pytest.raises(secagg.InvalidHandle):
        secagg.Server(client)
    with pytest.raises(secagg.InvalidHandle):
        secagg.Client(settings, 1, secagg.Policy(bytes(32)))


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, pickle.dumps])
def test_objects_are_not_copied(parameters, copying):
    for thing in (
        parameters,
        rounds.client(parameters),
        secagg.Server(parameters),
    ):
        with pytest.raises(TypeError):
            copying(thing)


def test_messages_outlive_their_server(parameters):
    server, _ = rounds.advertising(parameters)
    message = server.message(1)
    kept = bytes(message)
    server.close()
    del server
    gc.collect()
    slice_of_it = message[3:]
    del message
    gc.collect()
    assert bytes(slice_of_it) == kept[3:]
    with pytest.raises(TypeError):
        slice_of_it[0] = 1


def test_with_block_frees(parameters):
    with rounds.client(parameters) as client:
        assert client.id == 1
    with pytest.raises(secagg.InvalidHandle):
        _ = client.id


@pytest.mark.parametrize(
    "keys",
    [
        {1: b"short"},
        {0: bytes(32)},
        {1: b"\x01" * 32, 2: b"\x01" * 32},
        {-1: bytes(32)},
        {2**32: bytes(32)},
        {1: "text"},
    ],
)
def test_directories(keys):
    with pytest.raises(secagg.InvalidArgument):
        secagg.Directory(keys)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda settings: secagg.Directory({7: bytes(31)}), "client 7: .* found 31"),
        (lambda settings: secagg.Directory({7: "text"}), "client 7: .* str"),
        (lambda settings: secagg.Parameters.parse("text"), "data: .* str"),
        (lambda settings: secagg.Parameters.parse(None), "data: .* NoneType"),
        (lambda settings: rounds.session(settings, clients=-5), "cohort_size: .* found -5"),
        (lambda settings: rounds.fedavg(bound=None), "clipping_bound: .* NoneType"),
        (lambda settings: settings.mean(None, out=numpy.zeros(3)), r"out: .* shape \(3,\)"),
        (lambda settings: settings.mean(None, out=[0.0]), "out: .* list"),
    ],
)
def test_refusals_say_what_came(settings, call, found):
    with pytest.raises(secagg.InvalidArgument, match=found):
        call(settings)


def test_what_an_object_is_can_be_read(settings, parameters):
    client = rounds.client(parameters)
    identity = secagg.Identity()
    shown = {
        "SecureFedAvg": (settings, "parameter_count=50, value_bits="),
        "Parameters": (parameters, "cohort_size=5, degree=4, threshold=2"),
        "Client": (client, "id=1, awaited=1"),
        "Server": (secagg.Server(parameters), "round=0, received=[]"),
        "Identity": (identity, "secagg.Identity"),
    }
    for name, (thing, text) in shown.items():
        assert repr(thing).startswith(f"<secagg.{name}") and text in repr(thing)
    assert identity.seed().hex() not in repr(identity)
    client.close()
    assert repr(client) == "<secagg.Client closed>"


def test_identities_are_their_seed():
    identity = secagg.Identity()
    again = secagg.Identity.from_seed(identity.seed())
    assert again.public_key == identity.public_key
    assert secagg.Identity().public_key != identity.public_key
    with pytest.raises(secagg.InvalidArgument):
        secagg.Identity.from_seed(bytes(31))


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_vectors_and_messages_are_read_where_they_are(dtype):
    values = numpy.zeros(10, dtype)
    assert numpy.shares_memory(vector(values, "values")[0], values)
    for data in (values, bytes(7), bytearray(7), memoryview(bytes(9))[2:]):
        seen = numpy.frombuffer(data, numpy.uint8)
        assert Memory(data, "data").address == seen.ctypes.data


def test_masked_arrays_are_rejected(settings):
    """What is masked would have been summed."""
    update = numpy.ma.array(numpy.zeros(50), mask=[True] + [False] * 49)
    with pytest.raises(secagg.InvalidArgument, match="a masked one; fill"):
        vector(update, "update")
    with pytest.raises(secagg.InvalidArgument):
        settings.application_context(update, round=1, task="")


def test_unaligned_numbers_are_copied(settings):
    values = numpy.frombuffer(bytes(4 * 50 + 1), numpy.uint8)[1:].view(numpy.float32)
    assert not values.flags.aligned
    numbers, _ = vector(values, "values")
    assert numbers.flags.aligned
    assert settings.application_context(values, round=1, task="") == settings.application_context(
        numpy.zeros(50), round=1, task=""
    )


def test_other_numbers_are_converted():
    for values in (
        [1, 2],
        numpy.array([1, 2], ">f4"),
        numpy.arange(6.0)[::3],
        numpy.float16([1, 2]),
    ):
        numbers, kind = vector(values, "values")
        assert numbers.dtype == numpy.dtype(kind)
        assert numbers.flags.c_contiguous
        assert numbers.tolist() == list(values)
