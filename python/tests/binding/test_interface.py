"""The declarations for ctypes are those of the header."""

import ctypes
import re

import pytest
from conftest import REPOSITORY

from secagg import errors
from secagg.binding import calls, interface, library

HEADER = (REPOSITORY / "Sources/CSecAggABI/include/secagg.h").read_text()
CODE = re.sub(r"/\*.*?\*/", " ", HEADER, flags=re.DOTALL)
PROTOTYPES = {
    name: [" ".join(a.split()) for a in arguments.split(",")]
    for name, arguments in re.findall(r"SECAGG_API secagg_status secagg_(\w+)\s*\(([^)]*)\)", CODE)
}
NUMBERS = {
    "uint8_t": ctypes.c_uint8,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "int32_t": ctypes.c_int32,
    "secagg_status": ctypes.c_int32,
    "size_t": ctypes.c_size_t,
    "double": ctypes.c_double,
    "char": ctypes.c_char,
}
STRUCTS = {
    "secagg_failure": interface.Failure,
    "secagg_fedavg_settings": interface.FedAvgSettings,
    "secagg_fedavg_info": interface.FedAvgInfo,
    "secagg_assumptions": interface.Assumptions,
    "secagg_session_settings": interface.SessionSettings,
    "secagg_parameters_info": interface.ParametersInfo,
    "secagg_policy": interface.PolicySettings,
    "secagg_input": interface.Input,
    "secagg_fault": interface.FaultRecord,
}


def declared(argument: str) -> list[object]:
    """What ctypes may be told of an argument of the header."""
    kind = re.sub(r"\bconst\b", "", argument)
    if match := re.fullmatch(r"\s*(\w+)\s*(\*+)\s*\w+", kind):
        name, stars = match[1], len(match[2])
        if stars == 2:
            return [ctypes.POINTER(ctypes.c_void_p)]
        if name in STRUCTS:
            return [ctypes.POINTER(STRUCTS[name]), ctypes.c_void_p]
        if name == "char":
            return [ctypes.c_char_p]
        if name in NUMBERS:
            return [ctypes.POINTER(NUMBERS[name]), ctypes.c_void_p]
        return [ctypes.c_void_p]
    if re.fullmatch(r"\s*\w+\s+\w+\[32\]", kind):
        return [ctypes.c_void_p]
    match = re.fullmatch(r"\s*(\w+)\s+\w+", kind)
    assert match, argument
    return [NUMBERS.get(match[1], ctypes.c_void_p)]


def test_every_function_of_the_header_is_declared():
    assert PROTOTYPES.keys() == interface.RETURNING_STATUS.keys() | set(interface.FREEING)


@pytest.mark.parametrize("name", sorted(interface.RETURNING_STATUS))
def test_arguments(name):
    arguments = interface.RETURNING_STATUS[name]
    assert len(arguments) == len(PROTOTYPES[name])
    for told, argument in zip(arguments, PROTOTYPES[name], strict=True):
        assert told in declared(argument), argument


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_structs(name):
    body = re.search(rf"typedef struct {name} {{(.*?)}} {name};", CODE, re.DOTALL)
    assert body
    fields = [" ".join(line.split()) for line in body[1].split(";") if line.strip()]
    told = STRUCTS[name]._fields_
    assert len(fields) == len(told)
    for field, (field_name, kind) in zip(fields, told, strict=True):
        match = re.fullmatch(r"(?:const )?(\w+) (\*?)(\w+)(?:\[(\d+)\])?", field)
        assert match, field
        expected = ctypes.c_void_p if match[2] else NUMBERS[match[1]]
        assert field_name == match[3]
        assert kind == (expected * int(match[4]) if match[4] else expected), field


def test_every_status_has_an_exception():
    statuses = re.search(r"SECAGG_OK = 0,(.*?)};", CODE, re.DOTALL)
    assert statuses
    values = {int(v): n for n, v in re.findall(r"SECAGG_(\w+) = (\d+)", statuses[1])}
    told = {
        value: "".join(word.title() for word in name.split("_"))
        for value, name in values.items()
        if value != calls.BUFFER_TOO_SMALL
    }
    assert {value: kind.__name__ for value, kind in calls._ERRORS.items()} == told
    assert all(issubclass(kind, errors.Error) for kind in calls._ERRORS.values())


def test_version_of_the_interface():
    assert f"SECAGG_ABI_MAJOR {interface.ABI_MAJOR}" in CODE
    assert f"SECAGG_ABI_MINOR {interface.ABI_MINOR}" in CODE
    assert library.secagg_abi_version() >> 16 == interface.ABI_MAJOR
