"""The fields of a message, whatever their values: steps 2 to 5 of section 13.

The end of step 5, packed lists that break off, is left to decoding."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import WireError
from .decoding import Field, Schema
from .limits import LARGEST_LIST, VERSION
from .protobuf import LENGTH_DELIMITED, VARINT, Raw, fields

BODIES = range(10, 15)


def check_parameters(data: bytes, schema: Schema) -> None:
    """Steps 2 to 4, without `repeatedField`."""
    _check_outermost(list(fields(data)), schema)


def check_envelope(data: bytes, schema: Schema) -> None:
    """Steps 2 to 5."""
    outermost = list(_singular(fields(data)))
    _check_outermost(outermost, schema)
    for number, _, content in outermost:
        if number in BODIES and isinstance(content, bytes):
            kind = schema[number].kind
            assert isinstance(kind, dict)
            _Body(len(data)).check(content, kind)


def _singular(found: Iterator[Raw]) -> Iterator[Raw]:
    """The fields of an envelope up to the first that is repeated (step 2)."""
    seen: set[int] = set()
    has_body = False
    for field in found:
        number, wire_type, _ = field
        is_body = number in BODIES and wire_type == LENGTH_DELIMITED
        if number in seen or is_body and has_body:
            raise WireError("repeatedField", f"field {number}")
        if number < 64:
            seen.add(number)
        has_body = has_body or is_body
        yield field


def _check_outermost(found: list[Raw], schema: Schema) -> None:
    """Steps 3 and 4."""
    versions = [
        content for number, wire_type, content in found if (number, wire_type) == (1, VARINT)
    ]
    version = versions[-1] if versions else 0
    assert isinstance(version, int)
    if version & 0xFFFFFFFF != VERSION:
        raise WireError("unsupportedVersion")
    for number, wire_type, _ in found:
        _known(schema, number, wire_type)


def _known(schema: Schema, number: int, wire_type: int) -> Field:
    known = schema.get(number)
    if known is None or not known.takes(wire_type):
        raise WireError("unknownFields", f"field {number} with wire type {wire_type}")
    return known


@dataclass
class _Body:
    """Step 5: the fields of a body, counted up to the present one."""

    message_bytes: int
    direct_parts: int = 0
    """Length-delimited fields directly in the body."""
    fields: int = 0
    """Fields at all depths, without elements of lists of numbers that are not packed."""
    list_elements: int = 0

    def check(self, data: bytes, schema: Schema, is_nested: bool = False) -> None:
        for number, wire_type, content in fields(data):
            known = _known(schema, number, wire_type)
            self.direct_parts += wire_type == LENGTH_DELIMITED and not is_nested
            if known.is_list_of_numbers:
                self.list_elements += (
                    sum(byte < 0x80 for byte in content) if isinstance(content, bytes) else 1
                )
            self.fields += not (known.is_list_of_numbers and wire_type == VARINT)
            self._check_counts()
            if isinstance(content, bytes) and isinstance(known.kind, dict):
                self.check(content, known.kind, is_nested=True)

    def _check_counts(self) -> None:
        if self.direct_parts > 8 + self.message_bytes // 32:
            raise WireError("tooLarge", "fields of the body")
        if self.fields > 16 + self.message_bytes // 12:
            raise WireError("tooLarge", "fields of the body and in it")
        if self.list_elements > LARGEST_LIST:
            raise WireError("tooLarge", "list")
