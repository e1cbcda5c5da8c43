"""What grid and nodes say to each other beside the app's own records.

A message carries steps: one for the round that it is sent for, and others that prepare the next. Each step is a
record of its own, and is answered by a record of the same name."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from flwr.app import Array, ArrayRecord, ConfigRecord, Message, MessageType, RecordDict

import secagg

from .arrays import ArrayForm
from .errors import Refusal, Refused
from .model import ModelShape
from .plan import Kind, RoundPlan

VERSION: Final = 2
QUERY: Final = f"{MessageType.QUERY}.secagg"
"""The type of messages without training or evaluation."""

_PREFIX: Final = "secagg-"
_NODE_RECORD: Final = "secagg-node"
_MESSAGE: Final = "message"


class Malformed(Refused):
    """A record that cannot be read."""

    def __init__(self, detail: str) -> None:
        super().__init__(Refusal.MALFORMED, detail)


class Step(StrEnum):
    """What a node is asked to do in a session, in order."""

    OPEN = "open"
    SHARE = "share"
    INPUT = "input"
    UNMASK = "unmask"


@dataclass(frozen=True)
class StepName:
    """A step of the session for one kind of round: the name of a record."""

    step: Step
    kind: Kind

    def __str__(self) -> str:
        return f"{_PREFIX}{self.step}-{self.kind}"


STEP_NAMES: Final = {
    str(name): name for name in (StepName(step, kind) for step in Step for kind in Kind)
}


def kind_of(message: Message) -> Kind | None:
    """Whether a message asks for training or evaluation."""
    category = message.metadata.message_type.split(".")[0]
    return Kind(category) if category in list(Kind) else None


def request(session: bytes, **fields: Any) -> ConfigRecord:
    """What a grid asks for in a step."""
    values: dict[str, Any] = {"version": VERSION, "session": session}
    values |= {name.replace("_", "-"): value for name, value in fields.items()}
    return ConfigRecord(values)


def taken_requests(content: RecordDict) -> dict[StepName, ConfigRecord]:
    """The steps of a message, which are taken out of it: what is left is the app's.

    :raises Malformed: a step is of another version.
    """
    requests = {}
    for text in [name for name in content if name.startswith(_PREFIX)]:
        record = content.pop(text)
        name = STEP_NAMES.get(text)
        if name is None:
            continue
        if not isinstance(record, ConfigRecord) or record.get("version") != VERSION:
            raise Malformed(f"{text}: expected version {VERSION} of the plug-in")
        requests[name] = record
    return requests


def field(record: ConfigRecord, name: str, kind: type) -> Any:
    """One value of a record."""
    value = record.get(name)
    if type(value) is not kind:
        raise Malformed(f"{name!r} is missing, or is no {kind.__name__}")
    return value


# Answers


def packed(data: bytes) -> ArrayRecord:
    """A protocol message as a record. Arrays travel several times as fast as bytes in a config."""
    array = Array(dtype="uint8", shape=(len(data),), stype="secagg.message", data=data)
    return ArrayRecord({_MESSAGE: array})


def refusal_record(error: Refused) -> ConfigRecord:
    """What the server learns of a refusal."""
    return ConfigRecord({"version": VERSION, "refusal": str(error.refusal), "limit": error.limit})


def answers(content: RecordDict) -> Iterator[tuple[StepName, bytes | Refused]]:
    """What a node replied to each step: a protocol message, or that it refuses."""
    for text, name in STEP_NAMES.items():
        record = content.get(text)
        if isinstance(record, ArrayRecord) and _MESSAGE in record:
            yield name, record[_MESSAGE].data
        elif isinstance(record, ConfigRecord):
            yield name, _refusal(record)
        elif record is not None:
            yield name, Malformed(f"{text}: the node has sent no protocol message")


def _refusal(record: ConfigRecord) -> Refused:
    try:
        refusal = Refusal(field(record, "refusal", str))
        return Refused(refusal, str(refusal), field(record, "limit", int))
    except ValueError:
        return Malformed("a refusal of a later version")
    except Malformed as error:
        return error


def add_declared_ciphers(content: RecordDict, ciphers: secagg.MaskCipher) -> None:
    """What a node says of itself."""
    content[_NODE_RECORD] = ConfigRecord({"mask-ciphers": int(ciphers)})


def declared_ciphers(content: RecordDict) -> secagg.MaskCipher | None:
    """What a node has said of the ciphers that it has, if it did; everybody has ChaCha20."""
    record = content.config_records.get(_NODE_RECORD)
    if record is None:
        return None
    declared = record.get("mask-ciphers")
    known = secagg.MaskCipher.CHACHA20 | secagg.MaskCipher.AES256CTR
    ciphers = secagg.MaskCipher(declared & known if isinstance(declared, int) else 0)
    return ciphers | secagg.MaskCipher.CHACHA20


# Plans


def plan_fields(plan: RoundPlan) -> dict[str, Any]:
    """A plan as fields of a request. Names and shapes of the arrays come with the model itself."""
    return {
        "round": plan.round,
        "array-types": [form.dtype for form in plan.model.forms],
        "bounds": list(plan.bounds),
        "maximum-examples": plan.maximum_examples,
        "metrics": list(plan.metrics),
        "weighted-by": plan.weighted_by_key,
        "value-bits": plan.minimum_value_bits,
    }


def plan_of(record: ConfigRecord, kind: Kind, arrays: ArrayRecord) -> RoundPlan:
    """The plan of a request that came with a model."""
    types = _list(record, "array-types", str)
    if len(types) != len(arrays):
        raise Malformed("expected a type for each array")
    forms = (
        ArrayForm(name, tuple(array.shape), dtype)
        for (name, array), dtype in zip(arrays.items(), types, strict=True)
    )
    plan = RoundPlan(
        kind=kind,
        round=field(record, "round", int),
        model=ModelShape(tuple(forms)),
        bounds=tuple(_list(record, "bounds", float)),
        maximum_examples=field(record, "maximum-examples", int),
        metrics=tuple(_list(record, "metrics", str)),
        weighted_by_key=field(record, "weighted-by", str),
        minimum_value_bits=field(record, "value-bits", int),
    )
    if not 1 <= plan.maximum_examples < 1 << 32:
        raise Malformed(
            f"'maximum-examples': expected 1 to 2^32 - 1, found {plan.maximum_examples}"
        )
    if plan.sums_model:
        if plan.model.unusable:
            raise Malformed("the model has arrays that cannot be averaged")
        if len(plan.bounds) != len(plan.model.floating):
            raise Malformed("expected a bound for each floating-point array")
        if not all(0 < bound < float("inf") for bound in plan.bounds):
            raise Malformed("'bounds': expected positive, finite numbers")
    return plan


def _list(record: ConfigRecord, name: str, kind: type) -> list[Any]:
    values = cast(list[Any], field(record, name, list))
    if any(type(value) is not kind for value in values):
        raise Malformed(f"{name!r}: expected a list of {kind.__name__}")
    return values
