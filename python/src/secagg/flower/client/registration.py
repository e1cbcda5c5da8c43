"""The query functions of the rounds without training."""

from flwr.app import Context, Message, RecordDict
from flwr.clientapp import ClientApp

import secagg

from ..messages import (
    ADVERTISE,
    NODE_RECORD,
    SHARE,
    UNMASK,
    config_of,
    field,
    node_record,
    packed,
)
from .refusal import answering
from .sealed_state import SealedState


def register(app: ClientApp, *, policy: secagg.Policy | None = None) -> ClientApp:
    """Registers what a client app needs beside `secagg_mod`, and returns the app.

    :param policy: the least that this client accepts of a server, for example
        `secagg.Policy(minimum_contributors=10)`.
    """

    @app.query(ADVERTISE)
    def advertise(message: Message, context: Context) -> Message:
        return answering(message, lambda: _advertise(message, context, policy))

    @app.query(SHARE)
    def share(message: Message, context: Context) -> Message:
        return answering(message, lambda: _share(message, context))

    @app.query(UNMASK)
    def unmask(message: Message, context: Context) -> Message:
        return answering(message, lambda: _unmask(message, context))

    return app


def _advertise(message: Message, context: Context, policy: secagg.Policy | None) -> Message:
    request = config_of(message.content)
    state = SealedState(context)
    state.forget()
    parameters = secagg.Parameters.parse(field(request, "parameters", bytes))
    # The model arrives with the message that asks for training. Until then the client cannot compute
    # the context itself, and takes the server's. The mod computes it from the model that it receives,
    # and masks nothing if it is another one.
    expected = parameters.application_context
    id = field(request, "client", int)
    with secagg.Client(parameters, id, expected, policy=policy) as client:
        content = packed(client.message)
        state.keep(client, parameters.digest)
    ciphers = secagg.mask_ciphers() & _accepted(policy)
    content[NODE_RECORD] = node_record(parameters.digest, ciphers)
    return Message(content, reply_to=message)


def _accepted(policy: secagg.Policy | None) -> secagg.MaskCipher:
    return (policy and policy.mask_ciphers) or ~secagg.MaskCipher(0)


def _share(message: Message, context: Context) -> Message:
    request = config_of(message.content)
    session = field(request, "session", bytes)
    state = SealedState(context)
    with state.woken(session) as client:
        client.share_keys(field(request, "message", bytes))
        content = packed(client.message)
        state.keep(client, session)
    return Message(content, reply_to=message)


def _unmask(message: Message, context: Context) -> Message:
    request = config_of(message.content)
    with SealedState(context).woken(field(request, "session", bytes)) as client:
        client.unmask(field(request, "message", bytes))
        content: RecordDict = packed(client.message)
    return Message(content, reply_to=message)
