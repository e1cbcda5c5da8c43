"""As much of proto3 as the messages of `Protos/` need.

Decoding follows a schema, passes over unknown fields, and keeps which byte fields were there twice.
A varint is cut to the width of its field."""

from dataclasses import dataclass, field

from .protobuf import LENGTH_DELIMITED, VARINT, fields, read_varint


@dataclass(frozen=True)
class Field:
    """A field; `kind` is `u32`, `u64`, `enum`, `bytes` or the schema of a nested message."""

    name: str
    kind: "str | Schema"
    repeated: bool = False

    @property
    def is_list_of_numbers(self) -> bool:
        return self.kind == "u32" and self.repeated

    def takes(self, wire_type: int) -> bool:
        """Whether the field is known with this wire type (step 4 of section 13)."""
        if self.kind == "bytes" or isinstance(self.kind, dict):
            return wire_type == LENGTH_DELIMITED
        return wire_type == VARINT or self.is_list_of_numbers and wire_type == LENGTH_DELIMITED


Schema = dict[int, Field]


@dataclass
class Message:
    """A decoded message. Absent fields have their default value, absent messages are `None`."""

    schema: Schema
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

    def append(self, name: str, items: "list[int] | list[Message]") -> None:
        """Adds to a list in place: a copy for each element would be quadratic work."""
        value = self.values.setdefault(name, [])
        assert isinstance(value, list)
        value.extend(items)

    def messages(self, name: str) -> "list[Message]":
        value = self.values.get(name) or []
        assert isinstance(value, list)
        return [v for v in value if isinstance(v, Message)]


def _cut(kind: str, value: int) -> int:
    return value if kind == "u64" else value & 0xFFFFFFFF


def _packed(content: bytes) -> list[int]:
    """The elements of a packed `repeated uint32` (the end of step 5 of section 13)."""
    numbers, at = [], 0
    while at < len(content):
        value, at = read_varint(content, at)
        numbers.append(_cut("u32", value))
    return numbers


def decode(data: bytes, schema: Schema, into: Message | None = None) -> Message:
    """Of a singular field that is there again the last value counts; messages are merged."""
    result = into or Message(schema)
    for number, wire_type, content in fields(data):
        known = schema.get(number)
        if known is None or not known.takes(wire_type):
            continue
        if isinstance(content, int):
            assert isinstance(known.kind, str)
            value = _cut(known.kind, content)
            if known.repeated:
                result.append(known.name, [value])
            else:
                result.values[known.name] = value
        elif isinstance(known.kind, dict):
            if known.repeated:
                result.append(known.name, [decode(content, known.kind)])
            else:
                result.values[known.name] = decode(content, known.kind, result.message(known.name))
        elif known.is_list_of_numbers:
            result.append(known.name, _packed(content))
        else:
            if known.name in result.values:
                result.repeated.add(known.name)
            result.values[known.name] = content
    return result
