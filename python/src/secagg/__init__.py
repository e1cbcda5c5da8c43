"""Secure aggregation for federated learning.

A server adds up the updates of its clients and only ever decodes their weighted mean. One session
gives one sum: `Client` and `Server` exchange messages, which are bytes. The application carries them, and
authenticates their senders: use TLS.

    # Both sides, each from the model that it has.
    fedavg = secagg.SecureFedAvg(parameter_count=650, clipping_bound=0.5, maximum_weight=64,
                                 maximum_contributors=100)
    context = fedavg.application_context(model, round=1, task="digits")

    # The server. It sends bytes(parameters) to the clients.
    parameters = secagg.Parameters.recommended(fedavg, cohort_size=100, context=context)
    server, aggregate = secagg.Server(parameters), None
    while aggregate is None:
        for sender, message in inbox():  # until the round's messages are there, or the time is up
            server.receive(sender, message)  # raises MessageRefused: drop the message and go on
        aggregate = server.close_round()
        for id, message in server.messages():
            send(id, message)
    mean = fedavg.mean(aggregate).mean

    # A client. Training can wait until the client needs its input.
    client = secagg.Client(secagg.Parameters.parse(received), id, secagg.Policy(context))
    send(client.message())
    while not client.is_finished:
        reply = client.handle(receive())
        if client.needs_input:
            reply = client.mask(update, weight, fedavg)
        if reply is not None:
            send(reply)

For Flower there is a plug-in that does all that: `secagg.flower`."""

from .aggregate import Aggregate, Fault, Finding, Mean, Secret
from .binding import VERSION as __version__
from .client import Client, Policy, storage_key
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
    WrongRound,
)
from .fedavg import SecureFedAvg
from .identities import Directory, Identity
from .kinds import MaskCipher, Round, ThreatModel, mask_ciphers
from .parameters import Parameters
from .server import Server

__all__ = [
    "Aggregate",
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
    "SecureFedAvg",
    "Server",
    "SessionRefused",
    "StateUnreadable",
    "SumInconsistent",
    "ThreatModel",
    "TooFewClients",
    "WrongRound",
    "__version__",
    "mask_ciphers",
    "storage_key",
]
