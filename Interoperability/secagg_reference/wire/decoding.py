"""As much of proto3 as the messages of `Protos/` need.

Decoding follows a schema and keeps what the checks of section 13 need to know: whether there were
unknown fields, and what was there twice. A field of a known number and another wire type is
unknown, as in all common protobuf libraries; a varint is cut to the width of its field."""

from dataclasses import dataclass, field

from ..errors import WireError
from .protobuf import LENGTH_DELIMITED, VARINT, fields, read_varint


@dataclass(frozen=True)
class Field:
    """A field; `kind` is `u32`, `u64`, `enum`, `bytes` or the schema of a nested message."""

    name: str
    kind: "str | Schema"
    repeated: bool = False
    oneof: bool = False


Schema = dict[int, Field]


@dataclass
class Message:
    """A decoded message. Absent fields have their default value, absent messages are `None`."""

    schema: Schema
    has_unknown_fields: bool = False
    repeated: set[str] = field(default_factory=set)
    """Names of byte fields that were there more than once, of which the last counts."""
    values: dict[str, "int | bytes | Message | list[int] | list[Message] | None"] = field(
        default_factory=dict
    )

    def number(self, name: str) -> int:
        value = self.values.get(name) or 0
        assert isinstance(value, int)
        return value

    def bytes(self, name: str) -> bytes:
        value = self.values.get(name) or b""
        assert isinstance(value, bytes)
        return value

    def message(self, name: str) -> "Message | None":
        value = self.values.get(name)
        assert value is None or isinstance(value, Message)
        return value

    def numbers(self, name: str) -> list[int]:
        value = self.values.get(name) or []
        assert isinstance(value, list)
        return [v for v in value if isinstance(v, int)]

    def messages(self, name: str) -> "list[Message]":
        value = self.values.get(name) or []
        assert isinstance(value, list)
        return [v for v in value if isinstance(v, Message)]


def _cut(kind: str, value: int) -> int:
    return value if kind == "u64" else value & 0xFFFFFFFF


def decode(data: bytes, schema: Schema, depth: int, into: Message | None = None) -> Message:
    """Decodes a message nested at most `depth` deep.

    Of a singular field that is there again the last value counts; messages are merged."""
    if depth == 0:
        raise WireError("malformed", "nested too deep")
    result = into or Message(schema)
    for number, wire_type, content in fields(data, depth - 1):
        known = schema.get(number)
        if known is None:
            result.has_unknown_fields = True
        elif (
            isinstance(known.kind, dict)
            and wire_type == LENGTH_DELIMITED
            and isinstance(content, bytes)
        ):
            if known.repeated:
                nested = result.messages(known.name)
                nested.append(decode(content, known.kind, depth - 1))
                result.values[known.name] = nested
            else:
                if known.oneof:
                    for other in schema.values():
                        if other.oneof and other.name != known.name:
                            result.values.pop(other.name, None)
                result.values[known.name] = decode(
                    content, known.kind, depth - 1, result.message(known.name)
                )
        elif known.kind == "bytes" and wire_type == LENGTH_DELIMITED:
            if known.name in result.values:
                result.repeated.add(known.name)
            result.values[known.name] = content
        elif (
            isinstance(known.kind, str)
            and known.kind != "bytes"
            and wire_type == VARINT
            and isinstance(content, int)
        ):
            value = _cut(known.kind, content)
            result.values[known.name] = (
                result.numbers(known.name) + [value] if known.repeated else value
            )
        elif (
            known.kind == "u32"
            and known.repeated
            and wire_type == LENGTH_DELIMITED
            and isinstance(content, bytes)
        ):
            numbers, at = result.numbers(known.name), 0
            while at < len(content):
                value, at = read_varint(content, at)
                numbers.append(_cut("u32", value))
            result.values[known.name] = numbers
        else:
            result.has_unknown_fields = True
    return result
