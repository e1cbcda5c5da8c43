"""What grid and clients say to each other beside the app's own records."""

from typing import Any, Final

from flwr.app import Array, ArrayRecord, ConfigRecord, Message, MessageType, RecordDict

import secagg

from .model_vector import ModelShape
from .update import UpdateShape

RECORD: Final = "secagg"
"""The name of the record that is added to messages, and of the client's state."""

NODE_RECORD: Final = "secagg-node"

ADVERTISE: Final = "secagg_advertise"
SHARE: Final = "secagg_share"
UNMASK: Final = "secagg_unmask"
"""Names of query functions."""

VERSION: Final = 1
_MESSAGE: Final = "message"


class Malformed(Exception):
    """A message without the record that it must have."""


def is_training(message: Message) -> bool:
    return message.metadata.message_type.split(".")[0] == MessageType.TRAIN


def query(action: str) -> str:
    return f"{MessageType.QUERY}.{action}"


def session_record(session: bytes, **fields: Any) -> ConfigRecord:
    """What every message of the grid carries."""
    values: dict[str, Any] = {"version": VERSION, "session": session}
    values |= {name.replace("_", "-"): value for name, value in fields.items()}
    return ConfigRecord(values)


def config_of(content: RecordDict) -> ConfigRecord:
    record = content.config_records.get(RECORD)
    if record is None or record.get("version") != VERSION:
        raise Malformed(f"no record {RECORD!r} of version {VERSION}")
    return record


def field(record: ConfigRecord, name: str, kind: type) -> Any:
    value = record.get(name)
    if type(value) is not kind:
        raise Malformed(f"{name!r} is missing, or is no {kind.__name__}")
    return value


def packed(message: memoryview | bytes) -> RecordDict:
    """A protocol message as content. Arrays travel several times as fast as bytes in a config."""
    data = bytes(message)
    array = Array(dtype="uint8", shape=(len(data),), stype="secagg.message", data=data)
    return RecordDict({RECORD: ArrayRecord({_MESSAGE: array})})


def unpacked(content: RecordDict) -> bytes:
    record = content.array_records.get(RECORD)
    if record is None or _MESSAGE not in record:
        raise Malformed("no protocol message")
    return record[_MESSAGE].data


def node_record(session: bytes, ciphers: secagg.MaskCipher) -> ConfigRecord:
    """What a node says of itself."""
    return session_record(session, mask_ciphers=int(ciphers))


def declared_ciphers(content: RecordDict) -> secagg.MaskCipher:
    """What a node has said of the ciphers that it has; everybody has ChaCha20."""
    record = content.config_records.get(NODE_RECORD)
    if record is None:
        return secagg.MaskCipher.CHACHA20
    known = secagg.MaskCipher.CHACHA20 | secagg.MaskCipher.AES256CTR
    declared = secagg.MaskCipher(field(record, "mask-ciphers", int) & known)
    return declared | secagg.MaskCipher.CHACHA20


def shape_fields(shape: UpdateShape) -> dict[str, Any]:
    return {
        "metric_names": [name for name, _ in shape.metrics],
        "metric_bounds": [bound for _, bound in shape.metrics],
        "weighted_by": shape.weighted_by_key,
        "clipping_bound": shape.clipping_bound,
        "maximum_examples": shape.maximum_examples,
        "value_bits": shape.minimum_value_bits,
    }


def shape_of(record: ConfigRecord, arrays: ArrayRecord) -> UpdateShape:
    names = field(record, "metric-names", list)
    bounds = field(record, "metric-bounds", list)
    if len(names) != len(bounds):
        raise Malformed("as many metrics as bounds are needed")
    return UpdateShape(
        model=ModelShape.of(arrays),
        metrics=tuple(zip(names, bounds, strict=True)),
        weighted_by_key=field(record, "weighted-by", str),
        clipping_bound=field(record, "clipping-bound", float),
        maximum_examples=field(record, "maximum-examples", int),
        minimum_value_bits=field(record, "value-bits", int),
    )
