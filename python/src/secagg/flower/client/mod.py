"""The mod around training."""

from dataclasses import dataclass

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp.typing import ClientAppCallable

from ..messages import (
    RECORD,
    Malformed,
    config_of,
    field,
    is_training,
    packed,
    shape_of,
)
from ..model_vector import Vector
from ..update import UnusableReply, UpdateShape
from .refusal import REFUSALS, NotSecured, answering, refused
from .sealed_state import SealedState


def secagg_mod(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Lets the app train, and replies with the masked update instead of the trained model.

    A request to train that is not part of a secure round is refused: otherwise the server had only to
    leave the round out. Messages of other types pass."""
    if not is_training(message):
        return call_next(message, context)
    try:
        request = _Request.taken_from(message.content)
    except REFUSALS as error:
        return refused(message, error)
    # What the app raises is the app's.
    trained = call_next(message, context)
    if trained.has_error():
        return trained
    return answering(
        message, lambda: Message(request.masked(trained.content, context), reply_to=message)
    )


@dataclass(frozen=True)
class _Request:
    """What a train message asks for."""

    session: bytes
    delivery: bytes
    shape: UpdateShape
    base: Vector
    """The model to train from."""
    application_context: bytes
    """What the session has to be for."""

    @staticmethod
    def taken_from(content: RecordDict) -> "_Request":
        """Reads the message and leaves in it what is the app's."""
        if RECORD not in content.config_records:
            raise NotSecured("the server asked for an update outside of a secure round")
        record = config_of(content)
        del content[RECORD]
        arrays = _only_arrays(content)
        shape = shape_of(record, arrays)
        return _Request(
            session=field(record, "session", bytes),
            delivery=field(record, "message", bytes),
            shape=shape,
            base=shape.base(arrays),
            application_context=shape.context(arrays, field(record, "round", int)),
        )

    def masked(self, trained: RecordDict, context: Context) -> RecordDict:
        update, weight = self.shape.update(self.base, _only_arrays(trained), _only_metrics(trained))
        state = SealedState(context)
        with state.woken(self.session) as client, client.parameters as parameters:
            # The client was created before it knew the model (`registration`). This is the only place
            # that masks, so no update leaves the node for a model that others have not received.
            if self.application_context != parameters.application_context:
                raise Malformed(
                    "Expected the model that the session is for, got another one. Train all nodes of "
                    "a round from the same model."
                )
            averaging = self.shape.averaging(parameters.maximum_contributors)
            client.mask(update, weight, self.delivery, averaging)
            masked = packed(client.message)
            state.keep(client, self.session)
        return masked


def _only_arrays(content: RecordDict) -> ArrayRecord:
    if len(content.array_records) != 1:
        raise UnusableReply("expected exactly one ArrayRecord, the model")
    return next(iter(content.array_records.values()))


def _only_metrics(content: RecordDict) -> MetricRecord:
    if len(content.metric_records) != 1:
        raise UnusableReply("expected exactly one MetricRecord")
    return next(iter(content.metric_records.values()))
