"""The train messages of a strategy, as one session sees them."""

from collections.abc import Sequence

from flwr.app import ArrayRecord, Message, RecordDict

from ..model_vector import ModelShape
from ..settings import SecAggSettings
from ..update import UpdateShape, metric_bounds


class Training:
    """Nodes are numbered, from 1 on, for the session: their client ids."""

    def __init__(self, messages: Sequence[Message], settings: SecAggSettings) -> None:
        """
        :param messages: one for each node, all with the same model.
        """
        ordered = sorted(messages, key=lambda message: message.metadata.dst_node_id)
        self.messages = dict(enumerate(ordered, start=1))
        """By client id."""
        self.arrays_name, self.arrays = _common_model(ordered)
        self.server_round = _server_round(ordered[0].content)
        self.shape = UpdateShape(
            model=ModelShape.of(self.arrays),
            metrics=metric_bounds(settings.metrics),
            weighted_by_key=settings.weighted_by_key,
            clipping_bound=float(settings.clipping_bound),
            maximum_examples=settings.maximum_examples,
            minimum_value_bits=settings.minimum_value_bits or _value_bits(len(ordered)),
        )

    def node(self, id: int) -> int:
        return self.messages[id].metadata.dst_node_id

    def message(
        self,
        id: int,
        content: RecordDict,
        message_type: str | None = None,
        ttl: float | None = None,
    ) -> Message:
        """Another message to the node of the strategy's one; of its type unless told otherwise."""
        metadata = self.messages[id].metadata
        return Message(
            content,
            metadata.dst_node_id,
            message_type or metadata.message_type,
            ttl=ttl or metadata.ttl,
            group_id=metadata.group_id,
        )


def _value_bits(nodes: int) -> int:
    """Half a word, less what the sum of so many takes."""
    return max(16, 32 - (nodes - 1).bit_length())


def _common_model(training: Sequence[Message]) -> tuple[str, ArrayRecord]:
    """The model that all messages carry, and the name of its record."""
    models = [list(message.content.array_records.items()) for message in training]
    if any(len(records) != 1 for records in models):
        raise ValueError("secagg: each train message must carry exactly one ArrayRecord, the model")
    name, arrays = models[0][0]
    identity = arrays.object_id
    for [(other_name, other)] in models[1:]:
        if other_name != name or (other is not arrays and other.object_id != identity):
            raise ValueError(
                "secagg: the strategy sends different models to different nodes, whose updates"
                " cannot be summed"
            )
    return name, arrays


def _server_round(content: RecordDict) -> int:
    for record in content.config_records.values():
        number = record.get("server-round")
        if isinstance(number, int):
            return number
    return 0
