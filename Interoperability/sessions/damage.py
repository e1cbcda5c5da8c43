"""Damage to the encoding of messages: flipped, lost, added and repeated bytes and fields."""

import random
from collections.abc import Callable
from typing import Final

from secagg_reference.errors import LongVarint, WireError
from secagg_reference.wire import protobuf

from .choices import flipped

INSERTED: Final = (
    b"\x00\x00",  # field 0
    b"\x4b\x4c",  # a group, and others that are not closed or not opened
    b"\x4b",
    b"\x4c",
    b"\x4e",
    b"\x4b\x53\x54\x4c",
    b"\x4b\x53\x5b\x63\x6b\x6c\x64\x5c\x54\x4c",
)


def damaged(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    kind = rng.randrange(8)
    if kind == 0:
        return flipped(rng, data)
    if kind == 1:
        return data[: rng.randrange(len(data))]
    if kind == 2:
        at = rng.randrange(len(data) + 1)
        return data[:at] + rng.randbytes(rng.randint(1, 4)) + data[at:]
    return _with_damaged_field(rng, data, rng.choice([1, 1, 2, 2, 3, 4]))


def is_comparable(parse: Callable[[], object]) -> bool:
    """Whether it is specified what comes of parsing: there is no long varint."""
    try:
        parse()
    except LongVarint:
        return False
    except WireError:
        pass
    return True


def _encoded(number: int, wire_type: int, content: int | bytes) -> bytes:
    tag = protobuf.varint(number << 3 | wire_type)
    if isinstance(content, int):
        return tag + protobuf.varint(content)
    if wire_type == protobuf.LENGTH_DELIMITED:
        return tag + protobuf.varint(len(content)) + content
    return tag + content


def _with_damaged_field(rng: random.Random, data: bytes, depth: int) -> bytes:
    """Changes one field of a message, or of one that is nested in it."""
    try:
        fields = list(protobuf.fields(data))
    except WireError:
        return data + b"\x00"
    parts = [_encoded(*field) for field in fields]
    if not fields:
        return _stranger(rng)
    nested = [i for i, (_, type_, content) in enumerate(fields) if type_ == 2 and content]
    if depth in (2, 3) and nested:
        at = rng.choice([i for i in nested if fields[i][0] in range(10, 15)] or nested)
        number, wire_type, content = fields[at]
        assert isinstance(content, bytes)
        parts[at] = _encoded(number, wire_type, _with_damaged_field(rng, content, depth - 1))
        return b"".join(parts)
    at = rng.randrange(len(fields))
    if rng.random() < 0.3:
        parts.insert(at, rng.choice([parts[at], _stranger(rng), _body(rng), _empty_fields(rng)]))
    elif rng.random() < 0.3:
        rng.shuffle(parts)
    else:
        parts[at] = rng.choice(FIELD_CHANGES)(rng, *fields[at])
    return b"".join(parts)


def _stranger(rng: random.Random) -> bytes:
    """A field of another number than all known ones, or a group."""
    number = rng.choice([4, 7, 16, 20, 100, 2**29 - 1, 2**29])
    return rng.choice(
        [
            *INSERTED,
            _encoded(number, protobuf.VARINT, rng.choice([0, 1, 2**40])),
            _encoded(number, protobuf.LENGTH_DELIMITED, rng.randbytes(rng.randrange(4))),
            _encoded(number, protobuf.FIXED32, bytes(4)),
            _encoded(number, protobuf.FIXED64, bytes(8)),
        ]
    )


def _body(rng: random.Random) -> bytes:
    number = rng.choice([10, 11, 12, 13, 14])
    return _encoded(number, protobuf.LENGTH_DELIMITED, rng.choice([b"", rng.randbytes(3)]))


def _empty_fields(rng: random.Random) -> bytes:
    field = _encoded(rng.choice([1, 2, 3, 4]), protobuf.LENGTH_DELIMITED, b"")
    return field * rng.choice([3, 9, 40])


def _lost(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    return b""


def _other_value(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    if isinstance(content, int):
        near = [content + 1, 2**32 + content, (2**63 + content) % 2**64]
        return _encoded(number, wire_type, rng.choice([0, 1, 3, 2**31, 2**32 - 1, 2**32, *near]))
    if wire_type != protobuf.LENGTH_DELIMITED:
        return _encoded(number, wire_type, rng.randbytes(len(content)))
    same = len(content)
    values = [b"", content[:-1], content + b"\0", bytes(same), b"\xff" * same, rng.randbytes(same)]
    return _encoded(number, wire_type, rng.choice(values))


def _other_type(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    if wire_type == protobuf.LENGTH_DELIMITED:
        return _encoded(number, protobuf.VARINT, 7)
    return _encoded(number, protobuf.LENGTH_DELIMITED, b"\x07")


def _other_number(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    return _encoded(rng.randrange(1, 17), wire_type, content)


def _twice(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    first = _encoded(number, wire_type, content)
    return first + _other_value(rng, number, wire_type, content)


def _unpacked(rng: random.Random, number: int, wire_type: int, content: int | bytes) -> bytes:
    """Packed numbers one by one, where these bytes can be some."""
    if isinstance(content, int) or len(content) >= 20:
        return _encoded(number, wire_type, content)
    at, parts = 0, b""
    try:
        while at < len(content):
            value, at = protobuf.read_varint(content, at)
            parts += _encoded(number, protobuf.VARINT, value)
    except WireError:
        return _encoded(number, wire_type, content)
    return parts


FIELD_CHANGES: Final[tuple[Callable[[random.Random, int, int, int | bytes], bytes], ...]] = (
    _lost,
    _other_value,
    _other_type,
    _other_number,
    _twice,
    _unpacked,
)
