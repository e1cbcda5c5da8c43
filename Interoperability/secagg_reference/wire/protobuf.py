"""The syntax of protobuf: fields of a message, read and written."""

from collections.abc import Iterator
from typing import Final

from ..errors import LongVarint, WireError

VARINT: Final = 0
FIXED64: Final = 1
LENGTH_DELIMITED: Final = 2
FIXED32: Final = 5

Raw = tuple[int, int, int | bytes]
"""Number, wire type and content of a field."""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number, and where it ends."""
    value = 0
    for index in range(10):
        if at >= len(data):
            raise WireError("malformed", "a varint breaks off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if value >= 2**64 or (byte == 0 and index > 0):
                raise LongVarint
            return value, at
    raise WireError("malformed", "a varint of more than 10 bytes")


def fields(data: bytes) -> Iterator[Raw]:
    """The fields of a message in their order. Groups are malformed (step 2 of section 13)."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        if not 0 < tag >> 3 < 2**29:
            raise WireError("malformed", "field number")
        content, at = _content(data, at, tag & 7)
        yield tag >> 3, tag & 7, content


def _content(data: bytes, at: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == VARINT:
        return read_varint(data, at)
    if wire_type == LENGTH_DELIMITED:
        length, at = read_varint(data, at)
    elif wire_type in (FIXED64, FIXED32):
        length = 8 if wire_type == FIXED64 else 4
    else:
        raise WireError("malformed", f"wire type {wire_type}")
    if length > len(data) - at:
        raise WireError("malformed", "a field breaks off")
    return data[at : at + length], at + length


def varint(value: int) -> bytes:
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def put_number(number: int, value: int) -> bytes:
    return varint(number << 3 | VARINT) + varint(value) if value else b""


def put_message(number: int, value: bytes) -> bytes:
    return varint(number << 3 | LENGTH_DELIMITED) + varint(len(value)) + value


def put_bytes(number: int, value: bytes) -> bytes:
    return put_message(number, value) if value else b""


def put_packed(number: int, values: list[int]) -> bytes:
    return put_bytes(number, b"".join(varint(v) for v in values))
