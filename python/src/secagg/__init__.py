"""Secure aggregation for federated learning.

A server adds up the updates of its clients and only ever decodes their weighted mean. One session
gives one sum; its rounds are calls of `Client` and `Server`, and what they exchange is bytes. How
these travel, and that their sender is authenticated, is the application's: use TLS.

    averaging = secagg.Averaging(parameter_count=650, clipping_bound=0.5, maximum_weight=64,
                                 maximum_contributors=100)

    # Both, each from the model that it has.
    context = averaging.application_context(model, round=1, task="digits")

    # Server                                       # Client
    parameters = secagg.Parameters.recommended(
        averaging, cohort_size=100, context=context)
    server = secagg.Server(parameters)
    send(bytes(parameters))                        parameters = secagg.Parameters.parse(received)
                                                   client = secagg.Client(parameters, id, context)
    server.receive(id, message)                    send(client.message)
    for id in server.close_round():
        send(server.message(id))                   client.share_keys(received)
    server.receive(id, message)                    send(client.message)
    for id in server.close_round():
        send(server.message(id))                   client.mask(update, weight, received, averaging)
    server.receive(id, message)                    send(client.message)
    for id in server.close_round():
        send(server.message(id))                   client.unmask(received)
    server.receive(id, message)                    send(client.message)
    mean = averaging.mean(server.unmask()).mean

For Flower there is a plug-in that does all that: `secagg.flower`."""

from .aggregate import Aggregate, Fault, Finding, Mean, Secret
from .averaging import Averaging
from .binding import VERSION as __version__
from .client import Client, Policy, sealing_key
from .errors import (
    Error,
    InvalidArgument,
    InvalidHandle,
    InvalidParameters,
    InvalidUpdate,
    MessageRefused,
    MoreAnswersNeeded,
    NoMessage,
    NoResources,
    SessionRefused,
    StateUnreadable,
    SumInconsistent,
    TooFewClients,
    WrongPhase,
)
from .identities import Directory, Identity
from .kinds import MaskCipher, Round, ThreatModel, mask_ciphers
from .parameters import Parameters
from .server import Server

__all__ = [
    "Aggregate",
    "Averaging",
    "Client",
    "Directory",
    "Error",
    "Fault",
    "Finding",
    "Identity",
    "InvalidArgument",
    "InvalidHandle",
    "InvalidParameters",
    "InvalidUpdate",
    "MaskCipher",
    "Mean",
    "MessageRefused",
    "MoreAnswersNeeded",
    "NoMessage",
    "NoResources",
    "Parameters",
    "Policy",
    "Round",
    "Secret",
    "Server",
    "SessionRefused",
    "StateUnreadable",
    "SumInconsistent",
    "ThreatModel",
    "TooFewClients",
    "WrongPhase",
    "__version__",
    "mask_ciphers",
    "sealing_key",
]
