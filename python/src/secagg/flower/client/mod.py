"""The mod around training."""

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
from ..update import UnusableReply
from .refusal import NotSecured, answering
from .sealed_state import SealedState


def secagg_mod(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Lets the app train, and replies with the masked update instead of the trained model.

    A request to train that is not part of a secure round is refused: otherwise the server had only to
    leave the round out. Messages of other types pass."""
    if not is_training(message):
        return call_next(message, context)
    return answering(message, lambda: _masked(message, context, call_next))


def _masked(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    if RECORD not in message.content.config_records:
        raise NotSecured("the server asked for an update outside of a secure round")
    request = config_of(message.content)
    del message.content[RECORD]
    arrays = _only_arrays(message.content)
    shape = shape_of(request, arrays)
    base = shape.base(arrays)
    context_of_model = shape.context(arrays, field(request, "round", int))
    session = field(request, "session", bytes)
    delivery = field(request, "message", bytes)

    trained = call_next(message, context)
    if trained.has_error():
        return trained
    update, weight = shape.update(
        base, _only_arrays(trained.content), _only_metrics(trained.content)
    )
    state = SealedState(context)
    with state.woken(session) as client, client.parameters as parameters:
        averaging = shape.averaging(parameters.maximum_contributors)
        if context_of_model != parameters.application_context:
            raise Malformed("the model is not the one that the session is for")
        client.mask(update, weight, delivery, averaging)
        masked = packed(client.message)
        state.keep(client, session)
    return Message(masked, reply_to=message)


def _only_arrays(content: RecordDict) -> ArrayRecord:
    if len(content.array_records) != 1:
        raise UnusableReply("expected exactly one ArrayRecord, the model")
    return next(iter(content.array_records.values()))


def _only_metrics(content: RecordDict) -> MetricRecord:
    if len(content.metric_records) != 1:
        raise UnusableReply("expected exactly one MetricRecord")
    return next(iter(content.metric_records.values()))
