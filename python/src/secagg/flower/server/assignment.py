"""The messages of a strategy, as one round sees them."""

import copy
from collections.abc import Sequence

from flwr.app import ArrayRecord, ConfigRecord, Message, RecordDict

from ..errors import ConfigurationError
from ..messages import QUERY, kind_of
from ..model import ModelBytes, ModelShape
from ..plan import Kind

CLOCK_TOLERANCE = 3600.0
"""Seconds that a node's clock may be off before its messages count as outdated."""


class Assignment:
    """What the nodes of a round are to do: one message for each, all with the same model."""

    def __init__(self, messages: Sequence[Message]) -> None:
        """
        :raises ConfigurationError: the messages do not carry one and the same model.
        """
        self.messages = {message.metadata.dst_node_id: message for message in messages}
        first = messages[0]
        kind = kind_of(first)
        assert kind is not None
        self.kind: Kind = kind
        self.arrays_name, self.arrays = _common_model(messages)
        self.server_round = _server_round(first.content)

    @property
    def nodes(self) -> list[int]:
        return sorted(self.messages)

    def take_types_of(self, shape: ModelShape) -> None:
        """Sends each array in the type that it has in a model of the same arrays, whatever the strategy did."""
        if not shape.matches(ModelShape.of(self.arrays)):
            return
        self.arrays = shape.with_types_of_this(self.arrays)

    @property
    def model(self) -> ModelBytes:
        return ModelBytes.of(self.arrays)

    def without(self, nodes: frozenset[int]) -> "Assignment":
        """The same for the other nodes."""
        others = copy.copy(self)
        others.messages = {n: message for n, message in self.messages.items() if n not in nodes}
        return others

    def input_message(self, node: int, steps: dict[str, ConfigRecord]) -> Message:
        """The strategy's message to a node, with steps."""
        original = self.messages[node]
        content = RecordDict({**original.content, self.arrays_name: self.arrays, **steps})
        return _like(original, content, original.metadata.message_type, original.metadata.ttl)

    def query(self, node: int, steps: dict[str, ConfigRecord], seconds: float) -> Message:
        """A message with steps only."""
        return _like(self.messages[node], RecordDict({**steps}), QUERY, seconds + CLOCK_TOLERANCE)


def _like(original: Message, content: RecordDict, message_type: str, ttl: float) -> Message:
    metadata = original.metadata
    return Message(content, metadata.dst_node_id, message_type, ttl=ttl, group_id=metadata.group_id)


def _common_model(messages: Sequence[Message]) -> tuple[str, ArrayRecord]:
    """The model that all messages carry, and the name of its record."""
    models = [list(message.content.array_records.items()) for message in messages]
    if any(len(records) != 1 for records in models):
        raise ConfigurationError(
            "strategy: expected exactly one ArrayRecord, the model, in each message to a node"
        )
    name, arrays = models[0][0]
    for [(other_name, other)] in models[1:]:
        if other_name != name or (other is not arrays and other.object_id != arrays.object_id):
            raise ConfigurationError(
                "strategy: expected the same model for all nodes of a round, found different ones. Their"
                " updates cannot be summed"
            )
    return name, arrays


def _server_round(content: RecordDict) -> int:
    for record in content.config_records.values():
        number = record.get("server-round")
        if isinstance(number, int):
            return number
    return 0
